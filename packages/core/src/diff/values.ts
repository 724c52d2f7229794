import type { JsonValue } from "../definition/schema.ts";
import type { FieldChange, FieldPath } from "./types.ts";

/** JSON, where an absent field may also be written as `undefined`. */
export type Json = JsonValue | undefined;
type JsonObject = Record<string, Json>;

export const isPlainObject = (value: unknown): value is JsonObject =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** Keys with a value in either of the objects. `__proto__` is no key: assigning it would change the prototype. */
export function keysOf(...objects: JsonObject[]): string[] {
  const keys = new Set<string>();
  for (const object of objects) {
    for (const key of Object.keys(object)) if (object[key] !== undefined && key !== "__proto__") keys.add(key);
  }
  return [...keys];
}

/** Own fields only, so that a missing `constructor` is missing. */
export const fieldOf = (object: JsonObject, key: string): Json =>
  Object.hasOwn(object, key) ? object[key] : undefined;

/** Equality by content; the order of keys does not count, and an `undefined` field is an absent one. */
export function isSameJson(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (Array.isArray(a) || Array.isArray(b)) {
    return (
      Array.isArray(a) && Array.isArray(b) && a.length === b.length && a.every((item, i) => isSameJson(item, b[i]))
    );
  }
  if (!isPlainObject(a) || !isPlainObject(b)) return false;
  return keysOf(a, b).every((key) => isSameJson(fieldOf(a, key), fieldOf(b, key)));
}

/** The smallest changes that lead from one value to the other: by key, and by index in lists of the same length. */
export function diffValues(before: Json, after: Json, path: FieldPath, changes: FieldChange[]): void {
  if (before === after) return;
  if (isPlainObject(before) && isPlainObject(after)) {
    for (const key of keysOf(before, after)) {
      diffValues(fieldOf(before, key), fieldOf(after, key), [...path, key], changes);
    }
  } else if (Array.isArray(before) && Array.isArray(after) && before.length === after.length) {
    for (const [index, item] of before.entries()) diffValues(item, after[index], [...path, index], changes);
  } else if (!isSameJson(before, after)) {
    changes.push({ path, ...(before !== undefined && { before }), ...(after !== undefined && { after }) });
  }
}

/** The value with one place in it replaced, or removed by `undefined`. The original is left as it is. */
export function setAtPath(value: Json, path: FieldPath, replacement: Json): Json {
  const [key, ...rest] = path;
  if (key === undefined) return replacement;
  if (key === "__proto__") return value;
  if (Array.isArray(value) && typeof key === "number") {
    return value.map((item, index) => (index === key ? (setAtPath(item, rest, replacement) ?? null) : item));
  }
  const object = isPlainObject(value) ? value : {};
  const inside = setAtPath(fieldOf(object, String(key)), rest, replacement);
  const copy: JsonObject = { ...object };
  if (inside === undefined) delete copy[key];
  else copy[key] = inside;
  return copy as JsonValue;
}
