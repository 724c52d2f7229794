/**
 * Escapes that worked on the expression languages of other products, by class. Each must be refused, or be nothing but data.
 */
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { compileFilter, evaluateFilter } from "../filter/filter.ts";
import { describePrototypes } from "../testing/formulas.ts";
import { resultOf, scopeOf, valueOf } from "../testing/mapping.ts";
import { compileConfig, evaluateConfig } from "./config.ts";
import { findFunction } from "./functions/catalog.ts";
import { compileTemplate } from "./template.ts";

const json = (text: string) => JSON.parse(text) as never;

let prototypes = "";
beforeEach(() => {
  prototypes = describePrototypes();
});
afterEach(() => {
  expect(describePrototypes()).toBe(prototypes);
  expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
});

const refused = (formula: string) => {
  expect(compileTemplate(`{{${formula}}}`).issues, formula).not.toEqual([]);
  expect(resultOf(`{{${formula}}}`, { 1: {} })).toMatchObject({ ok: false, error: { code: "formula_invalid" } });
};

describe("host code in an expression (n8n CVE-2025-68613, expr-eval CVE-2025-12735)", () => {
  it.each([
    "this.process.mainModule.require('child_process').execSync('id')",
    "(function(){ return this.process.env })()",
    "(() => process.env)()",
    "() => {}",
    "$json.constructor.constructor('return process')()",
    "process.env.HOME",
    "globalThis",
    "require('fs')",
    "eval('1')",
    "Function('return 1')()",
    "new Date()",
    "import('fs')",
    "Reflect.get(1.*; 'a')",
    "`${1}`",
    "[].constructor",
    "{}.constructor",
    "1.a = 2; 3",
    "x = 5",
    "delete 1.a",
    "while(true)",
    "with(1.*)",
    "1.a ? 2 : 3",
    "1.a()",
    "1.list.map('x')",
    "upper.call('a')",
    "upper",
    "/a/.test('a')",
    String.raw`\u0065val('1')`,
    "constructor",
    "undefined",
  ])("%s is no formula", refused);
});

describe("constructor.constructor and the prototype chain (AngularJS, Handlebars CVE-2019-19919, lodash CVE-2021-23337)", () => {
  const bundles = { 1: { text: "a", list: [{ n: 1 }], object: { n: 1 }, n: 1, yes: true } };
  const starts = ["1.text", "1.list", "1.list[1]", "1.object", "1.n", "1.yes", "1.*"];
  const names = ["constructor", "__proto__", "prototype", "__defineGetter__", "__lookupGetter__", "hasOwnProperty"];
  const steps = [...names, "toString", "valueOf", "toLocaleString", "length", "at", "map", "charAt", "caller", "then"];

  it.each(steps)("%s is no field of anything", (name) => {
    for (const start of starts) {
      for (const path of [`${start}.${name}`, `${start}.\`${name}\``, `${start}.${name}.constructor`]) {
        expect(valueOf(`{{${path}}}`, bundles), path).toBeUndefined();
      }
      for (const path of [name, `${name}.constructor`, `\`${name}\``]) {
        expect(valueOf(`{{get(${start}; "${path}")}}`, bundles), path).toBeUndefined();
      }
    }
    expect(valueOf(`{{map(1.list; "${name}")}}`, bundles)).toEqual([]);
    expect(valueOf(`{{sort(1.list; "asc"; "${name}")}}`, bundles)).toEqual([{ n: 1 }]);
    expect(valueOf(`{{pick(1.object; "${name}")}}`, bundles)).toEqual({});
    expect(valueOf(`{{1.list[].${name}}}`, bundles)).toEqual([]);
    // `length` and `toString` are functions of the language, `map` too; nothing else of these can be called.
    if (!findFunction(name)) refused(`${name}('return process')`);
  });

  it("items of texts and of lists are own items only", () => {
    expect(valueOf("{{1.text[1]}}", bundles)).toBeUndefined();
    expect(valueOf("{{1.list[99999999999]}}", bundles)).toBeUndefined();
    expect(valueOf("{{1.list[0]}}", bundles)).toBeUndefined();
    expect(valueOf('{{get(1.list; "length")}}', bundles)).toBeUndefined();
  });
});

