/** Every production of the grammar, at every place where it may stand, is read and evaluated. */
import type { SyntaxNode } from "@lezer/common";
import { describe, expect, it } from "vitest";
import { resultOf, valueOf } from "../../testing/mapping.ts";
import { mappingParser } from "./generated/parser.ts";

const bundles = { 1: { n: 3, list: [3, { n: 3 }], "odd name": 3, $_ä1: 3, "": 3 } };

/** One formula of each kind of expression; all are 3 or true. */
const expressions: Record<string, string> = {
  Number: "3",
  String: '"3"',
  Reference: "1.n",
  Variable: "true",
  Call: "abs(3)",
  Group: "(3)",
  UnaryExpression: "not 0",
  BinaryExpression: "1 + 2",
};

/** Every place where the grammar has an expression; `_` stands for it. */
const places: Record<string, string> = {
  formula: "_",
  "in parentheses": "(_)",
  "the first argument": "coalesce(_; 1)",
  "a later argument": "coalesce(; _)",
  "behind a minus": "-_",
  "behind not": "not _",
  "left of *": "_ * 1",
  "right of *": "1 * _",
  "left of mod": "_ mod 2",
  "right of mod": "1 mod _",
  "left of +": "_ + 1",
  "right of +": "1 + _",
  "left of -": "_ - 1",
  "right of -": "1 - _",
  "left of =": "_ = 1",
  "right of =": "1 = _",
  "left of and": "_ and 1",
  "right of and": "1 and _",
  "left of or": "_ or 1",
  "right of or": "1 or _",
};

/** `BinaryExpression(Number,Plus,Number)`: each node with the kinds of its children, one level. */
function productionsOf(text: string): string[] {
  const found: string[] = [];
  const visit = (node: SyntaxNode): void => {
    const children: string[] = [];
    for (let child = node.firstChild; child; child = child.nextSibling) {
      children.push(child.name);
      visit(child);
    }
    if (children.length > 0) found.push(`${node.name}(${children.join(",")})`);
  };
  visit(mappingParser.parse(`{{${text}}}`).topNode);
  return found;
}

describe("every expression at every place", () => {
  const kinds = Object.keys(expressions);
  const pairs = kinds.flatMap((kind) => Object.entries(places).map(([place, around]) => ({ kind, place, around })));

  it.each(pairs)("$kind $place", ({ kind, around }) => {
    const text = around.replace("_", expressions[kind]!);
    expect(productionsOf(text).join(" ")).not.toContain("⚠");
    const result = resultOf(`{{${text}}}`, bundles);
    // A yes or no is no number to calculate with; everything else has a value.
    if (!result.ok) expect(result.error).toMatchObject({ code: "formula_failed", message: "True is not a number." });
    else expect(result.value).toBeDefined();
  });

  it("makes the tree that the precedence of the operators asks for", () => {
    const operands = new Map<string, Set<string>>();
    for (const { kind, around } of pairs) {
      for (const production of productionsOf(around.replace("_", expressions[kind]!))) {
        const match = /^(\w+)\((.*)\)$/.exec(production)!;
        const expected = operands.get(match[1]!) ?? new Set();
        for (const child of match[2]!.split(",")) expected.add(child);
        operands.set(match[1]!, expected);
      }
    }
    for (const parent of ["Interpolation", "Group", "ArgumentList", "UnaryExpression", "BinaryExpression"]) {
      expect([...operands.get(parent)!], parent).toEqual(expect.arrayContaining(kinds));
    }
    expect(productionsOf("-1 + 2")).toContain("BinaryExpression(UnaryExpression,Plus,Number)");
    expect(productionsOf("not 1 = 2")).toContain("UnaryExpression(Not,BinaryExpression)");
    expect(productionsOf("not 1 and 2")).toContain("BinaryExpression(UnaryExpression,And,Number)");
  });
});

describe("every form of a token", () => {
  it.each<[text: string, node: string, value: unknown]>([
    ["7", "Number", 7],
    ["7.25", "Number", 7.25],
    ["7e2", "Number", 700],
    ["7E+2", "Number", 700],
    ["7.5e-1", "Number", 0.75],
    ['"a"', "String", "a"],
    ["'a'", "String", "a"],
    [String.raw`"\n\t\r\\\"\'\u00e9\d"`, "String", "\n\t\r\\\"'é\\d"],
    [String.raw`'it\'s'`, "String", "it's"],
    ["1.n", "ReferenceStart", 3],
    ["1.$_ä1", "ReferenceStart", 3],
    ["1.`odd name`", "ReferenceStart", 3],
    ["1.``", "ReferenceStart", 3],
    ["1.*.n", "Property", 3],
    ["1.list[2].`n`", "Property", 3],
    ["1.list[1]", "Index", 3],
    ["1.list[-2]", "Index", 3],
    ["1.list[].n", "Index", [3]],
    ["pi > 3", "Variable", true],
    ["now = now", "Variable", true],
    ["upper('a')", "FunctionName", "A"],
    ["sum()", "ArgumentList", undefined],
    ["coalesce(;;2)", "Separator", 2],
    ["2 * 3", "TimesOperator", 6],
    ["3 / 2", "TimesOperator", 1.5],
    ["7 % 4", "TimesOperator", 3],
    ["7 mod 4", "Mod", 3],
    ["1 + 1", "Plus", 2],
    ["1 - 1", "Minus", 0],
    ["-1", "Minus", -1],
    ["1 = 1", "CompareOperator", true],
    ["1 == 1", "CompareOperator", true],
    ["1 != 1", "CompareOperator", false],
    ["1 <> 1", "CompareOperator", false],
    ["1 < 2", "CompareOperator", true],
    ["1 <= 1", "CompareOperator", true],
    ["1 > 2", "CompareOperator", false],
    ["1 >= 1", "CompareOperator", true],
    ["1 and 0", "And", false],
    ["1 & 0", "AndSign", false],
    ["1 && 0", "AndSign", false],
    ["1 or 0", "Or", true],
    ["0 | 0", "OrSign", false],
    ["0 || 1", "OrSign", true],
    ["not 0", "Not", true],
    ["(1)", "ParenOpen", 1],
    ["\t\n\r\u00a0 1 ", "Number", 1],
  ])("%s", (text, node, value) => {
    const names = productionsOf(text).join(" ");
    expect(names).toContain(node);
    expect(names).not.toContain("⚠");
    expect(valueOf(`{{${text}}}`, bundles)).toEqual(value);
  });

  it("reads text around formulas", () => {
    expect(valueOf("a{{1.n}}b{{1.n}}{{1.n}}} c { d", bundles)).toBe("a3b33} c { d");
    expect(resultOf("{{}}")).toMatchObject({ ok: false, error: { code: "formula_invalid" } });
  });
});
