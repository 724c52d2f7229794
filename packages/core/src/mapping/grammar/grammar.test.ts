import { describe, expect, it } from "vitest";
import { mappingParser } from "./generated/parser.ts";

describe("the generated parser", () => {
  it("is up to date with mapping.grammar: otherwise run pnpm --filter @patchbay/core build:grammar", async () => {
    const script: string = "../../../scripts/buildGrammar.mjs";
    const { findStaleFiles } = (await import(script)) as { findStaleFiles(): Promise<string[]> };
    expect(await findStaleFiles()).toEqual([]);
  });
});

const cases: [text: string, shape: string][] = [
    ["", "Template"],
    ["text { only } }}", "Template(Text)"],
    ["{{1.a}}", "Template(Interpolation(Open,Reference(ReferenceStart),Close))"],
    ["a{{1.a}}b", "Template(Text,Interpolation(Open,Reference(ReferenceStart),Close),Text)"],
    ['{"a":{{{1.a}}}', "Template(Text,Interpolation(Open,Reference(ReferenceStart),Close),Text)"],
    ["{{ 1.*.b[1].`c d`[] }}", "Template(Interpolation(Open,Reference(ReferenceStart,Property,Index,Property,Index),Close))"],
    ["{{1}}", "Template(Interpolation(Open,Number,Close))"],
    ["{{1.5e3}}", "Template(Interpolation(Open,Number,Close))"],
    ['{{"}}"}}', "Template(Interpolation(Open,String,Close))"],
    ["{{now}}", "Template(Interpolation(Open,Variable,Close))"],
    ["{{f(;1;)}}", "Template(Interpolation(Open,Call(FunctionName,ArgumentList(ParenOpen,Separator,Number,Separator,ParenClose)),Close))"],
    ["{{-(1)}}", "Template(Interpolation(Open,UnaryExpression(Minus,Group(ParenOpen,Number,ParenClose)),Close))"],
    ["{{not 1}}", "Template(Interpolation(Open,UnaryExpression(Not,Number),Close))"],
    ["{{1 or 2 and 3}}", "Template(Interpolation(Open,BinaryExpression(Number,Or,BinaryExpression(Number,And,Number)),Close))"],
    ["{{1 || 2 && 3}}", "Template(Interpolation(Open,BinaryExpression(Number,Or(OrSign),BinaryExpression(Number,And(AndSign),Number)),Close))"],
    ["{{1 + 2 * 3 = 7}}", "Template(Interpolation(Open,BinaryExpression(BinaryExpression(Number,Plus,BinaryExpression(Number,TimesOperator,Number)),CompareOperator,Number),Close))"],
    ["{{1 mod 2}}", "Template(Interpolation(Open,BinaryExpression(Number,Mod,Number),Close))"],
    ["{{1 - 2 - 3}}", "Template(Interpolation(Open,BinaryExpression(BinaryExpression(Number,Minus,Number),Minus,Number),Close))"],
];

describe("the grammar", () => {
  const shapeOf = (text: string) => mappingParser.parse(text).toString();

  it.each(cases)("reads %s", (text, shape) => {
    expect(shapeOf(text)).toBe(shape);
  });

  it("has no part that these cases leave out", () => {
    const seen = new Set<string>(["⚠"]);
    for (const [text] of cases) mappingParser.parse(text).iterate({ enter: ({ name }) => void seen.add(name) });
    const named = mappingParser.nodeSet.types.map(({ name }) => name).filter((name) => name !== "");
    expect([...seen].sort()).toEqual([...new Set(named)].sort());
  });
});
