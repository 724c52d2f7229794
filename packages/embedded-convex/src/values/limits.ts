/** Convex's limits on values and documents. What works embedded must work on Convex Cloud, so they are all enforced. */
import { displayValue } from "./display.ts";
import { isJsonObject } from "./json.ts";
import type { ConvexJson, ConvexJsonObject } from "./json.ts";

/** The greatest size of a document, system fields included, in bytes of `jsonSize`. */
export const MAX_DOCUMENT_SIZE = 1 << 20;
/** How deep arrays and objects of a document may nest; the document itself is the first level. */
export const MAX_DOCUMENT_NESTING = 16;
/** How deep arguments and results may nest. */
export const MAX_VALUE_NESTING = 64;
/** The greatest number of elements of an array. */
export const MAX_ARRAY_LENGTH = 8192;
/** The greatest number of fields of an object. */
export const MAX_OBJECT_FIELDS = 1024;
/** The greatest length of a field name. */
export const MAX_FIELD_NAME_LENGTH = 1024;

const SCALAR_SIZE = 9;
const LONG_STRING = 500;
const SYSTEM_FIELDS: ReadonlySet<string> = new Set(["_id", "_creationTime"]);
const LONE_SURROGATE = /\p{Surrogate}/u;
const INVALID_FIELD_CHARACTER = /[^\x20-\x7e]/;

/**
 * The size of a value in bytes as Convex counts it (`getConvexSize` of `convex/values`): numbers 9, null and booleans 1,
 * strings and bytes their length + 2, arrays and objects their content + 2 and one byte per field name more.
 */
export function jsonSize(value: ConvexJson): number {
  switch (typeof value) {
    case "string":
      return 2 + utf8Length(value);
    case "number":
      return SCALAR_SIZE;
    case "boolean":
      return 1;
    default:
      break;
  }
  if (value === null) return 1;
  let size = 2;
  if (Array.isArray(value)) {
    for (let index = 0; index < value.length; index += 1) size += jsonSize(value[index]!);
    return size;
  }
  const encoded = encodedScalarSize(value);
  if (encoded !== null) return encoded;
  for (const name of Object.keys(value)) size += utf8Length(name) + 1 + jsonSize(value[name]!);
  return size;
}

/**
 * What makes `value` unfit to be stored as a document (with its system fields), as a message of the Convex backend; null
 * when nothing does. Schemas are checked elsewhere.
 */
export function documentProblem(value: ConvexJson): string | null {
  if (!isJsonObject(value) || encodedScalarSize(value) !== null) return "Documents must be objects.";
  const problem = valueProblem(value);
  if (problem !== null) return problem;
  const violations = Object.keys(value)
    .filter((name) => name.startsWith("_") && !SYSTEM_FIELDS.has(name))
    .map((name) => `Field '${name}' starts with an underscore, which is only allowed for system fields like '_id'`);
  const depth = nesting(value);
  if (depth > MAX_DOCUMENT_NESTING) {
    violations.push(`Document is too nested (nested ${depth} levels deep > maximum nesting ${MAX_DOCUMENT_NESTING})`);
  }
  if (violations.length > 0) {
    return `Document(value: ${displayValue(value)}) isn't a valid document: ${violations.join("\n ")}`;
  }
  const size = jsonSize(value);
  if (size <= MAX_DOCUMENT_SIZE) return null;
  return `Value is too large (${displaySize(size)} > maximum size ${displaySize(MAX_DOCUMENT_SIZE)})`;
}

/** How deep a value nests: scalars not at all, a list of scalars one level. */
export function nesting(value: ConvexJson): number {
  if (typeof value !== "object" || value === null) return 0;
  if (!Array.isArray(value) && encodedScalarSize(value) !== null) return 0;
  let deepest = 0;
  for (const item of Object.values(value)) deepest = Math.max(deepest, nesting(item));
  return deepest + 1;
}

function valueProblem(value: ConvexJson): string | null {
  if (typeof value === "string")
    return LONE_SURROGATE.test(value) ? "Strings must be valid Unicode: found a lone surrogate" : null;
  if (typeof value !== "object" || value === null) return null;
  if (!Array.isArray(value) && encodedScalarSize(value) !== null) return null;
  return Array.isArray(value) ? arrayProblem(value) : objectProblem(value);
}

function arrayProblem(values: readonly ConvexJson[]): string | null {
  if (values.length > MAX_ARRAY_LENGTH) {
    return `Array length is too long (${values.length} > maximum length ${MAX_ARRAY_LENGTH})`;
  }
  for (let index = 0; index < values.length; index += 1) {
    const problem = valueProblem(values[index]!);
    if (problem !== null) return problem;
  }
  return null;
}

function objectProblem(value: ConvexJsonObject): string | null {
  const names = Object.keys(value);
  if (names.length > MAX_OBJECT_FIELDS) {
    return `Object has too many fields (${names.length} > maximum number ${MAX_OBJECT_FIELDS})`;
  }
  for (const name of names) {
    const problem = fieldNameProblem(name) ?? valueProblem(value[name]!);
    if (problem !== null) return problem;
  }
  return null;
}

function fieldNameProblem(name: string): string | null {
  if (name.length > MAX_FIELD_NAME_LENGTH) {
    return `Field name ${name} exceeds maximum field name length ${MAX_FIELD_NAME_LENGTH}.`;
  }
  if (name.startsWith("$")) return `Field name ${name} starts with a '$', which is reserved.`;
  const invalid = INVALID_FIELD_CHARACTER.exec(name)?.[0];
  if (invalid === undefined) return null;
  return `Field name ${name} has invalid character '${invalid}': Field names can only contain non-control ASCII characters`;
}

/** The size of `{ $integer }` and its like, or null for an object of the user's. */
function encodedScalarSize(value: ConvexJsonObject): number | null {
  if (value.$integer !== undefined || value.$float !== undefined || value.$commitTs === null) return SCALAR_SIZE;
  return typeof value.$bytes === "string" ? 2 + Buffer.byteLength(value.$bytes, "base64") : null;
}

function utf8Length(text: string): number {
  if (text.length > LONG_STRING) return Buffer.byteLength(text, "utf8");
  let bytes = text.length;
  for (let index = 0; index < text.length; index += 1) {
    const code = text.charCodeAt(index);
    // Each half of a surrogate pair accounts for 2 of its 4 bytes.
    if (code >= 0x80) bytes += code < 0x800 || (code >= 0xd800 && code <= 0xdfff) ? 1 : 2;
  }
  return bytes;
}

/** A size in the words of messages: `1.5 MiB`. */
export function displaySize(bytes: number): string {
  if (bytes < 1024) return `${bytes} B`;
  const [size, unit] = bytes < 1 << 20 ? [bytes / 1024, "KiB"] : [bytes / (1 << 20), "MiB"];
  return `${Number(size.toFixed(2))} ${unit}`;
}
