import { describe, expect, it } from "vitest";
import { conditionOperators, type Condition, type Filter } from "../definition/schema.ts";
import { scopeOf } from "../testing/mapping.ts";
import { conditionDocs } from "./docs.ts";
import { compileFilter, evaluateFilter } from "./filter.ts";

const bundle = {
  total: 120.5,
  text: "Hello World",
  number: "007",
  list: ["a", "B", 3],
  empty: "",
  emptyList: [],
  nothing: null,
  yes: true,
  no: "false",
  at: "2026-03-14T10:00:00+01:00",
  object: { a: 1 },
};

const run = (filter: Filter) => evaluateFilter(compileFilter(filter), scopeOf({ 1: bundle }));
const passes = (left: string, operator: Condition["operator"], right?: string, ignoreCase?: boolean) => {
  const result = run({ conditions: [[{ left, operator, right, ignoreCase }]] });
  return result.ok ? result.passed : result.error.message;
};

describe("conditions", () => {
  it.each<[string, Condition["operator"], string | undefined, boolean]>([
    ["{{1.total}}", "exists", undefined, true],
    ["{{1.missing}}", "exists", undefined, false],
    ["{{1.empty}}", "exists", undefined, false],
    ["{{1.nothing}}", "exists", undefined, false],
    ["{{1.emptyList}}", "exists", undefined, true],
    ["{{1.missing}}", "notExists", undefined, true],
    ["{{1.total}}", "equals", "120.50", true],
    ["{{1.number}}", "equals", "7", true],
    ["{{1.text}}", "equals", "hello world", false],
    ["{{1.missing}}", "equals", "", true],
    ["{{1.yes}}", "equals", "true", true],
    ["{{1.at}}", "equals", "2026-03-14T09:00:00Z", true],
    ["{{1.object}}", "equals", '{{parseJSON("{\\"a\\":1}")}}', true],
    ["{{1.text}}", "notEquals", "x", true],
    ["{{1.text}}", "contains", "World", true],
    ["{{1.text}}", "contains", "world", false],
    ["{{1.list}}", "contains", "3", true],
    ["{{1.list}}", "contains", "b", false],
    ["{{1.list}}", "notContains", "z", true],
    ["{{1.missing}}", "contains", "z", false],
    ["{{1.text}}", "startsWith", "Hell", true],
    ["{{1.text}}", "endsWith", "ld", true],
    ["{{1.text}}", "matches", "^H.*d$", true],
    ["{{1.text}}", "matches", "/WORLD/i", true],
    ["{{1.text}}", "matches", "WORLD", false],
    ["{{1.total}}", "greaterThan", "99", true],
    ["{{1.total}}", "greaterThan", "120.5", false],
    ["{{1.total}}", "greaterOrEqual", "120.5", true],
    ["{{1.missing}}", "lessThan", "5", false],
    ["{{1.total}}", "lessThan", "1000", true],
    ["{{1.at}}", "lessThan", "2026-03-14T09:30:00Z", true],
    ["{{1.at}}", "lessOrEqual", "2026-03-14T09:00:00Z", true],
    ["{{1.text}}", "greaterThan", "Apple", true],
    ["{{1.yes}}", "isTrue", undefined, true],
    ["{{1.no}}", "isTrue", undefined, false],
    ["{{1.no}}", "isFalse", undefined, true],
    ["{{1.missing}}", "isFalse", undefined, true],
    ["{{1.emptyList}}", "isEmpty", undefined, true],
    ["{{1.total}}", "isEmpty", undefined, false],
    ["{{1.object}}", "notEmpty", undefined, true],
    ["{{1.text}}", "notStartsWith", "World", true],
    ["{{1.text}}", "notEndsWith", "ld", false],
    ["{{1.text}}", "notMatches", "^\\d+$", true],
    ["{{1.at}}", "laterThan", "2026-03-14", true],
    ["{{1.at}}", "laterThan", "2026-03-14T09:00:00Z", false],
    ["{{1.at}}", "laterOrEqual", "2026-03-14T09:00:00Z", true],
    ["{{1.at}}", "earlierThan", "2026-03-14T09:00:01Z", true],
    ["{{1.at}}", "earlierOrEqual", "2026-03-14T08:59:59Z", false],
    ["{{1.at}}", "earlierThan", "{{now}}", true],
    ["{{1.at}}", "sameTime", "2026-03-14T09:00:00.000Z", true],
    ["{{1.at}}", "otherTime", "2026-03-14T09:00:00.000Z", false],
    ["{{1.text}}", "laterThan", "2026-03-14", false],
    ["{{1.missing}}", "earlierThan", "2026-03-14", false],
    ["{{1.missing}}", "otherTime", "2026-03-14", true],
    ["{{1.at}}", "sameTime", "today", false],
    ["{{1.list}}", "lengthEquals", "3", true],
    ["{{1.list}}", "lengthNotEquals", "3", false],
    ["{{1.list}}", "longerThan", "2", true],
    ["{{1.list}}", "longerOrEqual", "{{1 + 2}}", true],
    ["{{1.emptyList}}", "shorterThan", "1", true],
    ["{{1.missing}}", "shorterOrEqual", "0", true],
    ["{{1.text}}", "lengthEquals", "11", true],
    ["{{1.object}}", "lengthEquals", "1", true],
    ["{{1.list}}", "longerThan", "many", false],
  ])("%s %s %s is %s", (left, operator, right, expected) => {
    expect(passes(left, operator, right)).toBe(expected);
  });

  it.each<[Condition["operator"], string]>([
    ["equals", "HELLO world"],
    ["contains", "WORLD"],
    ["startsWith", "HELL"],
    ["endsWith", "LD"],
    ["matches", "WORLD$"],
    ["greaterOrEqual", "HELLO WORLD"],
  ])("%s regardless of case", (operator, right) => {
    expect(passes("{{1.text}}", operator, right, true)).toBe(true);
    expect(passes("{{1.list}}", "contains", "b", true)).toBe(true);
  });
});

