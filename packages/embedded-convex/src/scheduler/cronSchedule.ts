import type { CronSchedule } from "../deploy/manifest.ts";

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;
/** A cron expression that matches no minute in this time (the 30th of February) never runs. */
const HORIZON_DAYS = 366 * 5;
const WEEKDAYS = ["sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday"];
const MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];

/**
 * The first time after `afterMs` (UTC) at which a cron is due, or null if there is none. Intervals count from `lastMs`, or run
 * at once when there is no last run.
 *
 * @throws for an invalid cron expression.
 */
export function nextRunMs(schedule: CronSchedule, afterMs: number, lastMs: number | null): number | null {
  switch (schedule.type) {
    case "interval": {
      const period = ((schedule.hours ?? 0) * 3600 + (schedule.minutes ?? 0) * 60 + (schedule.seconds ?? 0)) * 1000;
      if (lastMs === null) return afterMs;
      // Runs that were missed are not made up for.
      return lastMs + Math.max(1, Math.ceil((afterMs - lastMs + 1) / period)) * period;
    }
    case "hourly":
      return nextMatch(fields({ minute: schedule.minuteUTC }), afterMs);
    case "daily":
      return nextMatch(fields({ minute: schedule.minuteUTC, hour: schedule.hourUTC ?? 0 }), afterMs);
    case "weekly": {
      const weekday = WEEKDAYS.indexOf(schedule.dayOfWeek ?? "sunday");
      return nextMatch(fields({ minute: schedule.minuteUTC, hour: schedule.hourUTC ?? 0, weekday }), afterMs);
    }
    case "monthly":
      return nextMatch(
        fields({ minute: schedule.minuteUTC, hour: schedule.hourUTC ?? 0, day: schedule.day ?? 1 }),
        afterMs,
      );
    case "cron":
      return nextMatch(parseCron(schedule.cron), afterMs);
  }
}

interface CronFields {
  minute: ReadonlySet<number>;
  hour: ReadonlySet<number>;
  day: ReadonlySet<number>;
  month: ReadonlySet<number>;
  weekday: ReadonlySet<number>;
  /** If both day fields are restricted, either may match: the rule of cron. */
  eitherDay: boolean;
}

function fields(spec: { minute?: number; hour?: number; day?: number; weekday?: number }): CronFields {
  const only = (value: number | undefined, all: ReadonlySet<number>) => (value === undefined ? all : new Set([value]));
  return {
    minute: new Set([spec.minute ?? 0]),
    hour: only(spec.hour, span(0, 23)),
    day: only(spec.day, span(1, 31)),
    month: span(1, 12),
    weekday: only(spec.weekday, span(0, 6)),
    eitherDay: false,
  };
}

function parseCron(expression: string): CronFields {
  const parts = expression.trim().split(/\s+/);
  if (parts.length !== 5) throw new Error(`Invalid cron expression "${expression}": five fields are needed`);
  const [minute, hour, day, month, weekday] = parts as [string, string, string, string, string];
  const short = WEEKDAYS.map((name) => name.slice(0, 3));
  return {
    minute: parseField(minute, 0, 59),
    hour: parseField(hour, 0, 23),
    day: parseField(day, 1, 31),
    month: parseField(month, 1, 12, MONTHS),
    weekday: new Set([...parseField(weekday, 0, 7, short)].map((value) => value % 7)),
    eitherDay: !day.startsWith("*") && !weekday.startsWith("*"),
  };
}

function parseField(text: string, min: number, max: number, names: string[] = []): Set<number> {
  const result = new Set<number>();
  const toNumber = (part: string): number => {
    const named = names.indexOf(part.toLowerCase());
    const value = named === -1 ? Number(part) : named + (min === 1 ? 1 : 0);
    if (!Number.isInteger(value) || value < min || value > max) throw new Error(`Invalid cron field "${text}"`);
    return value;
  };
  for (const item of text.split(",")) {
    const [range = "", stepText] = item.split("/");
    const step = stepText === undefined ? 1 : Number(stepText);
    if (!Number.isInteger(step) || step < 1) throw new Error(`Invalid cron field "${text}"`);
    const [from, to] = range.split("-");
    const low = range === "*" ? min : toNumber(from!);
    const high = range === "*" ? max : to !== undefined ? toNumber(to) : stepText === undefined ? low : max;
    for (let value = low; value <= high; value += step) result.add(value);
  }
  return result;
}

function nextMatch(cron: CronFields, afterMs: number): number | null {
  const firstMinute = (Math.floor(afterMs / MINUTE_MS) + 1) * MINUTE_MS;
  const firstDay = Math.floor(firstMinute / DAY_MS) * DAY_MS;
  for (let day = 0; day < HORIZON_DAYS; day++) {
    const start = firstDay + day * DAY_MS;
    if (!dayMatches(cron, new Date(start))) continue;
    for (let time = Math.max(start, firstMinute); time < start + DAY_MS; time += MINUTE_MS) {
      const date = new Date(time);
      if (cron.hour.has(date.getUTCHours()) && cron.minute.has(date.getUTCMinutes())) return time;
    }
  }
  return null;
}

function dayMatches(cron: CronFields, date: Date): boolean {
  if (!cron.month.has(date.getUTCMonth() + 1)) return false;
  const day = cron.day.has(date.getUTCDate());
  const weekday = cron.weekday.has(date.getUTCDay());
  return cron.eitherDay ? day || weekday : day && weekday;
}

function span(from: number, to: number): Set<number> {
  return new Set(Array.from({ length: to - from + 1 }, (_, index) => from + index));
}
