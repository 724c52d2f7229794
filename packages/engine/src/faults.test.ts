import { createFaultTally, simulate } from "@patchbay/testkit";
import { describe, expect, it } from "vitest";

const SEEDS = 1_000;

describe("a run whose host fails at every point", () => {
  it(`ends as one whose host does not, and writes at most once unasked (${SEEDS} seeds)`, () => {
    const tally = createFaultTally();
    const sizes: number[] = [];
    let retries = 0;
    for (let seed = 1; seed <= SEEDS; seed++) {
      const simulated = simulate(seed, tally);
      expect(simulated.problems, `seed ${seed}`).toEqual([]);
      expect(simulated.fragile, `seed ${seed}`).toEqual(simulated.calm);
      sizes.push(simulated.nodes);
      retries += simulated.retries;
    }
    // The test is worth something only while it meets all of these.
    expect(sizes.sort((a, b) => a - b)[SEEDS / 2]).toBeGreaterThanOrEqual(8);
    expect(retries).toBeGreaterThan(100);
    const unhit = Object.entries(tally).flatMap(([command, hits]) =>
      Object.entries(hits).flatMap(([fault, count]) => (count === 0 ? [`${command} ${fault}`] : [])),
    );
    expect(unhit).toEqual([]);
  }, 120_000);
});
