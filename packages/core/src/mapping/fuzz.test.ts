import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { bundle, describePrototypes, formula, fuzzBudget, fuzzFormulas, fuzzScope } from "../testing/formulas.ts";
import { fits } from "../testing/shapes.ts";
import { inferTemplate } from "../shapes/infer.ts";
import { shapeOfValue } from "../shapes/fromValue.ts";
import { completeTemplate } from "./editor/complete.ts";
import { findCallAt } from "./editor/signature.ts";
import { parseTemplate } from "./parse.ts";
import { rewriteReferences } from "./rewrite.ts";
import { compileTemplate, evaluateTemplate } from "./template.ts";

describe("fuzzing", () => {
  it("evaluates any formula to JSON or to an error with a place, soon", () => {
    const before = describePrototypes();
    const { outcomes, succeeded } = fuzzFormulas({ count: 20_000, seed: 42 });
    expect(describePrototypes()).toBe(before);
    // Every outcome must be common, and every function reached, or the generator has lost its bite.
    expect(outcomes.value + outcomes.error).toBeGreaterThan(20_000 * 0.7);
    expect(outcomes.value).toBeGreaterThan(5_000);
    expect(outcomes.error).toBeGreaterThan(1_000);
    expect(outcomes.invalid).toBeGreaterThan(1_000);
    expect([...succeeded].filter(([, count]) => count < 5)).toEqual([]);
  }, 60_000);

  it("takes any text at all without throwing, with issues inside of the text", () => {
    const token = fc.constantFrom(
      "{{",
      "}}",
      "{",
      "}",
      "1.",
      "1.a",
      "[",
      "]",
      "(",
      ")",
      ";",
      ",",
      '"',
      "'",
      "`",
      "\\",
      "+",
      "not",
      "if",
      "=",
      ".",
      "*",
      "é",
      "\u0000",
      "💥",
    );
    const soup = fc.oneof(
      fc.string({ maxLength: 40, unit: "binary" }),
      fc.array(token, { maxLength: 30 }).map((parts) => parts.join("")),
    );
    fc.assert(
      fc.property(soup, (text) => {
        const template = compileTemplate(text);
        for (const { from, to } of template.issues) {
          expect(from).toBeGreaterThanOrEqual(0);
          expect(to).toBeGreaterThan(from);
          expect(to).toBeLessThanOrEqual(text.length);
        }
        const result = evaluateTemplate(template, fuzzScope({}), fuzzBudget);
        if (template.issues.length > 0) expect(result).toMatchObject({ ok: false, error: { code: "formula_invalid" } });
        expect(rewriteReferences(text, new Map([[7, 8]]))).toBe(text);
        const middle = Math.floor(text.length / 2);
        completeTemplate(text, middle, { nodes: [{ id: 1, name: "n", sample: { a: 1 } }] });
        findCallAt(text, middle);
        inferTemplate(template.parts, () => shapeOfValue({ a: [1] }, "unseen"));
      }),
      { numRuns: 20_000, seed: 43 },
    );
  }, 60_000);

  it("rewrites references so that they read the renumbered node, and back", () => {
    const there = new Map([[1, 77]]);
    const back = new Map([[77, 1]]);
    fc.assert(
      fc.property(formula, (text) => {
        const template = `a {{${text}}} 1.a`;
        const moved = rewriteReferences(template, there);
        expect(parseTemplate(moved).references.map(({ nodeId }) => nodeId)).toEqual(
          parseTemplate(template).references.map(({ nodeId }) => there.get(nodeId) ?? nodeId),
        );
        expect(rewriteReferences(moved, back)).toBe(template);
      }),
      { numRuns: 2_000, seed: 44 },
    );
  });

  it("knows beforehand what any formula gives, where it knows anything", () => {
    let known = 0;
    fc.assert(
      fc.property(formula, bundle, (text, data) => {
        const template = compileTemplate(`{{${text}}}`);
        const { shape, faults } = inferTemplate(template.parts, (id) =>
          id === 1 ? shapeOfValue(data, "none") : undefined,
        );
        for (const { from, to } of faults) expect(from >= 2 && to > from && to <= text.length + 2).toBe(true);
        const result = evaluateTemplate(template, fuzzScope(data), fuzzBudget);
        if (!result.ok) return;
        if (shape.kind !== "any") known += 1;
        if (!fits(result.value, shape))
          throw new Error(`${JSON.stringify(result.value)} is not ${JSON.stringify(shape)}`);
      }),
      { numRuns: 10_000, seed: 45 },
    );
    expect(known).toBeGreaterThan(3_000);
  }, 60_000);
});
