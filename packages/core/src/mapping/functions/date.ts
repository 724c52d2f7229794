import { addDays, addMonths, dayOfWeek } from "../dates/calendar.ts";
import { formatMoment } from "../dates/format.ts";
import { parseIsoOrFormat } from "../dates/read.ts";
import { requireTime, toCivil, toUtcMs } from "../dates/zone.ts";
import { FormulaError } from "../formulaError.ts";
import { defineFunction, type FunctionDefinition, type FunctionExample } from "./define.ts";

const dateArg = { name: "date", type: "date", description: "A date in ISO 8601." } as const;
const zoneArg = {
  name: "timeZone",
  type: "text",
  description: "For example Europe/Prague; the scenario's time zone when left out.",
  optional: true,
} as const;

const localeArg = {
  name: "language",
  type: "text",
  description: "Of the names of months and days, for example de or pt-BR; English when left out.",
  optional: true,
} as const;

const unitArg = {
  name: "unit",
  type: "text",
  description: '"hour", "day", "week", "month", "quarter" or "year".',
  choices: ["hour", "day", "week", "month", "quarter", "year"],
} as const;

/**
 * Steps for a zone and a language that a formula names. What the host has to look up is remembered, but who names others all the time
 * pays for it; always, so that nothing depends on what was asked before.
 */
const costOf = (zone: string | undefined, locale: string | undefined): number => (zone ? 10 : 0) + (locale ? 100 : 0);

export const iso = (ms: number): string => new Date(requireTime(ms)).toISOString();

function defineAddition(
  name: string,
  unit: string,
  examples: FunctionExample[],
  add: (ms: number, count: number, timeZone: string) => number,
): FunctionDefinition {
  return defineFunction({
    name,
    category: "date",
    description: `The date moved by a number of ${unit}; a negative number moves it back.`,
    args: [dateArg, { name: unit, type: "number", description: `How many ${unit}.` }],
    returns: "date",
    examples,
    call: ([date, count], evaluation) => iso(add(date, requireCount(count), evaluation.timeZone)),
  });
}

const MAX_COUNT = 1e12;

function requireCount(count: number): number {
  if (Math.abs(count) > MAX_COUNT) throw new FormulaError("formula_failed", "The date is out of range.");
  return count;
}

const units: Record<string, number> = {
  milliseconds: 1,
  seconds: 1_000,
  minutes: 60_000,
  hours: 3_600_000,
  days: 86_400_000,
  weeks: 604_800_000,
};

