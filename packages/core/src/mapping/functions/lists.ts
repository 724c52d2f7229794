import type { JsonValue } from "../../definition/schema.ts";
import type { Evaluation } from "../evaluation.ts";
import { FormulaError } from "../formulaError.ts";
import { parsePath } from "../path.ts";
import { readPath } from "../reference.ts";
import { parseDateText } from "../dates/parseIso.ts";
import {
  checkDepth,
  compareText,
  isEmpty,
  isObject,
  toNumberOrUndefined,
  type JsonObject,
  type Value,
} from "../values.ts";

/** The names of an object's fields; `__proto__` is never one. */
export const fieldNames = (object: JsonObject): string[] => Object.keys(object).filter((name) => name !== "__proto__");

export function readAt(item: JsonValue, path: string, evaluation: Evaluation): Value {
  const steps = parsePath(path);
  if (!steps) throw new FormulaError("formula_failed", `"${path.slice(0, 60)}" is not a path such as items[1].title.`);
  return readPath(item, steps, evaluation);
}

export function sortItems(
  items: readonly JsonValue[],
  order: string,
  path: string | undefined,
  evaluation: Evaluation,
): JsonValue[] {
  const match = /^(asc|desc)( ci)?$/.exec(order.trim().toLowerCase());
  if (!match)
    throw new FormulaError("formula_failed", `"${order.slice(0, 40)}" is not one of asc, desc, asc ci, desc ci.`);
  evaluation.spendSteps(Math.ceil(items.length * Math.log2(items.length + 2)));
  const sign = match[1] === "desc" ? -1 : 1;
  const keyed = items.map((item) => {
    const key = path === undefined ? item : readAt(item, path, evaluation);
    const folded = match[2] !== undefined && typeof key === "string" ? key.toLowerCase() : key;
    return { item, key: readSortKey(folded, evaluation.timeZone) };
  });
  // Empty values come last in either order.
  const ordered = keyed.sort(({ key: a }, { key: b }) =>
    a.rank === EMPTY || b.rank === EMPTY ? a.rank - b.rank : sign * compareKeys(a, b),
  );
  return ordered.map(({ item }) => item);
}

/**
 * What an item is sorted by, read once. Each sort of value has its rank, so that the order is total: a mixed list does not depend on
 * how it was given.
 */
type SortKey = { rank: number; number: number; text: string };

const EMPTY = 9;

function readSortKey(value: Value, timeZone: string): SortKey {
  if (isEmpty(value)) return { rank: EMPTY, number: 0, text: "" };
  const number = toNumberOrUndefined(value);
  if (number !== undefined) return { rank: 0, number, text: "" };
  if (typeof value === "boolean") return { rank: 1, number: Number(value), text: "" };
  if (typeof value !== "string") return { rank: 4, number: 0, text: "" };
  const ms = parseDateText(value, timeZone);
  return ms === undefined ? { rank: 3, number: 0, text: value } : { rank: 2, number: ms, text: "" };
}

const compareKeys = (a: SortKey, b: SortKey): number =>
  a.rank - b.rank || a.number - b.number || compareText(a.text, b.text);

export function flattenInto(
  results: JsonValue[],
  items: readonly JsonValue[],
  evaluation: Evaluation,
  depth: number,
): void {
  checkDepth(depth);
  evaluation.spendSteps(items.length);
  for (const item of items) {
    if (Array.isArray(item)) flattenInto(results, item, evaluation, depth + 1);
    else results.push(item);
  }
}

export function mergeValues(values: readonly Value[], evaluation: Evaluation): Value {
  const given = values.filter((value) => value !== undefined && value !== null && value !== "");
  if (given.length > 0 && given.every(isObject)) {
    const result: JsonObject = {};
    for (const object of given) {
      const names = Object.keys(object);
      evaluation.spendSteps(names.length);
      for (const name of names) if (name !== "__proto__") result[name] = object[name]!;
    }
    return result;
  }
  evaluation.spendItems(given.reduce<number>((sum, value) => sum + (Array.isArray(value) ? value.length : 1), 0));
  return given.flatMap((value) => (Array.isArray(value) ? value : [value as JsonValue]));
}
