import { FormulaError } from "../formulaError.ts";

/** A moment as a calendar and clock show it; `month` from 1. */
export interface CivilTime {
  year: number;
  month: number;
  day: number;
  hour: number;
  minute: number;
  second: number;
  millisecond: number;
}

const formatters = new Map<string, Intl.DateTimeFormat>();
const MAX_FORMATTERS = 1_000;

/** Making a formatter costs far more than using it; there are a few hundred zones at most. */
function formatterOf(timeZone: string): Intl.DateTimeFormat {
  const known = formatters.get(timeZone);
  if (known) return known;
  let formatter: Intl.DateTimeFormat;
  try {
    formatter = new Intl.DateTimeFormat("en-US", {
      timeZone,
      hourCycle: "h23",
      year: "numeric",
      month: "numeric",
      day: "numeric",
      hour: "numeric",
      minute: "numeric",
      second: "numeric",
      era: "short",
    });
  } catch {
    throw new FormulaError(
      "formula_failed",
      `There is no time zone "${timeZone.slice(0, 60)}". Example: Europe/Prague.`,
    );
  }
  // The oldest goes first: names in odd cases ("EUROPE/prague") must not keep the usual ones out.
  if (formatters.size >= MAX_FORMATTERS) formatters.delete(formatters.keys().next().value!);
  formatters.set(timeZone, formatter);
  return formatter;
}

/** The farthest moment a date can hold (ECMAScript's own bound), in milliseconds. */
const MAX_TIME_MS = 8.64e15;

/** Throws where the moment lies outside what dates can hold. */
export function requireTime(ms: number): number {
  if (Math.abs(ms) <= MAX_TIME_MS) return ms;
  throw new FormulaError("formula_failed", "The date is out of range.");
}

/** What calendar and clock show in a time zone at a moment. */
export function toCivil(ms: number, timeZone: string): CivilTime {
  const shown = new Date(ms + offsetMs(requireTime(ms), timeZone));
  return {
    year: shown.getUTCFullYear(),
    month: shown.getUTCMonth() + 1,
    day: shown.getUTCDate(),
    hour: shown.getUTCHours(),
    minute: shown.getUTCMinutes(),
    second: shown.getUTCSeconds(),
    millisecond: shown.getUTCMilliseconds(),
  };
}

/** How far the zone's clocks are ahead of UTC at a moment, in milliseconds. */
export function offsetMs(ms: number, timeZone: string): number {
  if (timeZone === "UTC") return 0;
  const parts: Record<string, string> = {};
  for (const { type, value } of formatterOf(timeZone).formatToParts(ms)) parts[type] = value;
  const year = parts.era === "BC" ? 1 - Number(parts.year) : Number(parts.year);
  const shown = utcMs({
    year,
    month: Number(parts.month),
    day: Number(parts.day),
    hour: Number(parts.hour),
    minute: Number(parts.minute),
    second: Number(parts.second),
    millisecond: 0,
  });
  return shown - Math.floor(ms / 1000) * 1000;
}

/**
 * The moment at which a zone's clocks show a time. A time that occurs twice (clocks go back) is the first of the two;
 * one that does not occur (clocks go forward) is moved by the gap, as calendars do.
 */
export function toUtcMs(time: CivilTime, timeZone: string): number {
  const asUtc = utcMs(time);
  if (timeZone === "UTC") return asUtc;
  // The offsets a day before and after bracket any change of clocks around the time.
  const before = offsetMs(asUtc - 86_400_000, timeZone);
  const after = offsetMs(asUtc + 86_400_000, timeZone);
  const candidates = [asUtc - before, asUtc - after].filter((ms) => ms + offsetMs(ms, timeZone) === asUtc);
  return candidates.length > 0 ? Math.min(...candidates) : asUtc - before;
}

function utcMs(time: CivilTime): number {
  const date = new Date(0);
  // setUTCFullYear takes years below 100 as they are, which Date.UTC does not.
  date.setUTCFullYear(time.year, time.month - 1, time.day);
  date.setUTCHours(time.hour, time.minute, time.second, time.millisecond);
  return date.getTime();
}
