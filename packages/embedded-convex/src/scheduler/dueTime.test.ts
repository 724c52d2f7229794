import { describe, expect, it } from "vitest";
import { dueMsOf } from "./dueTime.ts";

const NOW = Date.UTC(2026, 0, 1);

describe("dueMsOf", () => {
  it("takes times in the past and in the future", () => {
    expect(dueMsOf(NOW / 1000 + 1.5, NOW)).toBe(NOW + 1500);
    expect(dueMsOf(NOW / 1000 - 86_400, NOW)).toBe(NOW - 86_400_000);
  });

  it.each([null, Number.NaN, Infinity, "1"])("refuses %s", (time) => {
    expect(() => dueMsOf(time, NOW)).toThrow("must be a valid date");
  });

  it.each([
    [Date.UTC(2040, 0, 1), "2040-01-01T00:00:00.000Z is more than 5 years in the future"],
    [0, "1970-01-01T00:00:00.000Z is more than 5 years in the past"],
    [8.64e18, "8640000000000000000 ms is more than 5 years in the future"],
  ])("refuses %d, which is too far away", (time, message) => {
    expect(() => dueMsOf(time / 1000, NOW)).toThrow(message);
  });
});
