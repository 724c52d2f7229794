import { canonicalJson } from "../../canonicalJson.ts";
import type { JsonValue } from "../../definition/schema.ts";
import type { Evaluation } from "../evaluation.ts";
import { FormulaError } from "../formulaError.ts";
import { measure } from "../values.ts";
import { defineFunction } from "./define.ts";
import { fieldNames } from "./lists.ts";

const arrayArg = { name: "array", type: "array", description: "The list." } as const;
const pairArgs = [
  { name: "array", type: "array", description: "A list." },
  { name: "other", type: "array", description: "Another list." },
] as const;

/** The text by which equal items are found; paid for, and its nesting checked, before it is written. */
function keyOf(item: JsonValue, evaluation: Evaluation): string {
  evaluation.spendChars(measure(item, evaluation.budget.outputChars));
  return canonicalJson(item);
}

/** The items whose key passes, each key once. */
function pickItems(items: readonly JsonValue[], evaluation: Evaluation, accept: (key: string) => boolean): JsonValue[] {
  evaluation.spendSteps(items.length);
  const seen = new Set<string>();
  return items.filter((item) => {
    const key = keyOf(item, evaluation);
    if (seen.has(key) || !accept(key)) return false;
    seen.add(key);
    return true;
  });
}

function keysOf(items: readonly JsonValue[], evaluation: Evaluation): Set<string> {
  evaluation.spendSteps(items.length);
  return new Set(items.map((item) => keyOf(item, evaluation)));
}

function without(items: readonly JsonValue[], other: readonly JsonValue[], evaluation: Evaluation): JsonValue[] {
  const unwanted = keysOf(other, evaluation);
  return pickItems(items, evaluation, (key) => !unwanted.has(key));
}

export const setFunctions = [
  defineFunction({
    name: "deduplicate",
    category: "array",
    description: "The list without repetitions; the first of equal items stays.",
    args: [arrayArg],
    returns: "array",
    examples: [{ formula: "deduplicate(1.tags)", result: ["new", "vip"] }],
    call: ([items], evaluation) => pickItems(items, evaluation, () => true),
  }),
  defineFunction({
    name: "arrayDifference",
    category: "array",
    description: 'The items of one list that the other lacks; with the mode "symmetric" also the other way round.',
    args: [
      ...pairArgs,
      {
        name: "mode",
        type: "text",
        description: '"classic" or "symmetric"; "classic" when left out.',
        choices: ["classic", "symmetric"],
        optional: true,
      },
    ],
    returns: "array",
    examples: [
      { formula: 'arrayDifference(1.tags; split("vip,eu"; ","))', result: ["new"] },
      { formula: 'arrayDifference(1.tags; split("vip,eu"; ","); "symmetric")', result: ["new", "eu"] },
    ],
    call: ([items, other, mode], evaluation) => {
      const wanted = (mode || "classic").trim().toLowerCase();
      if (wanted !== "classic" && wanted !== "symmetric") {
        throw new FormulaError("formula_failed", `"${wanted.slice(0, 40)}" is not one of classic, symmetric.`);
      }
      const missing = without(items, other, evaluation);
      return wanted === "classic" ? missing : [...missing, ...without(other, items, evaluation)];
    },
  }),
  defineFunction({
    name: "intersection",
    category: "array",
    description: "The items that two lists have in common.",
    args: pairArgs,
    returns: "array",
    examples: [{ formula: 'intersection(1.tags; split("vip,eu"; ","))', result: ["vip"] }],
    call: ([items, other], evaluation) => {
      const wanted = keysOf(other, evaluation);
      return pickItems(items, evaluation, (key) => wanted.has(key));
    },
  }),
  defineFunction({
    name: "union",
    category: "array",
    description: "The items of two lists, each once.",
    args: pairArgs,
    returns: "array",
    examples: [{ formula: 'union(1.tags; split("vip,eu"; ","))', result: ["new", "vip", "eu"] }],
    call: ([items, other], evaluation) => {
      evaluation.spendItems(items.length + other.length);
      return pickItems([...items, ...other], evaluation, () => true);
    },
  }),
  defineFunction({
    name: "chunk",
    category: "array",
    description: "The list cut into lists of a size; the last one may be shorter.",
    args: [arrayArg, { name: "size", type: "number", description: "How many items each gets, 1 at least." }],
    returns: "array",
    examples: [{ formula: "chunk(1.tags; 2)", result: [["new", "vip"], ["new"]] }],
    call: ([items, size], evaluation) => {
      const count = Math.trunc(size);
      if (count < 1) throw new FormulaError("formula_failed", "A part of a list has one item at least.");
      evaluation.spendItems(items.length);
      const parts: JsonValue[][] = [];
      for (let start = 0; start < items.length; start += count) parts.push(items.slice(start, start + count));
      return parts;
    },
  }),
  defineFunction({
    name: "range",
    category: "array",
    description: "The numbers from one to another, both included.",
    args: [
      { name: "start", type: "number", description: "The first number." },
      { name: "end", type: "number", description: "None comes after it." },
      { name: "step", type: "number", description: "From one to the next; 1 when left out.", optional: true },
    ],
    returns: "array",
    examples: [
      { formula: "range(1; 4)", result: [1, 2, 3, 4] },
      { formula: "range(10; 0; -5)", result: [10, 5, 0] },
      { formula: "range(3; 1)", result: [] },
    ],
    call: ([start, end, step = 1], evaluation) => {
      if (step === 0) throw new FormulaError("formula_failed", "The step from one number to the next cannot be 0.");
      const count = Math.max(0, Math.floor((end - start) / step) + 1);
      evaluation.spendItems(count);
      return Array.from({ length: count }, (_, index) => start + index * step);
    },
  }),
  defineFunction({
    name: "values",
    category: "array",
    description: "The values of an object's fields.",
    args: [{ name: "object", type: "object", description: "The object." }],
    returns: "array",
    examples: [{ formula: "values(1.address)", result: ["London", "NW1 6XE"] }],
    call: ([object], evaluation) => {
      const names = fieldNames(object);
      evaluation.spendItems(names.length);
      return names.map((name) => object[name]!);
    },
  }),
];
