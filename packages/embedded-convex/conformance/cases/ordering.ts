import type { Value } from "convex/values";
import { expect } from "vitest";
import type { Case } from "../driver.ts";

const bytes = (...list: number[]) => Uint8Array.from(list).buffer;

/** One value after the other in Convex's order. */
const ordered: Value[] = [
  null,
  -(2n ** 63n),
  -1n,
  0n,
  1n,
  2n ** 63n - 1n,
  -Infinity,
  -1.5,
  -5e-324,
  -0,
  0,
  5e-324,
  1,
  1e300,
  Infinity,
  NaN,
  false,
  true,
  "",
  "\0",
  "A",
  "a",
  "a\0",
  "a\0b",
  "aa",
  "b",
  "é",
  "\uffff",
  "🎉",
  bytes(),
  bytes(0),
  bytes(0, 1),
  bytes(1),
  bytes(255),
  [],
  [null],
  [1],
  [1, "a"],
  [2],
  ["a"],
  {},
  { a: 1 },
  { a: 1, b: 1 },
  { a: 2 },
  { b: 0 },
];

/** Ranks 0..n-1 in an order that is neither sorted nor reversed. */
function shuffledRanks(): number[] {
  const ranks = ordered.map((_, rank) => rank);
  return ranks.map((rank) => (rank * 17 + 5) % ordered.length);
}

export const orderingCases: readonly Case[] = [
  {
    name: "an index orders values of every type, both ways, missing ones first",
    run: async ({ driver, tag }) => {
      await driver.mutation("items:insert", { tag, rank: -1 });
      for (const rank of shuffledRanks()) await driver.mutation("items:insert", { tag, value: ordered[rank]!, rank });
      const ascending = [-1, ...ordered.map((_, rank) => rank)];
      expect(await driver.query("items:inOrder", { tag, order: "asc" })).toEqual(ascending);
      expect(await driver.query("items:inOrder", { tag, order: "desc" })).toEqual(ascending.toReversed());
      expect(await driver.query("items:withoutValue", { tag })).toEqual([-1]);
    },
  },
  {
    name: "ranges begin and end exactly at each value",
    run: async ({ driver, tag }) => {
      await driver.mutation("items:insertMany", { tag, values: ordered });
      const ranks = ordered.map((_, rank) => rank);
      for (const [rank, value] of ordered.entries()) {
        const [equal, above, from, below, to] = await Promise.all([
          driver.query("items:equalTo", { tag, value }),
          driver.query("items:inRange", { tag, above: value }),
          driver.query("items:inRange", { tag, from: value }),
          driver.query("items:inRange", { tag, below: value }),
          driver.query("items:inRange", { tag, to: value }),
        ]);
        expect(equal).toEqual([rank]);
        expect(above).toEqual(ranks.slice(rank + 1));
        expect(from).toEqual(ranks.slice(rank));
        expect(below).toEqual(ranks.slice(0, rank));
        expect(to).toEqual(ranks.slice(0, rank + 1));
      }
    },
  },
  {
    name: "a range with two ends holds what is between them",
    run: async ({ driver, tag }) => {
      await driver.mutation("items:insertMany", { tag, values: [1, 2, 3, 4, 5] });
      expect(await driver.query("items:inRange", { tag, above: 1, to: 4 })).toEqual([1, 2, 3]);
      expect(await driver.query("items:inRange", { tag, from: 4, below: 4 })).toEqual([]);
      expect(await driver.query("items:inRange", { tag, from: 5, to: 1 })).toEqual([]);
    },
  },
];
