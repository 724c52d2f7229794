import { FormulaError } from "../formulaError.ts";
import { parseMoment } from "./parseFormat.ts";
import { parseDateText } from "./parseIso.ts";

/** Longest text or format that is read as a date. */
const MAX_LENGTH = 200;

export interface DateReading {
  /** Nothing for ISO 8601. */
  format: string | undefined;
  timeZone: string;
  /** Language of the names, English when absent. */
  locale: string | undefined;
  nowMs: number;
}

/** Milliseconds of a date in a format, or in ISO 8601 without one. Throws `formula_failed` with what did not fit. */
export function parseIsoOrFormat(text: string, { format, timeZone, locale, nowMs }: DateReading): number {
  if (text.length > MAX_LENGTH || (format?.length ?? 0) > MAX_LENGTH) {
    throw new FormulaError("formula_failed", `A date and its format may have ${MAX_LENGTH} characters.`);
  }
  const ms =
    format === undefined
      ? parseDateText(text.trim(), timeZone)
      : parseMoment(text, format, timeZone, { nowMs, locale });
  if (ms === null)
    throw new FormulaError("formula_failed", `The format "${format}" has a part that cannot be read back.`);
  if (ms !== undefined) return ms;
  const expected = format === undefined ? "a date in ISO 8601" : `a date written as ${format}`;
  throw new FormulaError("formula_failed", `"${text}" is not ${expected}.`);
}
