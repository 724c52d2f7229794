import { describe, expect, it } from "vitest";
import type { CronSchedule } from "../deploy/manifest.ts";
import { nextRunMs } from "./cronSchedule.ts";

function next(schedule: CronSchedule, after: string, last: string | null = null): string | null {
  const time = nextRunMs(schedule, Date.parse(after), last === null ? null : Date.parse(last));
  return time === null ? null : new Date(time).toISOString();
}

describe("nextRunMs", () => {
  it("runs an interval at once, and then in steps from its last run, without making up for missed ones", () => {
    const schedule: CronSchedule = { type: "interval", minutes: 10 };
    expect(next(schedule, "2026-01-01T00:03:00Z")).toBe("2026-01-01T00:03:00.000Z");
    expect(next(schedule, "2026-01-01T00:03:00Z", "2026-01-01T00:03:00Z")).toBe("2026-01-01T00:13:00.000Z");
    expect(next(schedule, "2026-01-01T05:04:00Z", "2026-01-01T00:03:00Z")).toBe("2026-01-01T05:13:00.000Z");
  });

  it.each<[string, CronSchedule, string, string]>([
    ["hourly", { type: "hourly", minuteUTC: 17 }, "2026-01-01T00:17:00Z", "2026-01-01T01:17:00.000Z"],
    ["daily", { type: "daily", hourUTC: 3, minuteUTC: 5 }, "2026-01-31T03:05:00Z", "2026-02-01T03:05:00.000Z"],
    [
      "weekly",
      { type: "weekly", dayOfWeek: "monday", hourUTC: 9, minuteUTC: 0 },
      "2026-01-01T00:00:00Z",
      "2026-01-05T09:00:00.000Z",
    ],
    [
      "monthly",
      { type: "monthly", day: 31, hourUTC: 0, minuteUTC: 0 },
      "2026-02-01T00:00:00Z",
      "2026-03-31T00:00:00.000Z",
    ],
    ["steps", { type: "cron", cron: "*/15 * * * *" }, "2026-01-01T00:15:00Z", "2026-01-01T00:30:00.000Z"],
    [
      "lists and ranges",
      { type: "cron", cron: "0 9-11,13 * * 1-5" },
      "2026-01-02T11:00:00Z",
      "2026-01-02T13:00:00.000Z",
    ],
    ["names", { type: "cron", cron: "30 6 * feb sun" }, "2026-01-01T00:00:00Z", "2026-02-01T06:30:00.000Z"],
    ["either day field", { type: "cron", cron: "0 0 13 * 5" }, "2026-01-09T00:00:00Z", "2026-01-13T00:00:00.000Z"],
    ["7 as Sunday", { type: "cron", cron: "0 0 * * 7" }, "2026-01-01T00:00:00Z", "2026-01-04T00:00:00.000Z"],
    ["a leap day", { type: "cron", cron: "0 0 29 2 *" }, "2026-01-01T00:00:00Z", "2028-02-29T00:00:00.000Z"],
  ])("knows %s", (_name, schedule, after, expected) => {
    expect(next(schedule, after)).toBe(expected);
  });

  it("never runs on a day that does not exist", () => {
    expect(next({ type: "cron", cron: "0 0 30 2 *" }, "2026-01-01T00:00:00Z")).toBeNull();
  });

  it.each(["* * * *", "60 * * * *", "* * * * 8", "a * * * *", "*/0 * * * *"])("refuses %j", (cron) => {
    expect(() => next({ type: "cron", cron }, "2026-01-01T00:00:00Z")).toThrow("Invalid cron");
  });
});
