import type { JsonValue } from "../definition/schema.ts";
import { describe, expect, it } from "vitest";
import { resultOf, scopeOf, testNowMs, valueOf } from "../testing/mapping.ts";
import { compileTemplate, evaluateTemplate } from "./template.ts";

const order: JsonValue = {
  body: {
    total: 120.5,
    name: "Ada",
    paid: true,
    note: null,
    empty: "",
    items: [{ title: "Pen", tags: ["a", "b"] }, { title: "Book", tags: ["c"] }, { tags: [] }],
    "odd name": "yes",
    "first-name": "A.",
    constructor: "own",
  },
};

describe("templates", () => {
  it("keeps the type of a value that is exactly one formula", () => {
    expect(valueOf("{{1.body.total}}", { 1: order })).toBe(120.5);
    expect(valueOf("{{1.body.paid}}", { 1: order })).toBe(true);
    expect(valueOf("{{1.body.note}}", { 1: order })).toBeNull();
    expect(valueOf("{{1.body.items[1]}}", { 1: order })).toEqual({ title: "Pen", tags: ["a", "b"] });
    expect(valueOf("{{1.missing}}", { 1: order })).toBeUndefined();
  });

  it("renders parts to text", () => {
    expect(valueOf("{{1.body.name}} owes {{1.body.total}}{{1.missing}}{{1.body.note}}!", { 1: order })).toBe(
      "Ada owes 120.5!",
    );
    expect(valueOf(" {{1.body.total}}", { 1: order })).toBe(" 120.5");
    expect(valueOf("tags: {{1.body.items[1].tags}}", { 1: order })).toBe('tags: ["a","b"]');
    expect(valueOf("{{true}}{{false}}")).toBe("truefalse");
  });

  it("leaves text without formulas as it is", () => {
    for (const text of ["", "plain", "}} and { and {", '{"a":{"b":1}}', "1.body.name"]) {
      const template = compileTemplate(text);
      expect(template).toMatchObject({ issues: [], isConstant: true });
      expect(valueOf(text)).toBe(text);
    }
  });

  it("opens a formula with the last two of a longer run of braces", () => {
    expect(valueOf('{"total":{{{1.body.total}}}}', { 1: order })).toBe('{"total":{120.5}}');
    expect(valueOf('{"name":"{{1.body.name}}","x":{"y":{{1.body.total}}}}', { 1: order })).toBe(
      '{"name":"Ada","x":{"y":120.5}}',
    );
  });

  it("never parses a result again", () => {
    expect(valueOf("{{1.a}}", { 1: { a: "{{1.b}}", b: "secret" } })).toBe("{{1.b}}");
    expect(valueOf("x{{1.a}}", { 1: { a: "{{1.b}}", b: "secret" } })).toBe("x{{1.b}}");
    expect(valueOf('{{get(1.*; "a")}}', { 1: { a: "{{now}}" } })).toBe("{{now}}");
  });
});

