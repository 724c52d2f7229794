import { expect, it } from "vitest";
import { nextTimes } from "./scheduleTimes.ts";

const from = { nowMs: Date.parse("2026-03-01T12:00:00Z"), count: 3 };
const shown = (config: Parameters<typeof nextTimes>[0]) =>
  nextTimes(config, from).map((ms) => new Date(ms).toISOString().slice(0, 16));

it("shows the next times of a schedule, as many as there are", () => {
  expect(shown({ mode: "daily", time: "09:30" })).toEqual(["2026-03-02T09:30", "2026-03-03T09:30", "2026-03-04T09:30"]);
  expect(shown({ mode: "dates", dates: ["2026-03-01 13:00"] })).toEqual(["2026-03-01T13:00"]);
});

it("shows none where the schedule cannot be read", () => {
  expect(shown({ mode: "cron", expression: "soon" })).toEqual([]);
});
