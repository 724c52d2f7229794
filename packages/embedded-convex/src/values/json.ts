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
