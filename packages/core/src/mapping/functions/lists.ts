import type { JsonValue } from "../../definition/schema.ts";
import type { Evaluation } from "../evaluation.ts";
import { FormulaError } from "../formulaError.ts";
import { parsePath } from "../path.ts";
import { readPath } from "../reference.ts";
import { checkDepth, compare, compareText, isEmpty, isObject, type JsonObject, type Value } from "../values.ts";

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
    return { item, key: match[2] !== undefined && typeof key === "string" ? key.toLowerCase() : key };
  });
  const numeric = keyed.every(({ key }) => typeof key === "number");
  const ordered = keyed.sort((a, b) => {
    if (numeric) return sign * ((a.key as number) - (b.key as number));
    const [emptyA, emptyB] = [isEmpty(a.key), isEmpty(b.key)];
    if (emptyA || emptyB) return Number(emptyA) - Number(emptyB);
    return sign * compareKeys(a.key, b.key, evaluation.timeZone);
  });
  return ordered.map(({ item }) => item);
}

/** A total order: numbers before texts, so that a mixed list does not depend on how it was given. */
function compareKeys(a: Value, b: Value, timeZone: string): number {
  if (typeof a === typeof b) return compare(a, b, timeZone) ?? 0;
  return compareText(typeof a, typeof b);
}

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
