import { daysInMonth } from "./parseIso.ts";
import { offsetMs, toCivil, toUtcMs, type CivilTime } from "./zone.ts";

export const monthNames = [
  "January",
  "February",
  "March",
  "April",
  "May",
  "June",
  "July",
  "August",
  "September",
  "October",
  "November",
  "December",
] as const;
export const dayNames = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"] as const;

const pad = (number: number, length: number): string => String(number).padStart(length, "0");

interface Moment extends CivilTime {
  ms: number;
  timeZone: string;
}

const tokens: Record<string, (moment: Moment) => string> = {
  YYYY: ({ year }) => (year < 0 ? `-${pad(-year, 4)}` : pad(year, 4)),
  YY: ({ year }) => pad(((year % 100) + 100) % 100, 2),
  Q: ({ month }) => String(Math.ceil(month / 3)),
  MMMM: ({ month }) => monthNames[month - 1]!,
  MMM: ({ month }) => monthNames[month - 1]!.slice(0, 3),
  MM: ({ month }) => pad(month, 2),
  M: ({ month }) => String(month),
  DDDD: (moment) => pad(dayOfYear(moment), 3),
  DDD: (moment) => String(dayOfYear(moment)),
  DD: ({ day }) => pad(day, 2),
  Do: ({ day }) => `${day}${ordinal(day)}`,
  D: ({ day }) => String(day),
  dddd: (moment) => dayNames[dayOfWeek(moment)]!,
  ddd: (moment) => dayNames[dayOfWeek(moment)]!.slice(0, 3),
  d: (moment) => String(dayOfWeek(moment)),
  E: (moment) => String(dayOfWeek(moment) || 7),
  WW: (moment) => pad(isoWeek(moment).week, 2),
  W: (moment) => String(isoWeek(moment).week),
  GGGG: (moment) => pad(isoWeek(moment).year, 4),
  HH: ({ hour }) => pad(hour, 2),
  H: ({ hour }) => String(hour),
  hh: ({ hour }) => pad(hour % 12 || 12, 2),
  h: ({ hour }) => String(hour % 12 || 12),
  mm: ({ minute }) => pad(minute, 2),
  m: ({ minute }) => String(minute),
  ss: ({ second }) => pad(second, 2),
  s: ({ second }) => String(second),
  SSS: ({ millisecond }) => pad(millisecond, 3),
  A: ({ hour }) => (hour < 12 ? "AM" : "PM"),
  a: ({ hour }) => (hour < 12 ? "am" : "pm"),
  ZZ: (moment) => formatOffset(moment, ""),
  Z: (moment) => formatOffset(moment, ":"),
  z: ({ timeZone }) => timeZone,
  X: ({ ms }) => String(Math.floor(ms / 1000)),
  x: ({ ms }) => String(ms),
};

/** `[literal]` or a token, longest first. */
export const formatPattern =
  /\[([^\]]*)\]|YYYY|YY|Q|MMMM|MMM|MM|M|DDDD|DDD|DD|Do|D|dddd|ddd|d|E|WW|W|GGGG|HH|H|hh|h|mm|m|ss|s|SSS|A|a|ZZ|Z|z|X|x/g;

/** Writes a moment with the tokens of Make's `formatDate` (those of Moment.js), in a time zone, in English. */
export function formatMoment(ms: number, format: string, timeZone: string): string {
  const moment: Moment = { ...toCivil(ms, timeZone), ms, timeZone };
  return format.replace(formatPattern, (token, literal: string | undefined) => literal ?? tokens[token]!(moment));
}

function ordinal(day: number): string {
  if (day >= 11 && day <= 13) return "th";
  return ["th", "st", "nd", "rd"][day % 10] ?? "th";
}

function formatOffset({ ms, timeZone }: Moment, separator: string): string {
  const minutes = Math.round(offsetMs(ms, timeZone) / 60_000);
  const absolute = Math.abs(minutes);
  return `${minutes < 0 ? "-" : "+"}${pad(Math.floor(absolute / 60), 2)}${separator}${pad(absolute % 60, 2)}`;
}

const dayNumber = ({ year, month, day }: Pick<CivilTime, "year" | "month" | "day">): number =>
  Math.floor(toUtcMs({ year, month, day, hour: 0, minute: 0, second: 0, millisecond: 0 }, "UTC") / 86_400_000);

/** 0 is Sunday. The first of January 1970, day 0, was a Thursday. */
const dayOfWeek = (time: CivilTime): number => (((dayNumber(time) + 4) % 7) + 7) % 7;

const dayOfYear = (time: CivilTime): number => dayNumber(time) - dayNumber({ year: time.year, month: 1, day: 1 }) + 1;

/** The ISO 8601 week: the one that holds the year's first Thursday is week 1. */
function isoWeek(time: CivilTime): { year: number; week: number } {
  const thursday = dayNumber(time) - ((dayOfWeek(time) + 6) % 7) + 3;
  const year = new Date(thursday * 86_400_000).getUTCFullYear();
  return { year, week: Math.floor((thursday - dayNumber({ year, month: 1, day: 1 })) / 7) + 1 };
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
