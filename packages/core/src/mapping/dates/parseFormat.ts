import { dayOfWeek } from "./calendar.ts";
import { namesOf, type DateNames } from "./names.ts";
import { isRealTime, parseOffset } from "./parseIso.ts";
import { readFormat } from "./tokens.ts";
import { toCivil, toUtcMs, type CivilTime } from "./zone.ts";

/** What a text says of a date; what it does not say is absent. */
interface Found extends Partial<CivilTime> {
  dayOfYear?: number;
  weekday?: number;
  afternoon?: boolean;
  offsetMinutes?: number;
  epochMs?: number;
}

/** One part of a format: the lengths that it may take at a position, longest first, and what it then says. */
interface Reader {
  lengths: (text: string, position: number) => number[];
  read: (text: string, found: Found) => void;
}

/** `least` to `most` digits. */
function digits(least: number, most: number, read: (value: number, found: Found, text: string) => void): Reader {
  return {
    lengths(text, position) {
      let count = 0;
      while (count < most && isDigit(text.charCodeAt(position + count))) count++;
      return Array.from({ length: Math.max(0, count - least + 1) }, (_, index) => count - index);
    },
    read: (text, found) => read(Number(text), found, text),
  };
}

const isDigit = (code: number): boolean => code >= 48 && code <= 57;

const number = (least: number, most: number, field: keyof CivilTime): Reader =>
  digits(least, most, (value, found) => {
    found[field] = value;
  });

/** One of some names, whatever their case. */
function name(lists: readonly (readonly string[])[], read: (index: number, found: Found) => void): Reader {
  const entries = lists.flatMap((list) => list.map((each, index) => ({ text: each.toLowerCase(), index })));
  const named = entries.filter(({ text }) => text !== "").sort((a, b) => b.text.length - a.text.length);
  return {
    lengths: (text, position) => [
      ...new Set(
        named.flatMap((entry) =>
          text.slice(position, position + entry.text.length).toLowerCase() === entry.text ? [entry.text.length] : [],
        ),
      ),
    ],
    read(text, found) {
      const entry = named.find((each) => each.text === text.toLowerCase());
      if (entry) read(entry.index, found);
    },
  };
}

/** What a pattern of bounded length matches at the position. */
function pattern(source: string, read: (text: string, found: Found) => void): Reader {
  const expression = new RegExp(source, "iy");
  return {
    lengths(text, position) {
      expression.lastIndex = position;
      const match = expression.exec(text);
      return match ? [match[0].length] : [];
    },
    read,
  };
}

function literal(expected: string): Reader {
  const wanted = expected.toLowerCase();
  return {
    lengths: (text, position) =>
      text.slice(position, position + expected.length).toLowerCase() === wanted ? [expected.length] : [],
    read: () => undefined,
  };
}

const readers: Readonly<Record<string, (names: DateNames) => Reader>> = {
  YYYY: () => number(4, 4, "year"),
  Y: () => number(1, 4, "year"),
  YY: () =>
    digits(2, 2, (value, found) => {
      // As Moment.js does: 69-99 are of the last century.
      found.year = value + (value > 68 ? 1900 : 2000);
    }),
  MMMM: (names) => monthName([names.monthsInDate, names.months]),
  MMM: (names) => monthName([names.monthsShort, names.monthsShort.map((each) => each.replace(/\.$/, ""))]),
  MM: () => number(1, 2, "month"),
  M: () => number(1, 2, "month"),
  DDDD: () => dayNumber(3),
  DDD: () => dayNumber(1),
  DD: () => number(1, 2, "day"),
  D: () => number(1, 2, "day"),
  Do: () =>
    pattern(String.raw`\d{1,2}(?:st|nd|rd|th)?`, (text, found) => {
      found.day = parseInt(text, 10);
    }),
  dddd: (names) => weekday(names.days),
  ddd: (names) => weekday(names.daysShort),
  HH: () => number(1, 2, "hour"),
  H: () => number(1, 2, "hour"),
  hh: () => number(1, 2, "hour"),
  h: () => number(1, 2, "hour"),
  kk: () => midnightLast,
  k: () => midnightLast,
  mm: () => number(1, 2, "minute"),
  m: () => number(1, 2, "minute"),
  ss: () => number(1, 2, "second"),
  s: () => number(1, 2, "second"),
  A: (names) => half(names),
  a: (names) => half(names),
  Z: () => offset,
  ZZ: () => offset,
  X: () =>
    pattern(String.raw`-?\d{1,12}(?:\.\d{1,3})?`, (text, found) => {
      found.epochMs = Math.round(Number(text) * 1000);
    }),
  x: () =>
    pattern(String.raw`-?\d{1,15}`, (text, found) => {
      found.epochMs = Number(text);
    }),
  ...Object.fromEntries(Array.from({ length: 9 }, (_, index) => ["S".repeat(index + 1), () => fraction(index + 1)])),
};

