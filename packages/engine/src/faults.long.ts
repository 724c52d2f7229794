import { createFaultTally, simulate } from "@patchbay/testkit";
import { expect, it } from "vitest";

const SEEDS = 25_000;

/** The engine itself knows no host, and so no console. */
declare const console: { log(text: string): void };

it(`${SEEDS} random scenarios end alike with and without faults at every point`, () => {
  const tally = createFaultTally();
  const sizes: number[] = [];
  for (let seed = 1; seed <= SEEDS; seed++) {
    const { nodes, problems, calm, fragile } = simulate(seed, tally);
    const again = `seed ${seed}: simulate(${seed}) reproduces it`;
    expect(problems, again).toEqual([]);
    expect(fragile, again).toEqual(calm);
    sizes.push(nodes);
  }
  const median = sizes.sort((a, b) => a - b)[Math.floor(sizes.length / 2)];
  expect(median).toBeGreaterThanOrEqual(8);
  console.log(JSON.stringify({ seeds: SEEDS, medianNodes: median, hits: tally }));
  for (const hits of Object.values(tally)) expect(Math.min(...Object.values(hits))).toBeGreaterThan(0);
});