describe("prototype pollution by field names (lodash CVE-2020-8203, JSONata CVE-2024-27307, expr-eval CVE-2025-13204)", () => {
  const bundles = {
    1: json('{"evil":{"__proto__":{"polluted":1},"a":1},"rows":[{"k":"__proto__","v":{"polluted":1}}]}'),
  };

  it.each<[formula: string, value: unknown]>([
    ["merge(1.evil; 1.evil)", { a: 1 }],
    ['toCollection(1.rows; "k"; "v")', {}],
    ['pick(1.evil; "__proto__"; "a")', { a: 1 }],
    ['omit(1.evil; "b")', { a: 1 }],
    ["keys(1.evil)", ["a"]],
    ["values(1.evil)", [1]],
    ["toArray(1.evil)", [{ key: "a", value: 1 }]],
    ['set(1.evil; "b"; 2)', { a: 1, b: 2 }],
    ['get(parseJSON(\'{"__proto__":{"polluted":1}}\'); "polluted")', undefined],
    ["1.evil.polluted", undefined],
  ])("%s", (formula, value) => {
    const result = valueOf(`{{${formula}}}`, bundles);
    expect(result).toEqual(value);
    if (typeof result !== "object" || result === null || Array.isArray(result)) return;
    expect(Object.getPrototypeOf(result)).toBe(Object.prototype);
    expect(Object.keys(result)).not.toContain("__proto__");
  });

  it.each(["__proto__", "__proto__.polluted", "a.__proto__.polluted", "`__proto__`.polluted"])(
    "set refuses %s",
    (path) => {
      expect(resultOf(`{{set(1.evil; "${path}"; 1)}}`, bundles)).toMatchObject({ error: { code: "formula_failed" } });
    },
  );

  it("set to constructor.prototype makes a field of that name and nothing else", () => {
    expect(valueOf('{{set(1.*; "constructor.prototype.polluted"; 1)}}', { 1: {} })).toEqual({
      constructor: { prototype: { polluted: 1 } },
    });
  });

  it("a config's own __proto__ is left out", () => {
    const result = evaluateConfig(compileConfig(json('{"__proto__":{"polluted":"{{1}}"},"a":"{{1}}"}')), scopeOf({}));
    expect(result).toMatchObject({ ok: true, value: { a: 1 } });
    expect(result.ok && Object.keys(result.value)).toEqual(["a"]);
  });
});

describe("values that pose as something else (toString, valueOf, toJSON, Symbol, getters)", () => {
  const trap = json('{"toString":"x","valueOf":"y","toJSON":"z","then":"t","length":9,"Symbol.toPrimitive":1,"get":1}');

  it.each(["'' = 1.*", "1.* > 1", "1.* = '[object Object]'", "contains(1.*; 'x')", "length(1.*)", "isEmpty(1.*)"])(
    "%s compares data",
    (formula) => expect(resultOf(`{{${formula}}}`, { 1: trap })).toMatchObject({ ok: true }),
  );

  it("its text is its JSON, and it is no number, list or date", () => {
    expect(valueOf("{{1.*}}!", { 1: trap })).toBe(`${JSON.stringify(trap)}!`);
    for (const formula of ["1.* + 1", "round(1.*)", "addDays(1.*; 1)", "-1.*"]) {
      expect(resultOf(`{{${formula}}}`, { 1: trap })).toMatchObject({ ok: false, error: { kind: "invalid" } });
    }
  });

  it("Symbol and its friends are unknown", () => ["Symbol.iterator", "Symbol('x')", "Proxy(1)"].forEach(refused));

  it("an object that poses as binary data is an object", () => {
    const posing = json('{"encoding":"base64","data":{"toString":"x"}}');
    expect(valueOf("{{length(1.*)}}", { 1: posing })).toBe(2);
    expect(resultOf("{{base64(1.*)}}", { 1: json('{"encoding":"base64","data":"***"}') })).toMatchObject({
      ok: false,
      error: { code: "formula_failed" },
    });
  });
});

