import { dayOfWeek, dayOfYear, isoWeek, usWeek } from "./calendar.ts";
import type { DateNames } from "./names.ts";
import { offsetMs, type CivilTime } from "./zone.ts";

/** A moment with everything a token may ask of it. */
export interface Moment extends CivilTime {
  ms: number;
  timeZone: string;
  names: DateNames;
  isEnglish: boolean;
  /** Whether the format has a day of the month too: in many languages the month's name then has another form. */
  hasDay: boolean;
}

export const pad = (number: number, length: number): string => String(number).padStart(length, "0");

const fraction =
  (digits: number) =>
  ({ millisecond }: Moment): string =>
    pad(millisecond, 3).padEnd(digits, "0").slice(0, digits);

/** Ordinals exist in English only; other languages get the number. */
const ordinal = (number: number, { isEnglish }: Moment): string => `${number}${isEnglish ? suffixOf(number) : ""}`;

function suffixOf(number: number): string {
  const rest = number % 100;
  if (rest >= 11 && rest <= 13) return "th";
  return ["th", "st", "nd", "rd"][number % 10] ?? "th";
}

function formatOffset({ ms, timeZone }: Moment, separator: string): string {
  const minutes = Math.round(offsetMs(ms, timeZone) / 60_000);
  const absolute = Math.abs(minutes);
  return `${minutes < 0 ? "-" : "+"}${pad(Math.floor(absolute / 60), 2)}${separator}${pad(absolute % 60, 2)}`;
}

const fullYear = (year: number): string => (year < 0 ? `-${pad(-year, 4)}` : pad(year, 4));
const shortYear = (year: number): string => pad(((year % 100) + 100) % 100, 2);
const quarterOf = ({ month }: Moment): number => Math.ceil(month / 3);
const halfOf = ({ hour, names }: Moment): string => names.halves[hour < 12 ? 0 : 1];

/** How each token is written: those of Moment.js, which Make uses. */
export const tokens: Readonly<Record<string, (moment: Moment) => string>> = {
  YYYY: ({ year }) => fullYear(year),
  YY: ({ year }) => shortYear(year),
  Y: ({ year }) => String(year),
  Q: (moment) => String(quarterOf(moment)),
  Qo: (moment) => ordinal(quarterOf(moment), moment),
  MMMM: ({ month, names, hasDay }) => (hasDay ? names.monthsInDate : names.months)[month - 1]!,
  MMM: ({ month, names }) => names.monthsShort[month - 1]!,
  MM: ({ month }) => pad(month, 2),
  Mo: (moment) => ordinal(moment.month, moment),
  M: ({ month }) => String(month),
  DDDD: (moment) => pad(dayOfYear(moment), 3),
  DDDo: (moment) => ordinal(dayOfYear(moment), moment),
  DDD: (moment) => String(dayOfYear(moment)),
  DD: ({ day }) => pad(day, 2),
  Do: (moment) => ordinal(moment.day, moment),
  D: ({ day }) => String(day),
  dddd: (moment) => moment.names.days[dayOfWeek(moment)]!,
  ddd: (moment) => moment.names.daysShort[dayOfWeek(moment)]!,
  dd: (moment) => moment.names.daysNarrow[dayOfWeek(moment)]!,
  do: (moment) => ordinal(dayOfWeek(moment), moment),
  d: (moment) => String(dayOfWeek(moment)),
  e: (moment) => String(dayOfWeek(moment)),
  E: (moment) => String(dayOfWeek(moment) || 7),
  ww: (moment) => pad(usWeek(moment).week, 2),
  wo: (moment) => ordinal(usWeek(moment).week, moment),
  w: (moment) => String(usWeek(moment).week),
  WW: (moment) => pad(isoWeek(moment).week, 2),
  Wo: (moment) => ordinal(isoWeek(moment).week, moment),
  W: (moment) => String(isoWeek(moment).week),
  gggg: (moment) => pad(usWeek(moment).year, 4),
  gg: (moment) => shortYear(usWeek(moment).year),
  GGGG: (moment) => pad(isoWeek(moment).year, 4),
  GG: (moment) => shortYear(isoWeek(moment).year),
  HH: ({ hour }) => pad(hour, 2),
  H: ({ hour }) => String(hour),
  hh: ({ hour }) => pad(hour % 12 || 12, 2),
  h: ({ hour }) => String(hour % 12 || 12),
  kk: ({ hour }) => pad(hour || 24, 2),
  k: ({ hour }) => String(hour || 24),
  mm: ({ minute }) => pad(minute, 2),
  m: ({ minute }) => String(minute),
  ss: ({ second }) => pad(second, 2),
  s: ({ second }) => String(second),
  ...Object.fromEntries(Array.from({ length: 9 }, (_, index) => ["S".repeat(index + 1), fraction(index + 1)])),
  A: halfOf,
  a: (moment) => halfOf(moment).toLowerCase(),
  ZZ: (moment) => formatOffset(moment, ""),
  Z: (moment) => formatOffset(moment, ":"),
  zz: ({ timeZone }) => timeZone,
  z: ({ timeZone }) => timeZone,
  X: ({ ms }) => String(Math.floor(ms / 1000)),
  x: ({ ms }) => String(ms),
};

/** Formats that stand for longer ones, as English writes dates. */
const shorthands: Readonly<Record<string, string>> = {
  LTS: "h:mm:ss A",
  LT: "h:mm A",
  LLLL: "dddd, MMMM D, YYYY h:mm A",
  LLL: "MMMM D, YYYY h:mm A",
  LL: "MMMM D, YYYY",
  L: "MM/DD/YYYY",
  llll: "ddd, MMM D, YYYY h:mm A",
  lll: "MMM D, YYYY h:mm A",
  ll: "MMM D, YYYY",
  l: "M/D/YYYY",
};

export type FormatPart = { kind: "text"; text: string } | { kind: "token"; token: string };

const longestFirst = (names: string[]): string => names.sort((a, b) => b.length - a.length).join("|");
const shorthandPattern = new RegExp(`\\[[^\\]]*\\]|${longestFirst(Object.keys(shorthands))}`, "g");
const partPattern = new RegExp(`\\[([^\\]]*)\\]|${longestFirst(Object.keys(tokens))}`, "g");

/** Reads a format into its tokens and what stands between them; `[text]` stands for itself. */
export function readFormat(format: string): FormatPart[] {
  const whole = format.replace(shorthandPattern, (found) => shorthands[found] ?? found);
  const parts: FormatPart[] = [];
  let position = 0;
  for (const match of whole.matchAll(partPattern)) {
    if (match.index > position) parts.push({ kind: "text", text: whole.slice(position, match.index) });
    parts.push(match[1] === undefined ? { kind: "token", token: match[0] } : { kind: "text", text: match[1] });
    position = match.index + match[0].length;
  }
  if (position < whole.length) parts.push({ kind: "text", text: whole.slice(position) });
  return parts;
}
