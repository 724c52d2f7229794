/** When a scheduled scenario is due: the config of a schedule trigger read, and its times computed. */
import { Cron } from "croner";
import type { JsonValue } from "../definition/schema.ts";
import { parseDateText } from "../mapping/dates/parseIso.ts";

/** What to do with times that passed while nothing could run: leave them out, make up for all of them by one run, or run each. */
export type MissedPolicy = "skip" | "once" | "all";

export type ScheduleTimes =
  /** Every `periodMs`, counted from when the schedule was switched on. */
  | { kind: "interval"; periodMs: number }
  | { kind: "cron"; expression: string }
  /** Moments in milliseconds since 1970, ascending. */
  | { kind: "dates"; dates: readonly number[] };

export interface Schedule {
  times: ScheduleTimes;
  /** IANA name. */
  timeZone: string;
  missed: MissedPolicy;
}

export interface ScheduleFault {
  field: string;
  message: string;
  fix: string;
}

export type ReadSchedule = { ok: true; schedule: Schedule } | { ok: false; faults: ScheduleFault[] };

const MINUTE_MS = 60_000;
const unitsMs = { minutes: MINUTE_MS, hours: 60 * MINUTE_MS, days: 1_440 * MINUTE_MS } as const;
const MAX_PERIOD_MS = 366 * unitsMs.days;

/** Reads the config of a schedule trigger. The faults name the config's fields. */
export function readSchedule(config: Record<string, JsonValue>): ReadSchedule {
  const timeZone = textOf(config.timeZone) || "UTC";
  if (!isTimeZone(timeZone)) {
    const message = `There is no time zone "${timeZone.slice(0, 60)}".`;
    return fault("timeZone", message, "Use a name such as Europe/Prague or America/New_York.");
  }
  const times = readTimes(config, timeZone);
  if ("ok" in times) return times;
  const missed = config.missed === "once" || config.missed === "all" ? config.missed : "skip";
  return { ok: true, schedule: { times, timeZone, missed } };
}

function readTimes(
  config: Record<string, JsonValue>,
  timeZone: string,
): ScheduleTimes | Extract<ReadSchedule, { ok: false }> {
  switch (config.mode ?? "interval") {
    case "interval":
      return readInterval(config);
    case "daily":
      return readDaily(config);
    case "cron":
      return readCron(textOf(config.expression), timeZone);
    case "dates":
      return readDates(config, timeZone);
    default:
      return fault("mode", "This kind of schedule does not exist.", "Choose one of the list.");
  }
}

function readInterval(config: Record<string, JsonValue>): ScheduleTimes | Extract<ReadSchedule, { ok: false }> {
  const unit = (config.unit ?? "minutes") as keyof typeof unitsMs;
  const periodMs = Number(config.every ?? 15) * (unitsMs[unit] ?? NaN);
  if (Number.isInteger(periodMs / MINUTE_MS) && periodMs >= MINUTE_MS && periodMs <= MAX_PERIOD_MS) {
    return { kind: "interval", periodMs };
  }
  return fault("every", "The interval must be from one minute to 366 days.", "Enter a whole number, 15 for instance.");
}

function readDaily(config: Record<string, JsonValue>): ScheduleTimes | Extract<ReadSchedule, { ok: false }> {
  const match = /^([01]?\d|2[0-3]):([0-5]\d)$/.exec(textOf(config.time) || "09:00");
  if (match) return { kind: "cron", expression: `${Number(match[2])} ${Number(match[1])} * * *` };
  return fault("time", "That is not a time of day.", "Write hours and minutes, 09:30 for instance.");
}

function readCron(expression: string, timeZone: string): ScheduleTimes | Extract<ReadSchedule, { ok: false }> {
  const fix = "Write minute, hour, day of month, month and day of week: 0 9 * * MON-FRI.";
  try {
    const cron = cronOf(expression, timeZone);
    if (cron.nextRun(new Date(0))) return { kind: "cron", expression };
  } catch (error) {
    const reason = error instanceof Error ? error.message.replace(/^\w+: /, "") : "it cannot be read";
    return fault("expression", `The cron expression is not valid: ${reason}`, fix);
  }
  return fault("expression", "The cron expression names a time that never comes.", fix);
}

const MAX_DATES = 1_000;

function readDates(
  config: Record<string, JsonValue>,
  timeZone: string,
): ScheduleTimes | Extract<ReadSchedule, { ok: false }> {
  const texts = Array.isArray(config.dates) ? config.dates : [];
  const fix = "Write dates such as 2026-12-24 18:00, one per row.";
  if (texts.length === 0) return fault("dates", "There is no date.", fix);
  if (texts.length > MAX_DATES) return fault("dates", `There are more than ${MAX_DATES} dates.`, fix);
  const dates: number[] = [];
  for (const text of texts) {
    const ms = parseDateText(textOf(text), timeZone);
    if (ms === undefined) return fault("dates", `"${textOf(text).slice(0, 60)}" is not a date.`, fix);
    dates.push(ms);
  }
  return { kind: "dates", dates: [...new Set(dates)].sort((a, b) => a - b) };
}

/**
 * The first time after `afterMs`, or null when there is none any more. Intervals count from `anchorMs`. Times of cron
 * expressions follow the zone's clocks: one that does not exist (clocks go forward) is moved behind the gap, one that occurs
 * twice is taken once; expressions that repeat within the hour go on through both.
 */
export function nextOccurrence(schedule: Schedule, at: { afterMs: number; anchorMs: number }): number | null {
  const { times, timeZone } = schedule;
  switch (times.kind) {
    case "interval": {
      const passed = Math.floor((at.afterMs - at.anchorMs) / times.periodMs);
      return at.anchorMs + Math.max(1, passed + 1) * times.periodMs;
    }
    case "cron":
      return cronOf(times.expression, timeZone).nextRun(new Date(at.afterMs))?.getTime() ?? null;
    case "dates":
      return times.dates.find((ms) => ms > at.afterMs) ?? null;
  }
}

const cronOf = (expression: string, timeZone: string) =>
  new Cron(expression, { mode: "5-part", timezone: timeZone, paused: true });

function isTimeZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat("en", { timeZone: name });
    return true;
  } catch {
    return false;
  }
}

const textOf = (value: JsonValue | undefined): string => (typeof value === "string" ? value.trim() : "");

const fault = (field: string, message: string, fix: string): Extract<ReadSchedule, { ok: false }> => ({
  ok: false,
  faults: [{ field, message, fix }],
});
