import { describe, expect, it } from "vitest";
import { nextOccurrence, readSchedule } from "./schedule.ts";

function read(config: Record<string, string | number | string[]>) {
  const result = readSchedule(config);
  if (!result.ok) throw new Error(result.faults.map(({ message }) => message).join(" "));
  return result.schedule;
}

/** The next `count` times after `from`, as ISO texts up to the minute. */
function times(config: Parameters<typeof read>[0], from: string, count: number, anchor = from): string[] {
  const schedule = read(config);
  const found: string[] = [];
  let afterMs = Date.parse(from);
  while (found.length < count) {
    const ms = nextOccurrence(schedule, { afterMs, anchorMs: Date.parse(anchor) });
    if (ms === null) break;
    found.push(new Date(ms).toISOString().slice(0, 16));
    afterMs = ms;
  }
  return found;
}

describe("intervals", () => {
  it("count from when the schedule was switched on, without drift", () => {
    const config = { mode: "interval", every: 15, unit: "minutes" };
    expect(times(config, "2026-01-01T10:07:00Z", 2)).toEqual(["2026-01-01T10:22", "2026-01-01T10:37"]);
    expect(times(config, "2026-01-01T11:00:00Z", 1, "2026-01-01T10:07:00Z")).toEqual(["2026-01-01T11:07"]);
    expect(times({ mode: "interval", every: 2, unit: "days" }, "2026-01-01T10:00:00Z", 1)).toEqual([
      "2026-01-03T10:00",
    ]);
  });
});

describe("clocks that change", () => {
  const daily = { mode: "daily", time: "02:30", timeZone: "Europe/Prague" };

  it("move a time that does not exist behind the gap", () => {
    expect(times(daily, "2026-03-27T12:00:00Z", 3)).toEqual([
      "2026-03-28T01:30",
      "2026-03-29T01:00",
      "2026-03-30T00:30",
    ]);
  });

  it("take a time that occurs twice once", () => {
    expect(times(daily, "2026-10-23T12:00:00Z", 3)).toEqual([
      "2026-10-24T00:30",
      "2026-10-25T00:30",
      "2026-10-26T01:30",
    ]);
  });

  it("leave what repeats within the hour going through both", () => {
    const config = { mode: "cron", expression: "*/30 * * * *", timeZone: "Europe/Prague" };
    expect(times(config, "2026-10-25T00:15:00Z", 4)).toEqual([
      "2026-10-25T00:30",
      "2026-10-25T01:00",
      "2026-10-25T01:30",
      "2026-10-25T02:00",
    ]);
  });
});

describe("cron expressions and dates", () => {
  it("know names of days, and the last day of the month", () => {
    expect(times({ mode: "cron", expression: "0 9 * * MON-FRI" }, "2026-01-02T12:00:00Z", 2)).toEqual([
      "2026-01-05T09:00",
      "2026-01-06T09:00",
    ]);
    expect(times({ mode: "cron", expression: "0 0 L 2 *" }, "2028-01-01T00:00:00Z", 1)).toEqual(["2028-02-29T00:00"]);
  });

  it("read dates in the zone, once each, in order, and come to an end", () => {
    const dates = ["2026-12-24 18:00", "2026-06-01T12:00:00Z", "2026-12-24T17:00:00Z"];
    expect(times({ mode: "dates", dates, timeZone: "Europe/Prague" }, "2026-01-01T00:00:00Z", 5)).toEqual([
      "2026-06-01T12:00",
      "2026-12-24T17:00",
    ]);
  });
});

it.each([
  [{ mode: "interval", every: 0 }, "every"],
  [{ mode: "interval", every: 1.5 }, "every"],
  [{ mode: "interval", every: 1, unit: "years" }, "every"],
  [{ mode: "daily", time: "25:00" }, "time"],
  [{ mode: "cron", expression: "61 * * * *" }, "expression"],
  [{ mode: "cron", expression: "* * * * * *" }, "expression"],
  [{ mode: "cron", expression: "0 0 31 2 *" }, "expression"],
  [{ mode: "cron", expression: "" }, "expression"],
  [{ mode: "dates", dates: [] }, "dates"],
  [{ mode: "dates", dates: ["tomorrow"] }, "dates"],
  [{ mode: "daily", timeZone: "Middle/Earth" }, "timeZone"],
  [{ mode: "sometimes" }, "mode"],
])("names the field of a config that cannot be read: %j", (config, field) => {
  const result = readSchedule(config);
  expect(result.ok ? [] : result.faults.map((each) => each.field)).toEqual([field]);
});
