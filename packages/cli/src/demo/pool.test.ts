import { describe, expect, it } from "vitest";
import { mapConcurrently } from "./pool.ts";
import { formatTable } from "./table.ts";

describe("mapConcurrently", () => {
  it("keeps the order and the limit", async () => {
    let running = 0;
    let most = 0;
    const results = await mapConcurrently([5, 1, 4, 2, 3], 2, async (item, index) => {
      most = Math.max(most, ++running);
      for (let turn = 0; turn < item; turn++) await Promise.resolve();
      running--;
      return `${index}:${item}`;
    });
    expect(results).toEqual(["0:5", "1:1", "2:4", "3:2", "4:3"]);
    expect(most).toBe(2);
  });

  it("begins nothing new after a failure", async () => {
    const begun: number[] = [];
    const work = mapConcurrently([1, 2, 3, 4], 1, async (item) => {
      begun.push(item);
      if (item === 2) throw new Error("two");
    });
    await expect(work).rejects.toThrow("two");
    expect(begun).toEqual([1, 2]);
  });

  it("has nothing to do for nothing", async () => {
    expect(await mapConcurrently([], 20, async () => 1)).toEqual([]);
  });
});

describe("formatTable", () => {
  it("lines up words to the left and numbers to the right", () => {
    expect(
      formatTable(
        ["name", "n"],
        [
          ["a", 5],
          ["longer", 120],
        ],
      ),
    ).toBe(["name    n", "──────  ───", "a         5", "longer  120"].join("\n"));
  });
});
