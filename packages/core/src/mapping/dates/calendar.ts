import { daysInMonth } from "./parseIso.ts";
import { toCivil, toUtcMs, type CivilTime } from "./zone.ts";

type Day = Pick<CivilTime, "year" | "month" | "day">;

const DAY_MS = 86_400_000;

const dayNumber = ({ year, month, day }: Day): number =>
  Math.floor(toUtcMs({ year, month, day, hour: 0, minute: 0, second: 0, millisecond: 0 }, "UTC") / DAY_MS);

/** 0 is Sunday. The first of January 1970, day 0, was a Thursday. */
export const dayOfWeek = (time: Day): number => (((dayNumber(time) + 4) % 7) + 7) % 7;

/** From 1. */
export const dayOfYear = (time: Day): number => dayNumber(time) - dayNumber({ year: time.year, month: 1, day: 1 }) + 1;

/** The ISO 8601 week: from Monday; the one that holds the year's first Thursday is week 1. */
export function isoWeek(time: Day): { year: number; week: number } {
  const thursday = dayNumber(time) - ((dayOfWeek(time) + 6) % 7) + 3;
  return weekOf(thursday);
}

/** The week as the United States count it: from Sunday; the one that holds the first of January is week 1. */
export function usWeek(time: Day): { year: number; week: number } {
  const saturday = dayNumber(time) - dayOfWeek(time) + 6;
  return weekOf(saturday);
}

/** The week of the year to which the day that decides about the week belongs. */
function weekOf(decidingDay: number): { year: number; week: number } {
  const year = new Date(decidingDay * DAY_MS).getUTCFullYear();
  return { year, week: Math.floor((decidingDay - dayNumber({ year, month: 1, day: 1 })) / 7) + 1 };
}

/** Adds calendar months in a time zone; a day that the month lacks becomes its last one. */
export function addMonths(ms: number, months: number, timeZone: string): number {
  const time = toCivil(ms, timeZone);
  const index = time.year * 12 + time.month - 1 + months;
  const year = Math.floor(index / 12);
  const month = index - year * 12 + 1;
  return toUtcMs({ ...time, year, month, day: Math.min(time.day, daysInMonth(year, month)) }, timeZone);
}

/** Adds days by the calendar: the clock shows the same time, also across a change of clocks. */
export function addDays(ms: number, days: number, timeZone: string): number {
  const time = toCivil(ms, timeZone);
  return toUtcMs({ ...time, day: time.day + days }, timeZone);
}
