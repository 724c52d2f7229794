import { expect, it } from "vitest";
import { describePrototypes, fuzzFormulas } from "../testing/formulas.ts";

/** A failure prints seed and path, which reproduce it. */
const SEED = 20_261_120;
const COUNT = 1_000_000;

it("takes a million formulas: none throws, hangs, exceeds its budget or reaches a host object", () => {
  const before = describePrototypes();
  const { outcomes, succeeded } = fuzzFormulas({ count: COUNT, seed: SEED });
  expect(describePrototypes()).toBe(before);
  expect(outcomes.value + outcomes.error + outcomes.invalid).toBe(COUNT);
  expect(outcomes.value + outcomes.error).toBeGreaterThan(COUNT * 0.7);
  expect([...succeeded].filter(([, count]) => count < 200)).toEqual([]);
}, 600_000);
