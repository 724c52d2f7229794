import fc from "fast-check";
import { expect } from "vitest";
import type { JsonValue } from "../definition/schema.ts";
import { defaultBudget, type Scope } from "../mapping/evaluation.ts";
import { functionCatalog } from "../mapping/functions/catalog.ts";
import { compileTemplate, evaluateTemplate } from "../mapping/template.ts";
import { jsonValue } from "./arbitraries.ts";

declare const performance: { now(): number };

export const fuzzBudget = { ...defaultBudget, steps: 20_000, outputChars: 200_000 };

export const fuzzScope = (data: JsonValue): Scope => ({ getBundle: (id) => (id === 1 ? data : undefined), nowMs: 0 });

const literal = fc.oneof(
  fc.integer({ min: 0, max: 10_000 }).map(String),
  fc.constantFrom(
    "1.5",
    '"text"',
    "'a b'",
    '"2026-03-14"',
    '"/a+/g"',
    '"DD.MM.YYYY"',
    '"a.b[1]"',
    "true",
    "null",
    "now",
    "emptyarray",
  ),
  fc.string({ maxLength: 8 }).map((text) => JSON.stringify(text)),
);
const reference = fc.constantFrom(
  "1.a",
  "1.*",
  "1.list[1]",
  "1.list[]",
  "1.list[].a",
  "1.text",
  "2.x",
  "1.`odd name`",
  "1.__proto__",
  "1.constructor",
);
const operator = fc.constantFrom("+", "-", "*", "/", "%", "=", "!=", "<", ">=", " and ", " or ", "&", "|");

/** Formulas that parse: operators, and calls with as many arguments as the function takes. */
export const formula: fc.Arbitrary<string> = fc.letrec<{ expression: string }>((tie) => ({
  expression: fc.oneof(
    { maxDepth: 4, depthSize: "medium" },
    literal,
    reference,
    fc.tuple(tie("expression"), operator, tie("expression")).map(([left, sign, right]) => `(${left} ${sign} ${right})`),
    fc.tuple(fc.constantFrom("-", "not "), tie("expression")).map(([sign, operand]) => `${sign}${operand}`),
    fc.constantFrom(...functionCatalog).chain((doc) => {
      const required = doc.args.filter((argument) => !argument.optional && !argument.rest).length;
      const most = doc.args.some((argument) => argument.rest) ? required + 2 : doc.args.length;
      return fc
        .array(tie("expression"), { minLength: Math.max(required, 0), maxLength: most })
        .map((args) => `${doc.name}(${args.join("; ")})`);
    }),
  ),
})).expression;

/** What node 1 gives while fuzzing. */
export const bundle: fc.Arbitrary<JsonValue> = fc.record(
  {
    a: jsonValue,
    list: fc.array(jsonValue, { maxLength: 4 }),
    text: fc.string({ maxLength: 12 }),
  },
  { noNullPrototype: true },
);

/** Whether a value is JSON through and through: no host object, function or inherited thing has come out. */
function isJson(value: unknown): boolean {
  if (value === null || typeof value === "string" || typeof value === "boolean") return true;
  if (typeof value === "number") return Number.isFinite(value);
  if (Array.isArray(value)) return value.every(isJson);
  if (typeof value !== "object") return false;
  return Object.getPrototypeOf(value) === Object.prototype && Object.values(value).every(isJson);
}

/** Evaluates a formula and checks what must hold for any of them; says how it ended. */
export function checkFormula(text: string, data: JsonValue): "value" | "error" {
  const before = JSON.stringify(data);
  const started = performance.now();
  const template = compileTemplate(`{{${text}}}`);
  expect(template.issues).toEqual([]);
  const result = evaluateTemplate(template, fuzzScope(data), fuzzBudget);
  expect(performance.now() - started).toBeLessThan(1_000);
  expect(JSON.stringify(data)).toBe(before);
  if (result.ok) {
    expect(result.value === undefined || isJson(result.value)).toBe(true);
    return "value";
  }
  expect(result.error.kind).toBe("invalid");
  expect(result.error.details).toMatchObject({ field: [] });
  return "error";
}
