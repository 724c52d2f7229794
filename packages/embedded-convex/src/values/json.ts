import type { JSONValue } from "convex/values";

/** A Convex value in Convex's JSON encoding (`$integer`, `$float`, `$bytes`, `$commitTs` for what JSON cannot say). */
export type ConvexJson = JSONValue;

/** A Convex object (for example a document) in Convex's JSON encoding. */
export type ConvexJsonObject = { [key: string]: ConvexJson };

/** One field of an object validator. */
export interface FieldValidatorJson {
  fieldType: ValidatorJson;
  optional: boolean;
}

/** A validator as `v.*().json` and `export()` of schemas and functions give it. */
export type ValidatorJson =
  | { type: "null" }
  | { type: "number" }
  | { type: "bigint" }
  | { type: "commitTs" }
  | { type: "boolean" }
  | { type: "string" }
  | { type: "bytes" }
  | { type: "any" }
  | { type: "literal"; value: ConvexJson }
  | { type: "id"; tableName: string }
  | { type: "array"; value: ValidatorJson }
  | { type: "record"; keys: ValidatorJson; values: FieldValidatorJson }
  | { type: "object"; value: Record<string, FieldValidatorJson> }
  | { type: "union"; value: ValidatorJson[] };

/** Is `value` a plain object of the encoding, not null, not an array? (Encoded scalars such as `{ $integer }` are too.) */
export function isJsonObject(value: ConvexJson | undefined): value is ConvexJsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The object with its fields in order of their names, at every depth, as Convex gives them back; itself if it is so already. */
export function sortedFields(object: ConvexJsonObject): ConvexJsonObject {
  return sorted(object) as ConvexJsonObject;
}

function sorted(value: ConvexJson): ConvexJson {
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) {
    const items = value.map(sorted);
    return items.some((item, index) => item !== value[index]) ? items : value;
  }
  const names = Object.keys(value);
  const isSorted = names.every((name, index) => index === 0 || names[index - 1]! < name);
  const fields = names.map((name) => sorted(value[name]!));
  if (isSorted && fields.every((field, index) => field === value[names[index]!])) return value;
  return Object.fromEntries(names.sort().map((name) => [name, sorted(value[name]!)]));
}
