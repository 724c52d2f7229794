import { englishNames } from "../dates/names.ts";
import { addMonths, dayOfWeek } from "../dates/calendar.ts";
import { toCivil, toUtcMs, type CivilTime } from "../dates/zone.ts";
import { FormulaError } from "../formulaError.ts";
import { toNumberOrUndefined, type Value } from "../values.ts";
import { iso } from "./date.ts";
import { defineFunction, type FunctionDefinition, type FunctionExample } from "./define.ts";

const dateArg = { name: "date", type: "date", description: "A date in ISO 8601." } as const;

/** Larger numbers lead out of what dates can hold anyhow. */
const MAX_PART = 1e12;

function requirePart(number: number): number {
  if (Math.abs(number) > MAX_PART) throw new FormulaError("formula_failed", "The date is out of range.");
  return Math.trunc(number);
}

/** A function that replaces one part of a date as the scenario's clocks show it. */
function defineSetter(
  name: string,
  part: { field: keyof CivilTime; label: string; range: string },
  examples: FunctionExample[],
): FunctionDefinition {
  return defineFunction({
    name,
    category: "date",
    description: `The date with another ${part.label}. A number outside of ${part.range} leads before or beyond.`,
    args: [dateArg, { name: part.field, type: "number", description: `The ${part.label}, ${part.range}.` }],
    returns: "date",
    examples,
    call: ([date, number], { timeZone }) => {
      const time = toCivil(date, timeZone);
      return iso(toUtcMs({ ...time, [part.field]: requirePart(number) }, timeZone));
    },
  });
}

export const datePartFunctions = [
  defineSetter("setSecond", { field: "second", label: "second", range: "0 to 59" }, [
    { formula: "setSecond(1.createdAt; 10)", result: "2026-03-14T09:26:10.000Z" },
    { formula: "setSecond(1.createdAt; 61)", result: "2026-03-14T09:27:01.000Z" },
  ]),
  defineSetter("setMinute", { field: "minute", label: "minute", range: "0 to 59" }, [
    { formula: "setMinute(1.createdAt; 0)", result: "2026-03-14T09:00:53.000Z" },
  ]),
  defineSetter("setHour", { field: "hour", label: "hour", range: "0 to 23" }, [
    { formula: "setHour(1.createdAt; 6)", result: "2026-03-14T06:26:53.000Z" },
    { formula: "setHour(1.createdAt; -6)", result: "2026-03-13T18:26:53.000Z" },
  ]),
  defineSetter("setDate", { field: "day", label: "day of the month", range: "1 to 31" }, [
    { formula: "setDate(1.createdAt; 5)", result: "2026-03-05T09:26:53.000Z" },
    { formula: "setDate(1.createdAt; 32)", result: "2026-04-01T09:26:53.000Z" },
  ]),
  defineFunction({
    name: "setDay",
    category: "date",
    description: "The date moved to another day of its week, which begins on Sunday.",
    args: [dateArg, { name: "day", type: "any", description: "1 (Sunday) to 7 (Saturday), or its English name." }],
    returns: "date",
    examples: [
      { formula: 'setDay(1.createdAt; "monday")', result: "2026-03-09T09:26:53.000Z" },
      { formula: "setDay(1.createdAt; 1)", result: "2026-03-08T09:26:53.000Z" },
      { formula: "setDay(1.createdAt; 8)", result: "2026-03-15T09:26:53.000Z" },
    ],
    call: ([date, day], { timeZone }) => {
      const wanted = readPart(day, englishNames.days, "a day of the week");
      if (wanted === undefined) return undefined;
      const time = toCivil(date, timeZone);
      return iso(toUtcMs({ ...time, day: time.day - dayOfWeek(time) + wanted - 1 }, timeZone));
    },
  }),
  defineFunction({
    name: "setMonth",
    category: "date",
    description: "The date with another month. A day that the month lacks becomes its last one.",
    args: [dateArg, { name: "month", type: "any", description: "1 to 12, or its English name." }],
    returns: "date",
    examples: [
      { formula: "setMonth(1.createdAt; 5)", result: "2026-05-14T09:26:53.000Z" },
      { formula: "setMonth(1.createdAt; 17)", result: "2027-05-14T09:26:53.000Z" },
      { formula: 'setMonth("2026-03-31T10:00:00Z"; "february")', result: "2026-02-28T10:00:00.000Z" },
    ],
    call: ([date, month], { timeZone }) => {
      const wanted = readPart(month, englishNames.months, "a month");
      return wanted === undefined ? undefined : iso(addMonths(date, wanted - toCivil(date, timeZone).month, timeZone));
    },
  }),
  defineFunction({
    name: "setYear",
    category: "date",
    description: "The date with another year. The 29th of February becomes the 28th where there is none.",
    args: [dateArg, { name: "year", type: "number", description: "The year." }],
    returns: "date",
    examples: [
      { formula: "setYear(1.createdAt; 2017)", result: "2017-03-14T09:26:53.000Z" },
      { formula: 'setYear("2024-02-29T00:00:00Z"; 2025)', result: "2025-02-28T00:00:00.000Z" },
    ],
    call: ([date, year], { timeZone }) =>
      iso(addMonths(date, (requirePart(year) - toCivil(date, timeZone).year) * 12, timeZone)),
  }),
];

/** A number, or the place of a name (or of its first three letters) in a list, from 1. */
function readPart(value: Value, names: readonly string[], expected: string): number | undefined {
  if (value === undefined || value === null || value === "") return undefined;
  const number = toNumberOrUndefined(value);
  if (number !== undefined) return requirePart(number);
  const wanted = typeof value === "string" ? value.trim().toLowerCase() : "";
  const index = names.findIndex((name) => [name.toLowerCase(), name.slice(0, 3).toLowerCase()].includes(wanted));
  if (index >= 0) return index + 1;
  throw new FormulaError("formula_failed", `"${wanted.slice(0, 40)}" is not ${expected}.`);
}
