import { describe, expect, it } from "vitest";
import { nextPollAt, pollingKey, readPolling } from "./polling.ts";

describe("a polling trigger's config", () => {
  it("says how often, from where, and how many runs", () => {
    expect(readPolling({})).toEqual({ intervalMs: 900_000, start: { kind: "now" }, deliver: "each" });
    expect(readPolling({ everyMinutes: 0, startFrom: "after", startItem: 7, deliver: "batch" })).toEqual({
      intervalMs: 60_000,
      start: { kind: "after", itemId: "7" },
      deliver: "batch",
    });
    expect(readPolling({ everyMinutes: 1e9, startFrom: "after", startItem: " " })).toMatchObject({
      intervalMs: 30 * 86_400_000,
      start: { kind: "now" },
    });
  });

  it("is the same place as long as the same is polled", () => {
    const base = { type: "http.watchList", typeVersion: 1, config: { url: "a", everyMinutes: 5 } };
    expect(pollingKey({ ...base, config: { everyMinutes: 9, startFrom: "all", url: "a" } })).toBe(pollingKey(base));
    expect(pollingKey({ ...base, config: { url: "b" } })).not.toBe(pollingKey(base));
    expect(pollingKey({ ...base, connectionId: "c" })).not.toBe(pollingKey(base));
  });
});

it("is polled at its interval, later after failures, and a little spread", () => {
  const at = (failures: number, change: { retryAfterMs?: number; chance?: number } = {}) =>
    nextPollAt({ nowMs: 0, intervalMs: 120_000, failures, chance: 0, ...change });
  expect([0, 1, 2, 3, 4, 30].map((failures) => at(failures) / 60_000)).toEqual([2, 2, 2, 4, 8, 360]);
  expect(at(0, { chance: 1 })).toBe(132_000);
  expect(at(30, { chance: 1 })).toBe(360 * 60_000 + 30_000);
  expect(at(1, { retryAfterMs: 3_600_000 })).toBe(3_600_000);
});
