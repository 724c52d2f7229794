import { convexToJson, jsonToConvex } from "convex/values";
import { encodeInt64 } from "../functions/databaseSyscalls.ts";
import { type ConvexJson, type ConvexJsonObject, isJsonObject } from "../values/json.ts";

/**
 * Values in the files of `convex export` and `convex import`.
 *
 * An export marks its tables as "uniform": an int64 is a number without a fraction, a float64 one with a point or an exponent;
 * bytes and floats that JSON lacks keep Convex's `$` encoding. Files without a schema are plain JSON: every number is a float64.
 */

const INT64_MIN = -(2n ** 63n);
const INT64_MAX = 2n ** 63n - 1n;

/** A stored document (Convex JSON text) as one line of an export. */
export function toExportLine(json: string): string {
  return exportText(JSON.parse(json) as ConvexJson);
}

/** One line of an export. @throws SyntaxError or an Error that says what is wrong. */
export function fromExportLine(line: string): ConvexJson {
  return JSON.parse(line, ((_key: string, value: unknown, context: { source?: string }): unknown => {
    if (typeof value !== "number") return normalize(value as ConvexJson);
    const source = context.source ?? "";
    if (/^-?\d+$/.test(source) && source !== "-0") {
      const integer = BigInt(source);
      if (integer >= INT64_MIN && integer <= INT64_MAX) return { $integer: encodeInt64(integer) };
    }
    return encodeFloat(value);
  }) as (key: string, value: unknown) => unknown) as ConvexJson;
}

/** Plain JSON, in which numbers are float64. @throws an Error that says what is wrong. */
export function fromPlainJson(value: ConvexJson): ConvexJson {
  if (typeof value === "number") return encodeFloat(value);
  if (Array.isArray(value)) return value.map(fromPlainJson);
  if (!isJsonObject(value)) return value;
  const fields = Object.entries(value).map(([name, item]) => {
    if (name.startsWith("$")) throw new Error(`Field name ${name} starts with '$', which is reserved.`);
    return [name, fromPlainJson(item)] as const;
  });
  return Object.fromEntries(fields);
}

function exportText(value: ConvexJson): string {
  if (typeof value === "number") return floatText(value);
  if (Array.isArray(value)) return `[${value.map(exportText).join(",")}]`;
  if (!isJsonObject(value)) return JSON.stringify(value);
  if (typeof value.$integer === "string") return String(Buffer.from(value.$integer, "base64").readBigInt64LE());
  if (typeof value.$float === "string") {
    const isNegativeZero = Object.is(Buffer.from(value.$float, "base64").readDoubleLE(), -0);
    return isNegativeZero ? "-0.0" : JSON.stringify(value);
  }
  return `{${Object.entries(value)
    .map(([name, item]) => `${JSON.stringify(name)}:${exportText(item)}`)
    .join(",")}}`;
}

function floatText(value: number): string {
  const text = String(value);
  return /[.e]/.test(text) ? text : `${text}.0`;
}

function encodeFloat(value: number): ConvexJson {
  return Number.isFinite(value) && !Object.is(value, -0) ? value : convexToJson(value);
}

function isEncoded(value: ConvexJsonObject): boolean {
  return Object.keys(value)[0]?.startsWith("$") === true;
}

/** Checks a value in a `$` encoding, and brings it into the form in which it is stored. */
export function normalize(value: ConvexJson): ConvexJson {
  return isJsonObject(value) && isEncoded(value) ? convexToJson(jsonToConvex(value)) : value;
}