describe("references", () => {
  it.each([
    ["1.body.items[1].title", "Pen"],
    ["1.body.items[-1].tags", []],
    ["1.body.items[-2].title", "Book"],
    ["1.body.items[].title", ["Pen", "Book"]],
    ["1.body.items[].tags[]", ["a", "b", "c"]],
    ["1.body.`odd name`", "yes"],
    ["1.body.`first-name`", "A."],
    ["1.body.constructor", "own"],
    ["2.*", [1, 2]],
    ["2.*[2]", 2],
  ])("%s", (reference, value) => {
    expect(valueOf(`{{${reference}}}`, { 1: order, 2: [1, 2] })).toEqual(value);
  });

  it.each([
    ["1.name", '1 has no field "name".'],
    ["1.body.items[4].title", "1.body.items has 3 items, so there is no item 4."],
    ["1.body.items[0]", "1.body.items has 3 items, so there is no item 0."],
    ["1.body.items.title", "1.body.items is a list: take an item with [1] or all of them with []."],
    ["1.body.name.first", '1.body.name is the text "Ada" and has no fields.'],
    ["1.body.total[1]", "1.body.total is 120.5, not a list."],
    ["1.body.name[]", '1.body.name is the text "Ada", not a list.'],
    ["1.body.note.x", "1.body.note is nothing and has no fields."],
    ["1.body.items[3].title", '1.body.items[3] has no field "title".'],
    ["7.x", "Node 7 has no bundle here: it was not run on this path."],
  ])("says why %s is missing", (reference, reason) => {
    const result = resultOf(`{{${reference}}}`, { 1: order });
    expect(result).toEqual({ ok: true, value: undefined, missing: [{ field: [], reference, reason }] });
  });

  it.each(["__proto__", "constructor", "toString", "hasOwnProperty", "prototype", "length", "valueOf"])(
    "reaches no inherited property (%s)",
    (name) => {
      const bundles = { 1: { a: {}, list: [1], text: "abc", n: 1 } };
      for (const parent of ["a", "list", "text", "n"])
        expect(valueOf(`{{1.${parent}.${name}}}`, bundles)).toBeUndefined();
      expect(valueOf(`{{get(1.a; "${name}")}}`, bundles)).toBeUndefined();
      expect(valueOf(`{{get(1.list; "${name}")}}`, bundles)).toBeUndefined();
      expect(valueOf(`{{map(1.list; "${name}")}}`, bundles)).toEqual([]);
    },
  );

  it("treats __proto__ as no field even where JSON has it", () => {
    const bundle = JSON.parse('{"a":{"__proto__":{"polluted":true}}}') as { a: object };
    expect(valueOf("{{1.a.__proto__}}", { 1: bundle as never })).toBeUndefined();
    expect(valueOf("{{merge(1.a; 1.a)}}", { 1: bundle as never })).toEqual({});
    expect(Object.keys(valueOf('{{pick(1.a; "__proto__")}}', { 1: bundle as never }) as object)).toEqual([]);
    expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
  });

  it("lists what a template refers to, with ranges", () => {
    const template = compileTemplate("a {{upper(1.body.name)}} {{2.*}}");
    expect(template.references).toMatchObject([
      {
        nodeId: 1,
        path: [
          { kind: "key", key: "body" },
          { kind: "key", key: "name" },
        ],
        from: 10,
        to: 21,
      },
      { nodeId: 2, path: [], from: 27, to: 30 },
    ]);
  });
});

describe("operators", () => {
  it.each<[string, unknown]>([
    ["1 + 2 * 3", 7],
    ["(1 + 2) * 3", 9],
    ["10 - 2 - 3", 5],
    ["7 % 4 / 2", 1.5],
    ["-1.total", -120.5],
    ["--1", 1],
    ["2 * -3", -6],
    ['"2" + 3', 5],
    ["1.missing + 1", undefined],
    ["-1.missing", undefined],
    ["1.total > 100", true],
    ['"9" < "10"', true],
    ['"b" > "a"', true],
    ['"2026-03-01" < "2026-02-28T23:30:00-02:00"', true],
    ["1.missing > 0", false],
    ["1.missing <= 0", false],
    ["1.list > 0", false],
    ['1.total = "120.5"', true],
    ['1.missing = ""', true],
    ["1.missing = null", true],
    ["1.missing != 0", true],
    ["null != null", false],
    ['true = "true"', true],
    ["1.list = 1.same", true],
    ["1.list = 1.other", false],
    ["1.object = 1.sameObject", true],
    ["1.object = 1.list", false],
    ["1 == 1 and 2 <> 3", true],
    ['1 = 2 or "x"', true],
    ['not "" & not 0', true],
    ["1 > 2 | 2 > 1", true],
    ["true && false || true", true],
    ['not "false"', true],
    ["not 1.emptyList", true],
    ["not 1.list", false],
    ["not not 5", true],
  ])("%s", (formula, value) => {
    const bundle = {
      total: 120.5,
      list: [1, { a: 2 }],
      same: [1, { a: 2 }],
      other: [1, { a: 3 }],
      object: { a: 1, b: null },
      sameObject: { b: null, a: 1 },
      emptyList: [],
    };
    expect(valueOf(`{{${formula}}}`, { 1: bundle })).toEqual(value);
  });

  it("evaluates the right side of and/or, and the branches of if, only when they count", () => {
    expect(valueOf("{{false and 1 / 0}}")).toBe(false);
    expect(valueOf("{{true or 1 / 0}}")).toBe(true);
    expect(valueOf("{{if(true; 1; 1 / 0)}}")).toBe(1);
    expect(valueOf("{{switch(1; 1; 2; 1 / 0; 3)}}")).toBe(2);
    expect(valueOf("{{ifempty(5; 1 / 0)}}")).toBe(5);
  });

  it("does not report what is only tested", () => {
    expect(resultOf('{{if(1.a; 1; "none")}}', { 1: {} })).toEqual({ ok: true, value: "none", missing: [] });
    expect(resultOf("{{isEmpty(1.a)}}", { 1: {} })).toEqual({ ok: true, value: true, missing: [] });
    expect(resultOf("{{if(1.a; 1; 1.b)}}", { 1: {} })).toMatchObject({ missing: [{ reference: "1.b" }] });
  });

  it("does not report what an alternative replaced", () => {
    expect(resultOf("{{ifempty(1.a; 5)}}", { 1: {} })).toEqual({ ok: true, value: 5, missing: [] });
    expect(resultOf("{{ifempty(1.a; 1.b)}}", { 1: {} })).toMatchObject({
      missing: [{ reference: "1.a" }, { reference: "1.b" }],
    });
  });
});