describe("evaluating what was evaluated (server-side template injection, second order)", () => {
  const bundles = { 1: { evil: "{{2.secret}}", open: "{{", close: "}}" }, 2: { secret: "s3cret" } };

  it.each<[template: string, value: string]>([
    ["{{1.evil}}", "{{2.secret}}"],
    ["x {{1.evil}} y", "x {{2.secret}} y"],
    ["{{1.open}}2.secret{{1.close}}", "{{2.secret}}"],
    ['{{replace("<2.secret>"; "<"; "{{")}}', "{{2.secret>"],
    ['{{parseJSON("\\"{{2.secret}}\\"")}}', "{{2.secret}}"],
    ['{{fromBase64("e3syLnNlY3JldH19")}}', "{{2.secret}}"],
    ['{{decodeURL("%7B%7B2.secret%7D%7D")}}', "{{2.secret}}"],
    ['{{join(split("{,{,2.secret,},}"; ","); "")}}', "{{2.secret}}"],
    ['{{"}}{{2.secret"}}', "}}{{2.secret"],
    ['{{get(1.*; "evil")}}', "{{2.secret}}"],
  ])("%s stays text", (template, value) => expect(valueOf(template, bundles)).toBe(value));

  it("paths are paths, not formulas", () => {
    for (const path of ["{{2.secret}}", "2.secret", "evil; 2.secret", "upper(evil)"]) {
      expect(resultOf(`{{get(1.*; "${path}")}}`, bundles)).not.toMatchObject({
        value: expect.stringContaining("s3cret"),
      });
    }
  });

  it("replacements have no access to what surrounds the match", () => {
    expect(valueOf(String.raw`{{replace("abc"; "/b/"; "[$'][$${"`"}][$<x>]")}}`)).toBe("a[$'][$`][$<x>]c");
  });
});

describe("regular expressions and readers that explode (moment CVE-2022-31129, marked, trim, emoji)", () => {
  const a = "a".repeat(50_000);
  it.each<[formula: string, text: string]>([
    ['test(1.t; "^(a+)+$")', `${a}!`],
    ['test(1.t; "(a|aa)+$")', `${a}!`],
    ['match(1.t; "(.*a){20}")', a],
    ['replace(1.t; "/(a*)*b/g"; "")', a],
    ['match(1.t; "(a?){900}[b-z]")', a],
    ['match(1.t; "(a{0,1000})[b-z]")', a],
    ['match(1.t; "/a.*z|a/g")', a],
    ['replace(1.t; "/(a.*z)|(a)/g"; "$2")', a],
    ['test(1.t; "([a-zA-Z]+)*@")', a],
    [`parseDate(1.t; "${"DM".repeat(60)}")`, `${"1".repeat(180)}x`],
    [`parseDate(1.t; "${"L".repeat(190)}")`, "1/".repeat(95)],
    [`parseDate(1.t; "${"MMMM".repeat(45)}"; "UTC"; "ja")`, "1月".repeat(60)],
    ["addDays(1.t; 1)", `2026-03-14${" ".repeat(100_000)}x`],
    ["replaceEmojiCharacters(1.t)", "👩\u200d".repeat(50_000)],
    ["replaceEmojiCharacters(1.t)", "1\ufe0f".repeat(100_000)],
    ["ascii(1.t; true)", "e\u0301".repeat(100_000)],
    ["startcase(1.t)", "a ".repeat(200_000)],
    ["stripHTML(1.t)", "<!--".repeat(100_000)],
    ["stripHTML(1.t)", "&#".repeat(200_000)],
    ["parseNumber(1.t)", "1,".repeat(200_000)],
    ["escapeMarkdown(1.t)", "*".repeat(200_000)],
    ["parseJSON(1.t)", "[".repeat(200_000)],
    ["distinct(split(1.t; emptystring))", a],
    ["sha512(1.t)", "a".repeat(5_000_000)],
  ])("%s takes time in proportion to its text", (formula, t) => {
    expect(resultOf(`{{${formula}}}`, { 1: { t } })).toHaveProperty("ok");
  });

  it("also in filters", () => {
    const filter = compileFilter({ conditions: [[{ left: "{{1.t}}", operator: "matches", right: "^(a+)+$" }]] });
    expect(evaluateFilter(filter, scopeOf({ 1: { t: `${a}!` } }))).toMatchObject({ ok: true, passed: false });
  });

  it("back references, which need backtracking, do not exist", () => {
    expect(resultOf(String.raw`{{test("aa"; "(a)\1")}}`)).toMatchObject({ error: { code: "formula_failed" } });
    expect(resultOf('{{test("aa"; "(?=a)a")}}')).toMatchObject({ error: { code: "formula_failed" } });
  });
});