export const dateFunctions = [
  defineFunction({
    name: "formatDate",
    category: "date",
    description: "A date as text. YYYY MM DD HH mm ss are the parts, MMMM and dddd names, [text] stands for itself.",
    args: [
      dateArg,
      { name: "format", type: "text", description: 'For example "DD.MM.YYYY HH:mm".' },
      zoneArg,
      localeArg,
    ],
    returns: "text",
    examples: [
      { formula: 'formatDate(1.createdAt; "DD.MM.YYYY HH:mm")', result: "14.03.2026 09:26" },
      { formula: 'formatDate(1.createdAt; "YYYY-MM-DD HH:mm Z"; "Asia/Tokyo")', result: "2026-03-14 18:26 +09:00" },
      { formula: 'formatDate(1.createdAt; "dddd, MMMM Do [at] h A")', result: "Saturday, March 14th at 9 AM" },
      { formula: 'formatDate(1.createdAt; "D. MMMM YYYY"; "UTC"; "de")', result: "14. März 2026" },
      { formula: 'formatDate(1.missing; "YYYY")', result: undefined },
    ],
    call: ([date, format, zone, locale], evaluation) => {
      evaluation.spendSteps(1 + (format.length >> 4) + costOf(zone, locale));
      return formatMoment(date, format, zone || evaluation.timeZone, locale);
    },
  }),
  defineFunction({
    name: "parseDate",
    category: "date",
    description: "The date that a text writes in a format; without a format the text is ISO 8601.",
    args: [
      { name: "text", type: "text", description: "The text." },
      { name: "format", type: "text", description: 'For example "DD/MM/YYYY".', optional: true },
      zoneArg,
      localeArg,
    ],
    returns: "date",
    examples: [
      { formula: 'parseDate("24/12/2026"; "DD/MM/YYYY")', result: "2026-12-24T00:00:00.000Z" },
      {
        formula: 'parseDate("2026-07-01 08:00"; "YYYY-MM-DD HH:mm"; "Europe/Prague")',
        result: "2026-07-01T06:00:00.000Z",
      },
      { formula: 'parseDate("1767225600"; "X")', result: "2026-01-01T00:00:00.000Z" },
      {
        formula: 'parseDate("3 mars 2026"; "D MMMM YYYY"; "UTC"; "fr")',
        result: "2026-03-03T00:00:00.000Z",
      },
      { formula: 'parseDate("")', result: undefined },
    ],
    call: ([text, format, zone, locale], evaluation) => {
      if (text.trim() === "") return undefined;
      const timeZone = zone || evaluation.timeZone;
      // Bounds the work of fitting one to the other.
      evaluation.spendSteps(1 + ((text.length * (format?.length ?? 1)) >> 6) + costOf(zone, locale));
      return iso(
        parseIsoOrFormat(text, { format: format || undefined, timeZone, locale, nowMs: evaluation.scope.nowMs }),
      );
    },
  }),
  defineAddition(
    "addSeconds",
    "seconds",
    [{ formula: "addSeconds(1.createdAt; 7)", result: "2026-03-14T09:27:00.000Z" }],
    (ms, count) => ms + count * 1_000,
  ),
  defineAddition(
    "addMinutes",
    "minutes",
    [{ formula: "addMinutes(1.createdAt; -26)", result: "2026-03-14T09:00:53.000Z" }],
    (ms, count) => ms + count * 60_000,
  ),
  defineAddition(
    "addHours",
    "hours",
    [{ formula: "addHours(1.createdAt; 24)", result: "2026-03-15T09:26:53.000Z" }],
    (ms, count) => ms + count * 3_600_000,
  ),
  defineAddition(
    "addDays",
    "days",
    [{ formula: "addDays(1.createdAt; 20)", result: "2026-04-03T09:26:53.000Z" }],
    (ms, count, zone) => addDays(ms, Math.trunc(count), zone),
  ),
  defineAddition(
    "addWeeks",
    "weeks",
    [{ formula: "addWeeks(1.createdAt; 1)", result: "2026-03-21T09:26:53.000Z" }],
    (ms, count, zone) => addDays(ms, Math.trunc(count) * 7, zone),
  ),
  defineAddition(
    "addMonths",
    "months",
    [{ formula: 'addMonths("2026-01-31T10:00:00Z"; 1)', result: "2026-02-28T10:00:00.000Z" }],
    (ms, count, zone) => addMonths(ms, Math.trunc(count), zone),
  ),
  defineAddition(
    "addYears",
    "years",
    [{ formula: 'addYears("2024-02-29T00:00:00Z"; 1)', result: "2025-02-28T00:00:00.000Z" }],
    (ms, count, zone) => addMonths(ms, Math.trunc(count) * 12, zone),
  ),
  defineFunction({
    name: "startOf",
    category: "date",
    description: "The beginning of the hour, day, week (Monday), month, quarter or year of a date.",
    args: [dateArg, unitArg, zoneArg],
    returns: "date",
    examples: [
      { formula: 'startOf(1.createdAt; "day")', result: "2026-03-14T00:00:00.000Z" },
      { formula: 'startOf(1.createdAt; "week")', result: "2026-03-09T00:00:00.000Z" },
      { formula: 'startOf(1.createdAt; "month"; "Europe/Prague")', result: "2026-02-28T23:00:00.000Z" },
    ],
    call: ([date, unit, zone], evaluation) => {
      evaluation.spendSteps(costOf(zone, undefined));
      return iso(startOf(date, unit, zone || evaluation.timeZone));
    },
  }),
  defineFunction({
    name: "endOf",
    category: "date",
    description: "The last millisecond of the hour, day, week (Sunday), month, quarter or year of a date.",
    args: [dateArg, unitArg, zoneArg],
    returns: "date",
    examples: [
      { formula: 'endOf(1.createdAt; "month")', result: "2026-03-31T23:59:59.999Z" },
      { formula: 'endOf(1.createdAt; "day"; "America/New_York")', result: "2026-03-15T03:59:59.999Z" },
    ],
    call: ([date, unit, zone], evaluation) => {
      evaluation.spendSteps(costOf(zone, undefined));
      return iso(endOf(date, unit, zone || evaluation.timeZone));
    },
  }),
  defineFunction({
    name: "dateDifference",
    category: "date",
    description: "The time from the second date to the first, in a unit. Months and years count when they are full.",
    args: [
      { name: "end", type: "date", description: "The later date." },
      { name: "start", type: "date", description: "The earlier date." },
      {
        name: "unit",
        type: "text",
        description:
          '"milliseconds", "seconds", "minutes", "hours", "days", "weeks", "months" or "years"; milliseconds when left out.',
        choices: [...Object.keys(units), "months", "years"],
        optional: true,
      },
    ],
    returns: "number",
    examples: [
      { formula: 'dateDifference("2026-03-15T12:00:00Z"; "2026-03-14T00:00:00Z"; "hours")', result: 36 },
      { formula: 'dateDifference("2026-03-15"; "2026-03-10"; "days")', result: 5 },
      { formula: 'dateDifference("2026-03-09"; "2026-01-10"; "months")', result: 1 },
    ],
    call: ([end, start, unit], evaluation) => difference(end, start, unit || "milliseconds", evaluation.timeZone),
  }),
];