describe("literals", () => {
  it.each<[string, unknown]>([
    ["12", 12],
    ["1.5", 1.5],
    ["1e3", 1000],
    ["'it''s'", undefined],
    ['"say \\"hi\\""', 'say "hi"'],
    ["'it\\'s'", "it's"],
    ['"a\\nb\\t\\\\ \\d \\u0041"', "a\nb\t\\ \\d A"],
    ['"}}"', "}}"],
    ["now", new Date(testNowMs).toISOString()],
    ["timestamp", Math.floor(testNowMs / 1000)],
    ["newline", "\n"],
    ["emptyarray", []],
    ["ignore", undefined],
  ])("%s", (literal, value) => {
    if (literal === "'it''s'") expect(compileTemplate(`{{${literal}}}`).issues).toHaveLength(1);
    else expect(valueOf(`{{${literal}}}`)).toEqual(value);
  });
});

describe("issues", () => {
  it.each([
    ["{{", "This formula is not closed"],
    ["{{}}", "This formula is empty."],
    ["{{ }}", "This formula is empty."],
    ["{{1.a", "This formula is not closed"],
    ["{{1.a +}}", "Something is missing before the end of the formula."],
    ["{{upper(1.a}}", "Something is missing before the end of the formula."],
    ['{{"abc}}', "This text is not closed"],
    ["{{if(1.a, 2)}}", 'Separate arguments with ";".'],
    ["{{1.items[x]}}", "Write an item as [1]"],
    ["{{`a b`}}", "A name in backticks belongs after a node's number"],
    ["{{1.a {{2.b}} }}", "A formula cannot contain another one."],
    ["{{1.a # 2}}", '"#" was not expected here.'],
    ["{{upr(1.a)}}", 'There is no function named "upr". Did you mean upper?'],
    ["{{zzzzzz(1)}}", 'There is no function named "zzzzzz".'],
    ["{{nwo}}", 'There is no value named "nwo". Did you mean now?'],
    ["{{total}}", 'There is no value named "total". Put text in quotes, and refer to a node by its number: 1.total.'],
    ["{{upper}}", "upper is a function: write upper(...)."],
    ["{{upper()}}", "upper needs 1 argument"],
    ["{{upper(1;2)}}", "upper takes 1 argument at most."],
    ["{{constructor(1)}}", 'There is no function named "constructor".'],
    ["{{__proto__}}", 'There is no value named "__proto__"'],
  ])("%s", (text, message) => {
    const { issues } = compileTemplate(text);
    expect(issues).toHaveLength(1);
    expect(issues[0]!.message).toContain(message);
    expect(issues[0]!.from).toBeGreaterThanOrEqual(0);
    expect(issues[0]!.to).toBeLessThanOrEqual(text.length);
    expect(issues[0]!.to).toBeGreaterThan(issues[0]!.from);
  });

  it("names the place of each broken formula once", () => {
    const { issues } = compileTemplate("{{1.a + + }} ok {{2.b}} {{3.c )}}");
    expect(issues.map(({ from }) => from)).toEqual([8, 30]);
  });

  it("refuses formulas that are too deep or too long, without parsing forever", () => {
    expect(compileTemplate(`{{${"(".repeat(300)}1${")".repeat(300)}}}`).issues[0]!.message).toContain("levels deep");
    expect(compileTemplate(`{{${"not ".repeat(250)}1}} {{1.a}}`)).toMatchObject({ issues: [{ from: 0 }] });
    expect(compileTemplate(`{{1.a}}${"x".repeat(200_001)}`).issues[0]!.message).toContain("characters");
    expect(compileTemplate(`{{${"1+".repeat(100)}1}}`).issues).toEqual([]);
  });

  it("fails when a broken template is evaluated, with the place", () => {
    expect(resultOf("abc {{1.a +}}")).toEqual({
      ok: false,
      error: {
        kind: "invalid",
        code: "formula_invalid",
        message: "Something is missing before the end of the formula.",
        details: { field: [], from: 11, to: 12 },
      },
    });
  });
});

