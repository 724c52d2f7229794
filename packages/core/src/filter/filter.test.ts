import { describe, expect, it } from "vitest";
import type { Condition, Filter } from "../definition/schema.ts";
import { scopeOf } from "../testing/mapping.ts";
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
