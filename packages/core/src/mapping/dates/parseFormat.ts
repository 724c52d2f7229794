import { formatPattern, monthNames } from "./format.ts";
import { isRealTime, parseOffset } from "./parseIso.ts";
import { toCivil, toUtcMs, type CivilTime } from "./zone.ts";

interface Found extends CivilTime {
  afternoon: boolean | undefined;
  offsetMinutes: number | undefined;
  epochMs: number | undefined;
}

interface Reader {
  pattern: string;
  read: (text: string, found: Found) => void;
}

const number = (pattern: string, field: keyof CivilTime): Reader => ({
  pattern,
  read: (text, found) => {
    found[field] = Number(text);
  },
});

const name = (names: readonly string[], length: number | undefined): Reader => ({
  pattern: names.map((month) => month.slice(0, length)).join("|"),
  read: (text, found) => {
    found.month = names.findIndex((month) => month.slice(0, length).toLowerCase() === text.toLowerCase()) + 1;
  },
});

const meridiem: Reader = {
  pattern: "[ap]m",
  read: (text, found) => {
    found.afternoon = text.toLowerCase() === "pm";
  },
};
const offset: Reader = {
  pattern: String.raw`Z|[+-]\d{2}:?\d{2}`,
  read: (text, found) => {
    found.offsetMinutes = parseOffset(text);
  },
};

const readers: Record<string, Reader> = {
  YYYY: number(String.raw`\d{4}`, "year"),
  YY: {
    pattern: String.raw`\d{2}`,
    // As Moment.js does: 69-99 are of the last century.
    read: (text, found) => {
      found.year = Number(text) + (Number(text) > 68 ? 1900 : 2000);
    },
  },
  MMMM: name(monthNames, undefined),
  MMM: name(monthNames, 3),
  MM: number(String.raw`\d{2}`, "month"),
  M: number(String.raw`\d{1,2}`, "month"),
  DD: number(String.raw`\d{2}`, "day"),
  D: number(String.raw`\d{1,2}`, "day"),
  Do: {
    pattern: String.raw`\d{1,2}(?:st|nd|rd|th)`,
    read: (text, found) => {
      found.day = parseInt(text, 10);
    },
  },
  HH: number(String.raw`\d{2}`, "hour"),
  H: number(String.raw`\d{1,2}`, "hour"),
  hh: number(String.raw`\d{2}`, "hour"),
  h: number(String.raw`\d{1,2}`, "hour"),
  mm: number(String.raw`\d{2}`, "minute"),
  m: number(String.raw`\d{1,2}`, "minute"),
  ss: number(String.raw`\d{2}`, "second"),
  s: number(String.raw`\d{1,2}`, "second"),
  SSS: number(String.raw`\d{3}`, "millisecond"),
  A: meridiem,
  a: meridiem,
  Z: offset,
  ZZ: offset,
  X: {
    pattern: String.raw`-?\d{1,12}`,
    read: (text, found) => {
      found.epochMs = Number(text) * 1000;
    },
  },
  x: {
    pattern: String.raw`-?\d{1,15}`,
    read: (text, found) => {
      found.epochMs = Number(text);
    },
  },
};

/**
 * Reads a date written in a format. `undefined` when the text does not match or is no real date; `null` when the format has a
 * token that cannot be read. What the format lacks is taken from the start of the year of `nowMs`.
 */
export function parseMoment(text: string, format: string, timeZone: string, nowMs: number): number | undefined | null {
  const compiled = compileFormat(format);
  if (!compiled) return null;
  const match = compiled.pattern.exec(text.trim());
  if (!match) return undefined;
  const found: Found = {
    year: toCivil(nowMs, timeZone).year,
    month: 1,
    day: 1,
    hour: 0,
    minute: 0,
    second: 0,
    millisecond: 0,
    afternoon: undefined,
    offsetMinutes: undefined,
    epochMs: undefined,
  };
  compiled.readers.forEach((reader, index) => reader.read(match[index + 1]!, found));
  return toMs(found, timeZone);
}

function toMs(found: Found, timeZone: string): number | undefined {
  if (found.epochMs !== undefined) return found.epochMs;
  if (found.afternoon !== undefined) {
    if (found.hour < 1 || found.hour > 12) return undefined;
    found.hour = (found.hour % 12) + (found.afternoon ? 12 : 0);
  }
  if (!isRealTime(found)) return undefined;
  if (found.offsetMinutes === undefined) return toUtcMs(found, timeZone);
  return toUtcMs(found, "UTC") - found.offsetMinutes * 60_000;
}

/** One anchored expression with a group per token; every group has a bounded length, so matching cannot explode. */
function compileFormat(format: string): { pattern: RegExp; readers: Reader[] } | null {
  const found: Reader[] = [];
  let source = "";
  let position = 0;
  for (const match of format.matchAll(formatPattern)) {
    source += escapeSource(format.slice(position, match.index));
    position = match.index + match[0].length;
    if (match[1] !== undefined) {
      source += escapeSource(match[1]);
      continue;
    }
    const reader = readers[match[0]];
    if (!reader) return null;
    found.push(reader);
    source += `(${reader.pattern})`;
  }
  source += escapeSource(format.slice(position));
  return { pattern: new RegExp(`^${source}$`, "i"), readers: found };
}

const escapeSource = (text: string): string => text.replace(/[\\^$.*+?()[\]{}|/-]/g, String.raw`\$&`);
