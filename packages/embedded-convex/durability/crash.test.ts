/** A few kills of every kind, and what they do without deduplication; `crash.long.ts` kills 200 times. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { crash, summaryOf } from "./crashRun.ts";
import { buildShim, canBuildShim, type Shim } from "./shim.ts";

const KILLS = 5;

let shim: Shim | null = null;

beforeAll(() => {
  if (canBuildShim()) shim = buildShim();
});

afterAll(async () => {
  await shim?.dispose();
});

describe("kill -9 under load", () => {
  it("loses nothing and applies nothing twice", { timeout: 60_000 }, async () => {
    const report = await crash({ seed: 1, kills: KILLS, socketClients: 20, httpClients: 5, shim });
    console.info(summaryOf(report));
    expect(report.violations).toEqual([]);
    expect(report.truth.records.length).toBeGreaterThan(KILLS);
    // Otherwise the test would not have tried what it is for.
    expect(report.killsWithWaiting).toBeGreaterThan(KILLS / 2);
  });
});