function startOf(ms: number, unit: string, timeZone: string): number {
  const time = { ...toCivil(ms, timeZone), minute: 0, second: 0, millisecond: 0 };
  const midnight = { ...time, hour: 0 };
  switch (unit) {
    case "hour":
      return toUtcMs(time, timeZone);
    case "day":
      return toUtcMs(midnight, timeZone);
    case "week":
      return toUtcMs({ ...midnight, day: time.day - ((dayOfWeek(time) + 6) % 7) }, timeZone);
    case "month":
      return toUtcMs({ ...midnight, day: 1 }, timeZone);
    case "quarter":
      return toUtcMs({ ...midnight, month: time.month - ((time.month - 1) % 3), day: 1 }, timeZone);
    case "year":
      return toUtcMs({ ...midnight, month: 1, day: 1 }, timeZone);
    default: {
      const message = `"${unit.slice(0, 40)}" is not one of hour, day, week, month, quarter, year.`;
      throw new FormulaError("formula_failed", message);
    }
  }
}

/** One millisecond before the next unit begins; clocks that change in between do not matter. */
function endOf(ms: number, unit: string, timeZone: string): number {
  const start = startOf(ms, unit, timeZone);
  if (unit === "hour") return start + 3_600_000 - 1;
  if (unit === "day") return addDays(start, 1, timeZone) - 1;
  if (unit === "week") return addDays(start, 7, timeZone) - 1;
  return addMonths(start, { month: 1, quarter: 3 }[unit] ?? 12, timeZone) - 1;
}

function difference(end: number, start: number, unit: string, timeZone: string): number {
  const factor = Object.hasOwn(units, unit) ? units[unit] : undefined;
  if (factor !== undefined) return (end - start) / factor;
  if (unit !== "months" && unit !== "years") {
    const known = [...Object.keys(units), "months", "years"].join(", ");
    throw new FormulaError("formula_failed", `"${unit.slice(0, 40)}" is not one of ${known}.`);
  }
  const months = fullMonths(end, start, timeZone);
  return unit === "months" ? months : Math.trunc(months / 12) || 0;
}

function fullMonths(end: number, start: number, timeZone: string): number {
  if (end < start) return -fullMonths(start, end, timeZone) || 0;
  const [a, b] = [toCivil(start, timeZone), toCivil(end, timeZone)];
  const months = (b.year - a.year) * 12 + b.month - a.month;
  return addMonths(start, months, timeZone) > end ? months - 1 : months;
}
