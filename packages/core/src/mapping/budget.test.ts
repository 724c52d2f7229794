import { describe, expect, it } from "vitest";
import type { JsonValue } from "../definition/schema.ts";
import { resultOf, valueOf } from "../testing/mapping.ts";
import { defaultBudget } from "./evaluation.ts";

const nest = (depth: number) => JSON.parse(`${"[".repeat(depth)}${"]".repeat(depth)}`) as never;

const overBudget = { ok: false, error: { kind: "invalid", code: "formula_budget" } };

describe("budgets", () => {
  it("limits steps", () => {
    const bundles = { 1: { list: Array.from({ length: 1_000 }, (_, index) => index) } };
    expect(resultOf("{{sum(1.list)}}", bundles, { ...defaultBudget, steps: 900 })).toMatchObject(overBudget);
    expect(resultOf("{{sum(1.list)}}", bundles, { ...defaultBudget, steps: 2_000 })).toMatchObject({ ok: true });
  });

  it("limits text before it is made", () => {
    const bundles = { 1: { a: "a".repeat(100_000) } };
    const bomb = '{{replace(replace(1.a; "a"; 1.a); "a"; 1.a)}}';
    expect(resultOf(bomb, bundles)).toMatchObject(overBudget);
    expect(resultOf('{{replace(1.a; "/a/g"; 1.a)}}', bundles)).toMatchObject(overBudget);
    expect(resultOf("{{join(split(1.a; emptystring); 1.a)}}", bundles)).toMatchObject(overBudget);
  });

  it("limits the size of what comes out, also of data that is only passed on", () => {
    const bundles = { 1: { a: { text: "a".repeat(1_000) } } };
    const budget = { ...defaultBudget, outputChars: 500 };
    expect(resultOf("{{1.a}}", bundles, budget)).toMatchObject(overBudget);
    expect(resultOf("{{1.a.text}}", bundles, budget)).toMatchObject(overBudget);
    expect(resultOf("{{length(1.a.text)}}", bundles, budget)).toMatchObject({ ok: true, value: 1_000 });
  });

  it("limits the length of lists", () => {
    const budget = { ...defaultBudget, arrayLength: 10 };
    const bundles = {
      1: {
        list: [1, 2, 3, 4, 5, 6],
        nested: [[1, 2, 3, 4, 5, 6].map((n) => ({ n })), [{ n: 1 }, { n: 1 }, { n: 1 }, { n: 1 }, { n: 2 }]],
      },
    };
    expect(resultOf("{{merge(1.list; 1.list)}}", bundles, budget)).toMatchObject(overBudget);
    expect(resultOf('{{split("a,b,c,d,e,f,g,h,i,j,k"; ",")}}', bundles, budget)).toMatchObject(overBudget);
    expect(resultOf("{{1.nested[][].n}}", bundles, budget)).toMatchObject(overBudget);
    expect(resultOf("{{merge(1.list; 1)}}", bundles, budget)).toMatchObject({ ok: true });
  });

  it("limits how deep values may nest", () => {
    expect(resultOf("{{1.*}}", { 1: nest(300) })).toMatchObject(overBudget);
    expect(resultOf("{{toJSON(1.*)}}", { 1: nest(300) })).toMatchObject(overBudget);
    expect(resultOf("{{flatten(1.*)}}", { 1: nest(5_000) })).toMatchObject(overBudget);
    expect(resultOf("{{1.* = 2.*}}", { 1: nest(5_000), 2: nest(5_000) })).toMatchObject(overBudget);
    expect(resultOf(`{{parseJSON("${"[".repeat(300)}${"]".repeat(300)}")}}`)).toMatchObject({ ok: false });
    expect(valueOf("{{1.*}}", { 1: nest(100) })).toEqual(nest(100));
  });

  const hostile: [template: string, bundle: JsonValue][] = [
    ["{{test(1.text; 1.pattern)}}", { text: "a".repeat(50_000), pattern: "^(a+)+$b" }],
    ['{{replace(1.text; "/(a|a)*b/g"; "")}}', { text: "a".repeat(20_000) }],
    ["{{stripHTML(1.text)}}", { text: "< ".repeat(500_000) }],
    ["{{stripHTML(1.text)}}", { text: "<a".repeat(500_000) }],
    ["{{stripHTML(1.text)}}", { text: `<script>${"</script".repeat(200_000)}` }],
    ["{{1.text > 5}}", { text: `${"1".repeat(1_000_000)}x` }],
    ["{{startcase(1.text)}}", { text: " ".repeat(1_000_000) }],
    ["{{trim(1.text)}}", { text: `a${" ".repeat(1_000_000)}a` }],
    ["{{parseNumber(1.text)}}", { text: "1".repeat(500) }],
    ['{{parseDate(1.text; "YYYY")}}', { text: "1".repeat(1_000_000) }],
    ["{{contains(1.text; 5)}}".repeat(5_000), { text: "a".repeat(5_000_000) }],
    ["{{1.text}}".repeat(10_000), { text: "a".repeat(5_000_000) }],
    ["{{1.*}}".repeat(10_000), { text: "a".repeat(5_000_000) }],
    ["{{1.list = 1.same}}".repeat(5_000), { list: Array(100_000).fill("abc"), same: Array(100_000).fill("abc") }],
    ["{{contains(1.*; 5)}}".repeat(5_000), { text: "a".repeat(1_000_000) }],
    ["{{{{".repeat(40_000), {}],
    ["{{}}".repeat(45_000), {}],
    ["{{get(1.*; 1.text)}}", { text: "a.".repeat(50_000) }],
  ];

  it.each(hostile.map(([template, bundle]) => ({ name: template.slice(0, 40), template, bundle })))(
    "ends on hostile input: $name",
    ({ template, bundle }) => {
      expect(resultOf(template, { 1: bundle })).toHaveProperty("ok");
    },
  );
});
