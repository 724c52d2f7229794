import { describe, expect, it } from "vitest";
import { formatClock, formatDuration, formatRelative } from "./time.ts";

describe("formatDuration", () => {
  it.each([
    [-5, "<1 ms"],
    [0, "<1 ms"],
    [1, "1 ms"],
    [84.4, "84 ms"],
    [999, "999 ms"],
    [1_000, "1.0 s"],
    [4_240, "4.2 s"],
    [9_940, "9.9 s"],
    [9_970, "10 s"],
    [44_100, "44 s"],
    [59_600, "1 min 00 s"],
    [252_000, "4 min 12 s"],
    [3_600_000, "1 h 00 min"],
    [7_500_000, "2 h 05 min"],
    [273_600_000, "3 d 4 h"],
  ])("%d ms is %s", (ms, text) => expect(formatDuration(ms)).toBe(text));
});

describe("formatRelative", () => {
  const now = new Date(2026, 10, 20, 12, 0, 0).getTime();
  const at = (...parts: [number, number, number, number?, number?]) => new Date(...parts).getTime();

  it.each([
    [now - 4_000, "just now"],
    [now + 4_000, "just now"],
    [now - 12_000, "12 s ago"],
    [now - 5 * 60_000, "5 min ago"],
    [now - 3 * 3_600_000, "3 h ago"],
    [now + 2 * 3_600_000 + 1_000, "in 2 h"],
    [at(2026, 10, 19, 8, 5), "yesterday 08:05"],
    [at(2026, 10, 21, 8, 5), "tomorrow 08:05"],
    [at(2026, 10, 3), "3 Nov"],
    [at(2025, 10, 3), "3 Nov 2025"],
  ])("%d is %s", (ms, text) => expect(formatRelative(ms, now)).toBe(text));

  it("says today for what was more than twelve hours ago on the same day", () => {
    const evening = at(2026, 10, 20, 23, 30);
    expect(formatRelative(at(2026, 10, 20, 1, 5), evening)).toBe("today 01:05");
  });
});

it("formatClock pads", () => expect(formatClock(new Date(2026, 0, 1, 4, 5, 6).getTime())).toBe("04:05:06"));