describe("bombs (billion laughs, deep nesting)", () => {
  it.each([
    'repeat("x"; 1e15)',
    'repeat(repeat("x"; 1000000); 1000000)',
    'padStart("x"; 1e12)',
    "range(1; 1e12)",
    "chunk(range(1; 99999); 0.00001)",
    'replace(repeat("a"; 100000); "a"; repeat("b"; 100000))',
    'join(range(1; 90000); repeat("x"; 1000000))',
    'replaceEmojiCharacters(repeat("😀"; 100000); repeat("x"; 100000))',
    `${"merge(1.list; ".repeat(60)}1.list${")".repeat(60)}`,
    `${"toJSON(".repeat(60)}1.list${")".repeat(60)}`,
    `${"escapeHTML(".repeat(150)}"<"${")".repeat(150)}`,
    `${"encodeURL(".repeat(150)}"%"${")".repeat(150)}`,
    "toBinary(repeat('x'; 20000001))",
  ])("%s ends soon, with a value within the budget or an error", (formula) => {
    const result = resultOf(`{{${formula}}}`, { 1: { list: Array.from({ length: 1_000 }, (_, n) => n) } });
    if (!result.ok) expect(result.error.kind).toBe("invalid");
  });

  const deep = json(`${"[".repeat(20_000)}1${"]".repeat(20_000)}`);
  it.each([
    ...["1.*", "1.* = 2.*", "distinct(1.*)", "deduplicate(1.*)", "union(1.*; 2.*)", "flatten(1.*)", "toJSON(1.*)"],
    ...["contains(1.*; 2.*)", "remove(1.*; 2.*)", "sort(1.*)", "merge(1.*; 2.*)", "shuffle(1.*)", "sha256(1.*)"],
    ...["switch(1.*; 2.*; 1)", "'' > 1.*", "ifempty(1.*; 1)", "toString(1.*)", "map(1.*; 'a')", "length(1.*)"],
    ...[
      "arrayDifference(1.*; 2.*)",
      "intersection(1.*; 2.*)",
      "toCollection(1.*; 'a'; 'b')",
      "set(toCollection(1.*; 'a'; 'b'); 'a'; 1.*)",
    ],
  ])("%s of a value nested 20,000 levels is refused or passes, without an overflow", (formula) => {
    const result = resultOf(`{{${formula}}}`, { 1: deep, 2: deep });
    if (!result.ok) expect(result.error.kind).toBe("invalid");
  });

  it("formulas nest 200 levels at most", () => {
    for (const text of [
      `${"(".repeat(5_000)}1${")".repeat(5_000)}`,
      "-".repeat(20_000) + "1",
      "not ".repeat(20_000) + "1",
    ]) {
      expect(resultOf(`{{${text}}}`)).toMatchObject({ ok: false, error: { code: "formula_invalid" } });
    }
  });
});

describe("what an error tells (host paths, stacks, data of others)", () => {
  it.each(["1.a + 1", "upper(1.b", "nope(1)", 'parseJSON("{")', 'test("a"; "[")', "1 / 0"])("%s", (formula) => {
    const result = resultOf(`{{${formula}}}`, { 1: { a: "x".repeat(5_000) } });
    const text = JSON.stringify(result);
    expect(result).toMatchObject({ ok: false, error: { kind: "invalid" } });
    expect(text).not.toMatch(/node_modules|\.ts:|\bat \w+ \(|stack/);
    expect(text.length).toBeLessThan(400);
  });
});