describe("errors", () => {
  it.each([
    ["{{1 / 0}}", "Division by zero.", 2, 7],
    ['{{1 + "abc"}}', 'The text "abc" is not a number.', 2, 11],
    ["x{{-1.list}}", "A list is not a number.", 3, 10],
    ['{{round("x")}}', 'The text "x" is not a number.', 2, 12],
    ["{{1e308 * 10}}", "The result is not a finite number.", 2, 12],
    ['{{formatDate("soon"; "YYYY")}}', 'date: The text "soon" is not a date.', 2, 28],
    ['{{formatDate(now; "YYYY"; "Nowhere/City")}}', 'There is no time zone "Nowhere/City".', 2, 41],
    ["{{pick(5; 1)}}", "object must be an object, but it is 5.", 2, 12],
    ['{{parseJSON("{")}}', "The text is not JSON", 2, 16],
    ['{{get(1.list; "a..[")}}', '"a..[" is not a path', 2, 21],
    ['{{test("a"; "(")}}', '"(" is not a valid pattern', 2, 16],
    ['{{decodeURL("%zz")}}', "The text is not URL-encoded", 2, 18],
    ['{{fromBase64("***")}}', "The text is not Base64", 2, 19],
    ['{{sort(1.list; "up")}}', '"up" is not one of asc, desc', 2, 20],
    ['{{startOf(now; "eons")}}', '"eons" is not one of hour', 2, 22],
    ['{{dateDifference(now; now; "eons")}}', '"eons" is not one of milliseconds', 2, 34],
    ["{{formatNumber(1; 99)}}", "formatNumber writes 0 to 20 decimals.", 2, 21],
    ["{{addDays(now; 1e13)}}", "The date is out of range.", 2, 20],
    ['{{parseNumber("1x")}}', '"1x" cannot be read as a number.', 2, 19],
  ])("%s", (text, message, from, to) => {
    const result = resultOf(text, { 1: { list: [1] } });
    expect(result).toMatchObject({
      ok: false,
      error: {
        kind: "invalid",
        code: "formula_failed",
        message: expect.stringContaining(message) as string,
        details: { from, to },
      },
    });
  });

  it("reports a fault of the host as internal", () => {
    const scope = {
      ...scopeOf({}),
      getBundle: () => {
        throw new Error("storage is gone");
      },
    };
    const result = compileAndRun("{{1.a}}", scope);
    expect(result).toMatchObject({
      ok: false,
      error: { kind: "internal", message: expect.stringContaining("storage is gone") as string },
    });
  });
});

function compileAndRun(text: string, scope: Parameters<typeof evaluateTemplate>[1]) {
  return evaluateTemplate(compileTemplate(text), scope);
}
