import { parseDateText } from "../mapping/dates/parseIso.ts";
import type { JsonValue } from "../definition/schema.ts";
import {
  anyShape,
  boolean,
  date,
  listOf,
  nothing,
  number,
  text,
  unite,
  type ObjectShape,
  type Shape,
} from "./shape.ts";

const MAX_DEPTH = 12;
const MAX_FIELDS = 500;
/** Items of a list that are looked at. */
const MAX_ITEMS = 20;

/**
 * The shape of a value. A sample's objects may have other fields the next time (`unseen`); those that a config writes out
 * have none but these (`none`).
 */
export function shapeOfValue(value: JsonValue | undefined, others: "unseen" | "none"): Shape {
  return shapeAt(value, others, 0);
}

function shapeAt(value: JsonValue | undefined, others: "unseen" | "none", depth: number): Shape {
  if (value === undefined || value === null) return others === "none" ? nothing : anyShape;
  if (typeof value === "string") return parseDateText(value, "UTC") === undefined ? text : date;
  if (typeof value === "number") return number;
  if (typeof value === "boolean") return boolean;
  if (depth >= MAX_DEPTH) return anyShape;
  if (Array.isArray(value)) {
    // An empty sample list says nothing of its items.
    if (value.length === 0) return listOf(anyShape);
    return listOf(unite(value.slice(0, MAX_ITEMS).map((item) => shapeAt(item, others, depth + 1))));
  }
  const names = Object.keys(value).filter((name) => name !== "__proto__");
  const fields = new Map(names.slice(0, MAX_FIELDS).map((name) => [name, shapeAt(value[name], others, depth + 1)]));
  const shape: ObjectShape = { kind: "object", fields, others: names.length > MAX_FIELDS ? anyShape : others };
  return shape;
}