const monthName = (lists: readonly (readonly string[])[]): Reader =>
  name(lists, (index, found) => {
    found.month = index + 1;
  });
const weekday = (names: readonly string[]): Reader =>
  name([names], (index, found) => {
    found.weekday = index;
  });
const dayNumber = (least: number): Reader =>
  digits(least, 3, (value, found) => {
    found.dayOfYear = value;
  });
const fraction = (count: number): Reader =>
  digits(count, count, (_, found, text) => {
    found.millisecond = Number(text.padEnd(3, "0").slice(0, 3));
  });
const midnightLast = digits(1, 2, (value, found) => {
  found.hour = value === 24 ? 0 : value === 0 ? 24 : value;
});
const half = (names: DateNames): Reader =>
  name([names.halves, ["am", "pm"]], (index, found) => {
    found.afternoon = index === 1;
  });
const offset = pattern(String.raw`Z|[+-]\d{2}:?\d{2}`, (text, found) => {
  // An offset that no zone has makes no date.
  found.offsetMinutes = parseOffset(text) ?? NaN;
});

/**
 * Reads a date written in a format. `undefined` when the text does not match or is no real date; `null` when the format has a
 * token that cannot be read. As in Moment.js, what the text lacks before its first part is taken from the date of
 * `nowMs`, and what it lacks behind that is the least there is.
 */
export function parseMoment(
  text: string,
  format: string,
  timeZone: string,
  { nowMs, locale }: { nowMs: number; locale?: string | undefined },
): number | undefined | null {
  const names = namesOf(locale);
  const parts: Reader[] = [];
  for (const part of readFormat(format)) {
    const reader = part.kind === "text" ? literal(part.text) : readers[part.token]?.(names);
    if (!reader) return null;
    parts.push(reader);
  }
  const found = match(text.trim(), parts);
  return found && toMs(found, timeZone, nowMs);
}

/**
 * Fits the parts to the whole text. Every pair of part and position is tried once, so that the work is bounded by their
 * product, however many ways there are to cut a row of digits.
 */
function match(text: string, parts: readonly Reader[]): Found | undefined {
  const failed = new Set<number>();
  const lengths: number[] = [];
  const fits = (part: number, position: number): boolean => {
    const reader = parts[part];
    if (!reader) return position === text.length;
    const key = part * (text.length + 1) + position;
    if (failed.has(key)) return false;
    for (const length of reader.lengths(text, position)) {
      lengths[part] = length;
      if (fits(part + 1, position + length)) return true;
    }
    failed.add(key);
    return false;
  };
  if (!fits(0, 0)) return undefined;
  const found: Found = {};
  let position = 0;
  for (const [part, reader] of parts.entries()) {
    const end = position + lengths[part]!;
    reader.read(text.slice(position, end), found);
    position = end;
  }
  return found;
}

function toMs(found: Found, timeZone: string, nowMs: number): number | undefined {
  if (found.epochMs !== undefined) return found.epochMs;
  if (found.afternoon !== undefined) {
    const hour = found.hour ?? 0;
    if (hour < 1 || hour > 12) return undefined;
    found.hour = (hour % 12) + (found.afternoon ? 12 : 0);
  }
  const time = complete(found, toCivil(nowMs, timeZone));
  if (!isRealTime(time)) return undefined;
  if (found.weekday !== undefined && dayOfWeek(time) !== found.weekday) return undefined;
  if (found.offsetMinutes === undefined) return toUtcMs(time, timeZone);
  if (Number.isNaN(found.offsetMinutes)) return undefined;
  return toUtcMs(time, "UTC") - found.offsetMinutes * 60_000;
}

function complete(found: Found, now: CivilTime): CivilTime {
  const { hour = 0, minute = 0, second = 0, millisecond = 0 } = found;
  const clock = { hour, minute, second, millisecond };
  const year = found.year ?? now.year;
  if (found.dayOfYear !== undefined) return { ...dateOf(year, found.dayOfYear), ...clock };
  const saysDate = found.year !== undefined || found.month !== undefined || found.day !== undefined;
  if (!saysDate) return { year, month: now.month, day: now.day, ...clock };
  const saysOnlyDay = found.year === undefined && found.month === undefined;
  return { year, month: found.month ?? (saysOnlyDay ? now.month : 1), day: found.day ?? 1, ...clock };
}

/** The date of a day of the year; one that the year lacks is no real date. */
function dateOf(year: number, dayOfYear: number): Pick<CivilTime, "year" | "month" | "day"> {
  const date = new Date(0);
  date.setUTCFullYear(year, 0, dayOfYear);
  const isReal = date.getUTCFullYear() === year;
  return { year, month: isReal ? date.getUTCMonth() + 1 : 0, day: date.getUTCDate() };
}
