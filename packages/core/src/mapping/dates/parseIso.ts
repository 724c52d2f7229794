import { toUtcMs, type CivilTime } from "./zone.ts";

const isoPattern =
  /^(\d{4})-(\d{2})-(\d{2})(?:[T ](\d{2}):(\d{2})(?::(\d{2})(?:[.,](\d{1,9}))?)?\s*(Z|z|[+-]\d{2}(?::?\d{2})?)?)?$/;

/**
 * Milliseconds since 1970 of an ISO 8601 date or date and time; `undefined` for every other text. Without an offset
 * it is read in `timeZone`. Stricter than `Date.parse`, which takes "5" for a date and differs between hosts.
 */
export function parseDateText(text: string, timeZone: string): number | undefined {
  // Cheap refusal first: this runs for every text that a filter compares.
  if (text.length < 10 || text.length > 40 || text.charCodeAt(4) !== 45) return undefined;
  const match = isoPattern.exec(text);
  if (!match) return undefined;
  const [, year, month, day, hour, minute, second, fraction, offset] = match;
  const civil: CivilTime = {
    year: Number(year),
    month: Number(month),
    day: Number(day),
    hour: Number(hour ?? 0),
    minute: Number(minute ?? 0),
    second: Number(second ?? 0),
    millisecond: fraction === undefined ? 0 : Math.floor(Number(`0.${fraction}`) * 1000),
  };
  if (!isRealTime(civil)) return undefined;
  if (offset === undefined) return toUtcMs(civil, timeZone);
  const offsetMinutes = parseOffset(offset);
  return offsetMinutes === undefined ? undefined : toUtcMs(civil, "UTC") - offsetMinutes * 60_000;
}

/** `Z`, `+02`, `+0200`, `+02:00` in minutes east of UTC. */
export function parseOffset(text: string): number | undefined {
  if (text === "Z" || text === "z") return 0;
  const match = /^([+-])(\d{2}):?(\d{2})?$/.exec(text);
  if (!match) return undefined;
  const [, sign, hours, minutes] = match;
  const total = Number(hours) * 60 + Number(minutes ?? 0);
  if (total > 18 * 60) return undefined;
  return sign === "-" ? -total : total;
}

/** False for the 30th of February, hour 24 and the like. */
export function isRealTime(time: CivilTime): boolean {
  const inRange =
    time.month >= 1 &&
    time.month <= 12 &&
    time.day >= 1 &&
    time.hour <= 23 &&
    time.minute <= 59 &&
    time.second <= 59 &&
    time.millisecond <= 999;
  return inRange && time.day <= daysInMonth(time.year, time.month);
}

/** `month` from 1. */
export function daysInMonth(year: number, month: number): number {
  if (month === 2) return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0) ? 29 : 28;
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31;
}
