import { expect, it } from "vitest";
import { Portions } from "./portions.ts";

/** Runs portions of items that take this long each, ms; returns how long each portion took. */
function simulate(costs: readonly number[]): number[] {
  let now = 0;
  const portions = new Portions(200, () => now);
  return costs.map((cost) =>
    portions.run((size) => {
      now += size * cost;
      return size * cost;
    }),
  );
}

it("finds the size that takes about 4 ms, for cheap items and for dear ones", () => {
  const cheap = simulate(Array.from({ length: 20 }, () => 0.005));
  const dear = simulate(Array.from({ length: 20 }, () => 0.1));
  for (const took of [...cheap.slice(5), ...dear.slice(5)]) expect(took).toBeCloseTo(4, 0);
});

it("shrinks at once when items become dear, and grows step by step", () => {
  const took = simulate([...Array.from({ length: 10 }, () => 0.01), ...Array.from({ length: 3 }, () => 0.1)]);
  expect(took[10]).toBeCloseTo(40, 0);
  expect(took[11]).toBeCloseTo(4, 0);
  const growing = simulate([0.2, 0.001, 0.001]);
  expect(growing[2]! / growing[1]!).toBeLessThanOrEqual(2);
});

it("stays within its bounds however fast or slow an item is", () => {
  let last = 0;
  const portions = new Portions(200, () => 0);
  for (let round = 0; round < 20; round++) portions.run((size) => (last = size));
  expect(last).toBe(2000);
  let now = 0;
  const slow = new Portions(200, () => now);
  for (let round = 0; round < 20; round++) slow.run((size) => (now += 1000 * (last = size)));
  expect(last).toBe(20);
});