describe("the operators", () => {
  it("have a test, and words that read on from a value, each", () => {
    for (const operator of conditionOperators) {
      const { label, description, takesRight } = conditionDocs[operator];
      expect(label, operator).toMatch(/^[a-z][a-z ]+$/);
      expect(description, operator).toMatch(/^[A-Z].*\.$/);
      expect(passes("{{1.text}}", operator, takesRight ? "x" : undefined), operator).toBeTypeOf("boolean");
    }
    const labels = conditionOperators.map((operator) => conditionDocs[operator].label);
    expect(new Set(labels).size).toBe(labels.length);
  });

  it("are opposites where they say so", () => {
    const lefts = ["{{1.total}}", "{{1.text}}", "{{1.list}}", "{{1.missing}}", "{{1.at}}", "{{1.object}}", "{{1.no}}"];
    const pairs = [
      ["exists", "notExists"],
      ["isEmpty", "notEmpty"],
      ["equals", "notEquals"],
      ["contains", "notContains"],
      ["startsWith", "notStartsWith"],
      ["endsWith", "notEndsWith"],
      ["matches", "notMatches"],
      ["sameTime", "otherTime"],
      ["lengthEquals", "lengthNotEquals"],
      ["isTrue", "isFalse"],
    ] as const;
    for (const [one, other] of pairs) {
      for (const left of lefts) {
        for (const right of ["3", "Hello", "2026-03-14T09:00:00Z", ""]) {
          expect(passes(left, one, right), `${left} ${one} ${right}`).toBe(!passes(left, other, right));
        }
      }
    }
  });
});

describe("filters", () => {
  const yes: Condition = { left: "1", operator: "isTrue" };
  const no: Condition = { left: "0", operator: "isTrue" };
  const broken: Condition = { left: "{{1 / 0}}", operator: "isTrue" };

  it("is an OR of ANDs that stops when it is decided", () => {
    expect(
      run({
        conditions: [
          [yes, no],
          [yes, yes],
        ],
      }),
    ).toMatchObject({ ok: true, passed: true });
    expect(run({ conditions: [[yes, no], [no]] })).toMatchObject({ ok: true, passed: false });
    expect(run({ conditions: [[yes], [broken]] })).toMatchObject({ ok: true, passed: true });
    expect(run({ conditions: [[no, broken]] })).toMatchObject({ ok: true, passed: false });
  });

  it("names the condition that cannot be evaluated", () => {
    expect(run({ conditions: [[no], [yes, broken]] })).toMatchObject({
      ok: false,
      error: { kind: "invalid", message: "Division by zero.", details: { field: ["conditions", 1, 1, "left"] } },
    });
    expect(passes("{{1.text}}", "matches", "(")).toContain("not a valid pattern");
  });

  it("says what was missing", () => {
    expect(run({ conditions: [[{ left: "{{1.x}}", operator: "exists" }]] })).toMatchObject({
      missing: [{ field: ["conditions", 0, 0, "left"], reference: "1.x" }],
    });
  });
});
