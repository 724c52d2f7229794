import { describe, expect, it } from "vitest";
import { runDifferential } from "./differential.ts";

const CASES = Number(process.env.DIFFERENTIAL_CASES ?? 10_000);
const SEED = Number(process.env.DIFFERENTIAL_SEED ?? 1_000_000);

describe("convex-test and the embedded deployment", () => {
  it(`agree on ${CASES} generated cases from seed ${SEED}`, async () => {
    const report = await runDifferential({ seed: SEED, cases: CASES });
    console.log(JSON.stringify(report));
    expect(report.cases).toBe(CASES);
  });
});
