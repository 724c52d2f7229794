import type { JsonValue } from "../definition/schema.ts";
import { MAX_VALUE_DEPTH } from "./evaluation.ts";
import { FormulaError } from "./formulaError.ts";
import { parseDateText } from "./dates/parseIso.ts";

/** What a formula yields: a JSON value, or `undefined` for "nothing". */
export type Value = JsonValue | undefined;
export type JsonObject = { [key: string]: JsonValue };

export const isObject = (value: Value): value is JsonObject =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** Nothing, null, "", [] and {}. */
export function isEmpty(value: Value): boolean {
  if (value === undefined || value === null || value === "") return true;
  if (Array.isArray(value)) return value.length === 0;
  return isObject(value) && !hasFields(value);
}

function hasFields(object: JsonObject): boolean {
  // Stops at the first field, however many there are.
  for (const key in object) if (Object.hasOwn(object, key)) return true;
  return false;
}

/** Empty values, false, 0 and the texts "false" and "0" are false; everything else is true. */
export function isTruthy(value: Value): boolean {
  if (typeof value === "string") return value !== "" && value !== "false" && value !== "0";
  return value !== false && value !== 0 && !isEmpty(value);
}

/** For messages: `text "abc"`, `a list`. Never more than a few characters of the data. */
export function describeValue(value: Value): string {
  if (value === undefined || value === null) return "nothing";
  if (typeof value === "string") return `the text "${value.length > 40 ? `${value.slice(0, 40)}...` : value}"`;
  if (Array.isArray(value)) return "a list";
  if (typeof value === "object") return "an object";
  return `${value}`;
}

/** As it stands in a text: nothing as "", lists and objects as JSON. */
export function toText(value: Value): string {
  if (typeof value === "string") return value;
  if (value === undefined || value === null) return "";
  if (typeof value === "object") return toJson(value);
  return String(value);
}

/** JSON text, with the nesting bounded. */
export function toJson(value: JsonValue, indent?: number): string {
  measure(value);
  return JSON.stringify(value, undefined, indent);
}

const numberText = /^[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?$/;
/** Longer texts are not numbers that a person wrote. */
const MAX_NUMBER_LENGTH = 400;

/** A number from a number or a text that is one; `undefined` otherwise (for empty values as well). */
export function toNumberOrUndefined(value: Value): number | undefined {
  if (typeof value === "number") return value;
  if (typeof value !== "string") return undefined;
  const text = value.trim();
  if (text.length > MAX_NUMBER_LENGTH || !numberText.test(text)) return undefined;
  const number = Number(text);
  return Number.isFinite(number) ? number : undefined;
}

/** A number, or `undefined` for nothing. Throws for what is neither. */
export function toNumber(value: Value): number | undefined {
  if (typeof value === "number") return value;
  if (value === undefined || value === null || value === "") return undefined;
  const number = toNumberOrUndefined(value);
  if (number === undefined)
    throw new FormulaError("formula_failed", `${capital(describeValue(value))} is not a number.`);
  return number;
}

/** JSON has no infinities: a result outside its range is a fault, not a silent null. */
export function requireFinite(number: number): number {
  if (!Number.isFinite(number)) throw new FormulaError("formula_failed", "The result is not a finite number.");
  return number;
}

/** A list: lists as they are, nothing as [], anything else as its only item. */
export function toArray(value: Value): readonly JsonValue[] {
  if (Array.isArray(value)) return value;
  if (value === undefined || value === null || value === "") return [];
  return [value];
}

export const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

/**
 * Equality as people mean it: a number equals the text that writes it, true equals "true", all empty scalars are
 * equal, and lists and objects are compared by content.
 */
export function areEqual(a: Value, b: Value): boolean {
  return areEqualAt(a, b, 0);
}

function areEqualAt(a: Value, b: Value, depth: number): boolean {
  if (a === b) return true;
  if (a === undefined || a === null || a === "") return b === undefined || b === null || b === "";
  if (b === undefined || b === null) return false;
  if (typeof a === "object" || typeof b === "object") {
    return typeof a === "object" && typeof b === "object" && areSameContent(a, b, depth + 1);
  }
  if (typeof a === "number" || typeof b === "number") {
    const [left, right] = [toNumberOrUndefined(a), toNumberOrUndefined(b)];
    return left !== undefined && left === right;
  }
  return typeof a !== typeof b && String(a) === String(b);
}

function areSameContent(a: object, b: object, depth: number): boolean {
  checkDepth(depth);
  if (Array.isArray(a) || Array.isArray(b)) {
    if (!Array.isArray(a) || !Array.isArray(b) || a.length !== b.length) return false;
    return a.every((item, index) => areEqualAt(item as JsonValue, b[index] as JsonValue, depth));
  }
  const [left, right] = [a as JsonObject, b as JsonObject];
  const keys = Object.keys(left);
  if (keys.length !== Object.keys(right).length) return false;
  return keys.every((key) => Object.hasOwn(right, key) && areEqualAt(left[key], right[key], depth));
}

/**
 * Negative, zero or positive; `undefined` where there is no order (an empty value, lists, objects). Numbers and texts
 * that both read as numbers compare as numbers, ISO dates by time, other scalars as text.
 */
export function compare(a: Value, b: Value, timeZone: string): number | undefined {
  if (typeof a === "number" && typeof b === "number") return a - b;
  if (isEmpty(a) || isEmpty(b) || typeof a === "object" || typeof b === "object") return undefined;
  const [leftNumber, rightNumber] = [toNumberOrUndefined(a), toNumberOrUndefined(b)];
  if (leftNumber !== undefined && rightNumber !== undefined) return leftNumber - rightNumber;
  const [leftDate, rightDate] = [toDateMs(a, timeZone), toDateMs(b, timeZone)];
  if (leftDate !== undefined && rightDate !== undefined) return leftDate - rightDate;
  return compareText(String(a), String(b));
}

const toDateMs = (value: Value, timeZone: string): number | undefined =>
  typeof value === "string" ? parseDateText(value, timeZone) : undefined;

/** By UTF-16 code units: the same on every machine and in every locale. */
export const compareText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** The approximate size of a value as JSON, in characters. Throws when it nests too deep. */
export function measure(value: Value, limit = Infinity): number {
  return measureAt(value, 0, limit);
}

function measureAt(value: Value, depth: number, limit: number): number {
  if (typeof value === "string") return value.length + 2;
  if (typeof value !== "object" || value === null) return 8;
  checkDepth(depth + 1);
  let size = 2;
  if (Array.isArray(value)) {
    for (const item of value) {
      size += 1 + measureAt(item, depth + 1, limit - size);
      if (size > limit) return size;
    }
    return size;
  }
  for (const key of Object.keys(value)) {
    size += key.length + 4 + measureAt(value[key], depth + 1, limit - size);
    if (size > limit) return size;
  }
  return size;
}

export function checkDepth(depth: number): void {
  if (depth <= MAX_VALUE_DEPTH) return;
  throw new FormulaError("formula_budget", `A value is nested more than ${MAX_VALUE_DEPTH} levels deep.`);
}
