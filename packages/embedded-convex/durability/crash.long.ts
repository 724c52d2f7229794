/** kill -9, 200 times, at random and at exact points, under 50 clients and scheduled work. */
import { randomInt } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { crash, summaryOf } from "./crashRun.ts";
import { buildShim, canBuildShim, type Shim } from "./shim.ts";

const KILLS = Number(process.env.CRASH_KILLS ?? 200);
/** `CRASH_SEED` repeats a run, as far as processes can be made to repeat. */
const SEED = Number(process.env.CRASH_SEED ?? randomInt(2 ** 31));

let shim: Shim | null = null;

beforeAll(() => {
  if (canBuildShim()) shim = buildShim();
});

afterAll(async () => {
  await shim?.dispose();
});

describe(`kill -9 under load, CRASH_SEED=${SEED}`, () => {
  // Four minutes on two idle cores.
  it("loses nothing and applies nothing twice", { timeout: 1_200_000 }, async () => {
    const report = await crash({ seed: SEED, kills: KILLS, socketClients: 50, httpClients: 10, shim });
    console.info(summaryOf(report));
    expect(report.violations).toEqual([]);
    expect(report.killsWithWaiting).toBeGreaterThan(KILLS / 2);
  });

  it("is seen by this test when mutations are not deduplicated", async () => {
    const preload = new URL("./forgetRequests.ts", import.meta.url);
    const report = await crash({ seed: SEED, kills: 12, socketClients: 50, httpClients: 0, shim, preload });
    console.info(summaryOf(report));
    expect(report.violations.filter((text) => text.endsWith("was applied twice"))).not.toEqual([]);
  });
});
