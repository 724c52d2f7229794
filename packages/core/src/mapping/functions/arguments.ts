import type { Evaluation } from "../evaluation.ts";
import { parseDateText } from "../dates/parseIso.ts";
import { FormulaError } from "../formulaError.ts";
import { capital, describeValue, isObject, isTruthy, toArray, toNumber, toText, type Value } from "../values.ts";
import type { ArgumentDoc } from "./define.ts";

const isNothing = (value: Value): boolean => value === undefined || value === null || value === "";

/** Whether an argument is absent that the function cannot do without: then the call's result is nothing, too. */
export function isMissingRequired(value: Value, doc: ArgumentDoc): boolean {
  return (doc.type === "number" || doc.type === "date") && !doc.optional && isNothing(value);
}

/** The value as the type the function declares. Throws `formula_failed` where that is impossible. */
export function convertArgument(value: Value, doc: ArgumentDoc, evaluation: Evaluation): unknown {
  if (doc.optional && (value === undefined || value === null)) return undefined;
  switch (doc.type) {
    case "any":
      return value;
    case "text":
      return toPaidText(value, evaluation);
    case "number":
      return toNumber(value);
    case "boolean":
      return isTruthy(value);
    case "array":
      return toArray(value);
    case "object":
      return toObject(value, doc);
    case "date":
      return toDate(value, doc, evaluation.timeZone);
  }
}

/** Text of a list or object is made on the spot, so it is paid for like any text that a formula makes. */
export function toPaidText(value: Value, evaluation: Evaluation): string {
  const text = toText(value);
  if (typeof value === "object") evaluation.spendChars(text.length);
  return text;
}

function toObject(value: Value, doc: ArgumentDoc): unknown {
  if (isObject(value)) return value;
  if (isNothing(value)) return {};
  throw new FormulaError("formula_failed", `${doc.name} must be an object, but it is ${describeValue(value)}.`);
}

/** A date argument in milliseconds; `undefined` for nothing. */
export function toDate(value: Value, doc: Pick<ArgumentDoc, "name">, timeZone: string): number | undefined {
  if (isNothing(value)) return undefined;
  const ms = typeof value === "string" ? parseDateText(value.trim(), timeZone) : undefined;
  if (ms !== undefined) return ms;
  const message = `${capital(describeValue(value))} is not a date. Use parseDate to read dates that are not in ISO 8601.`;
  throw new FormulaError("formula_failed", `${doc.name}: ${message}`);
}
