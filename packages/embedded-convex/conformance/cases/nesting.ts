import { expect } from "vitest";
import type { Case } from "../driver.ts";

export const nestingCases: readonly Case[] = [
  {
    name: "a nested mutation that throws takes only its own writes back, and its data reaches the caller",
    run: async ({ driver, tag }) => {
      expect(await driver.mutation("nested:outer", { tag })).toEqual({
        caught: { refused: "inner lost" },
        seen: ["outer before", "inner kept"],
      });
      expect(await driver.query("nested:readRows", { tag })).toEqual(["outer before", "inner kept", "outer after"]);
    },
  },
  {
    name: "what nested mutations wrote goes when the outermost throws",
    run: async ({ driver, tag }) => {
      await expect(driver.mutation("nested:outerThrows", { tag })).rejects.toThrow("outer gave up");
      expect(await driver.query("nested:readRows", { tag })).toEqual([]);
    },
  },
  {
    name: "the caller's writes during a nested call that fails are kept",
    run: async ({ driver, tag }) => {
      expect(await driver.mutation("nested:concurrent", { tag })).toEqual({ outcome: "failed", rows: ["outer kept"] });
      expect(await driver.query("nested:readRows", { tag })).toEqual(["outer kept"]);
    },
  },
];
