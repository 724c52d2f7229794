import { FormulaError } from "../formulaError.ts";

/** What the months, days and halves of the day are called in a language. */
export interface DateNames {
  /** As they stand alone, from January. */
  months: readonly string[];
  /** As they stand in a date ("14. března"), from January. */
  monthsInDate: readonly string[];
  monthsShort: readonly string[];
  /** From Sunday. */
  days: readonly string[];
  daysShort: readonly string[];
  daysNarrow: readonly string[];
  /** Before and after noon. */
  halves: readonly [string, string];
}

const months = [
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
];
const days = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"];

/** English is written out: it is the default, and nothing has to be asked of the host for it. */
export const englishNames: DateNames = {
  months,
  monthsInDate: months,
  monthsShort: months.map((name) => name.slice(0, 3)),
  days,
  daysShort: days.map((name) => name.slice(0, 3)),
  daysNarrow: days.map((name) => name.slice(0, 2)),
  halves: ["AM", "PM"],
};

const cache = new Map<string, DateNames>();
const MAX_CACHED = 200;

/** The names in a language (BCP 47: `de`, `cs`, `pt-BR`). Throws `formula_failed` for one that the host does not know. */
export function namesOf(locale: string | undefined): DateNames {
  if (locale === undefined || locale === "" || locale === "en") return englishNames;
  const known = cache.get(locale);
  if (known) return known;
  const names = makeNames(requireLocale(locale));
  // The oldest goes first: nobody can fill the memory with names that no one uses.
  if (cache.size >= MAX_CACHED) cache.delete(cache.keys().next().value!);
  cache.set(locale, names);
  return names;
}

/** The language's canonical name. */
export function requireLocale(locale: string): string {
  try {
    const [found] = Intl.DateTimeFormat.supportedLocalesOf(locale.replaceAll("_", "-"));
    if (found !== undefined) return found;
  } catch {
    // Not even written like a language: said below.
  }
  throw new FormulaError("formula_failed", `There is no language "${locale.slice(0, 40)}". Examples: de, cs, pt-BR.`);
}

function makeNames(locale: string): DateNames {
  const format = (options: Intl.DateTimeFormatOptions) =>
    new Intl.DateTimeFormat(locale, { timeZone: "UTC", calendar: "gregory", ...options });
  const part = (formatter: Intl.DateTimeFormat, type: string, ms: number): string =>
    formatter.formatToParts(ms).find((piece) => piece.type === type)?.value ?? "";
  const monthDates = months.map((_, index) => Date.UTC(2021, index, 15));
  // The third of January 2021 was a Sunday.
  const dayDates = days.map((_, index) => Date.UTC(2021, 0, 3 + index));
  const inDate = format({ day: "numeric", month: "long" });
  const hour = format({ hour: "numeric", hourCycle: "h12" });
  const alone = (options: Intl.DateTimeFormatOptions, dates: number[]): string[] => {
    const formatter = format(options);
    return dates.map((ms) => formatter.format(ms));
  };
  const standing = alone({ month: "long" }, monthDates);
  return {
    months: standing,
    // Where months are numbers ("3月"), the character behind the number is no part of the name.
    monthsInDate: monthDates.map((ms, index) => {
      const name = part(inDate, "month", ms);
      return /^\d*$/.test(name) ? standing[index]! : name;
    }),
    monthsShort: alone({ month: "short" }, monthDates),
    days: alone({ weekday: "long" }, dayDates),
    daysShort: alone({ weekday: "short" }, dayDates),
    daysNarrow: alone({ weekday: "narrow" }, dayDates),
    halves: [
      part(hour, "dayPeriod", Date.UTC(2021, 0, 3, 9)) || "AM",
      part(hour, "dayPeriod", Date.UTC(2021, 0, 3, 15)) || "PM",
    ],
  };
}
