import type { Value } from "convex/values";
import { expect } from "vitest";
import type { Case } from "../driver.ts";

const NO_LIMITS = "convex-test has no limits on values, and those of transactions only when it is asked to";

/** The greatest amount that is allowed, and the message one above it. */
const documents: [what: string, most: number, message: string][] = [
  ["nesting", 15, "Document is too nested (nested 17 levels deep > maximum nesting 16)"],
  ["array", 8192, "Array length is too long (8193 > maximum length 8192)"],
  ["fields", 1024, "Object has too many fields (1025 > maximum number 1024)"],
  ["fieldName", 1024, "exceeds maximum field name length 1024"],
];
const MEGABYTE = 1 << 20;

export const limitCases: readonly Case[] = [
  ...documents.map(([what, most, message]): Case => ({
    name: `documents: ${what}`,
    wireOnly: NO_LIMITS,
    run: async ({ driver, tag }) => {
      await driver.mutation("limits:insert", { tag, what, amount: most });
      await expect(driver.mutation("limits:insert", { tag, what, amount: most + 1 })).rejects.toThrow(message);
    },
  })),
  {
    name: "documents: a size of 1 MiB",
    wireOnly: NO_LIMITS,
    run: async ({ driver, tag }) => {
      const insert = (amount: number) => driver.mutation("limits:insert", { tag, what: "size", amount });
      await insert(MEGABYTE - 200);
      await expect(insert(MEGABYTE)).rejects.toThrow(/Value is too large \(1 MiB > maximum size 1 MiB\)/);
    },
  },
  {
    name: "documents written by a mutation: 16,000",
    wireOnly: NO_LIMITS,
    run: async ({ driver, tag }) => {
      const insert = driver.mutation("limits:insertMany", { tag, count: 16_001 });
      await expect(insert).rejects.toThrow("Too many writes in a single function execution (limit: 16000)");
      expect(await driver.query("limits:readAll", { tag })).toBe(0);
    },
  },
  {
    name: "bytes written by a mutation: 16 MiB; what was written before the limit can be kept",
    wireOnly: NO_LIMITS,
    run: async ({ driver, tag }) => {
      const { written, message } = (await driver.mutation("limits:catchLimit", { tag })) as {
        written: number;
        message: string;
      };
      expect(message).toBe("Too many bytes written in a single function execution (limit: 16777216 bytes)");
      expect(written).toBe(18);
      const ranks = Array.from({ length: written }, (_, rank) => rank);
      const select = (selection: Value) => driver.query("queries:select", { tag, ...(selection as object) });
      expect(await select({})).toEqual(ranks);
      const last = {
        index: "by_tag_and_rank_and_value",
        range: [
          ["eq", "tag", tag],
          ["gte", "rank", 15],
        ],
      };
      expect(await select(last)).toEqual([15, 16, 17]);
    },
  },
  {
    name: "documents read by a query: 32,000",
    wireOnly: NO_LIMITS,
    run: async ({ driver, tag }) => {
      await driver.mutation("limits:insertMany", { tag, count: 100 });
      await driver.query("limits:readAgain", { tag, times: 320 });
      await expect(driver.query("limits:readAgain", { tag, times: 321 })).rejects.toThrow(
        "Too many documents read in a single function execution (limit: 32000). Consider using smaller limits in your queries, paginating your queries, or using indexed queries with a selective index range expressions.",
      );
    },
  },
  {
    name: "bytes read by a query: 16 MiB",
    wireOnly: NO_LIMITS,
    run: async ({ driver, tag }) => {
      await driver.mutation("limits:insertMany", { tag, count: 1, size: 900_000 });
      await driver.query("limits:readAgain", { tag, times: 18 });
      await expect(driver.query("limits:readAgain", { tag, times: 19 })).rejects.toThrow(
        "Too many bytes read in a single function execution (limit: 16777216 bytes). Consider using smaller limits",
      );
    },
  },
  {
    name: "reads of a query: 4,096",
    wireOnly: NO_LIMITS,
    run: async ({ driver }) => {
      await driver.query("limits:manyReads", { count: 4096 });
      await expect(driver.query("limits:manyReads", { count: 4097 })).rejects.toThrow(
        "Too many reads in a single function execution (limit: 4096).",
      );
    },
  },
  {
    name: "functions scheduled by a mutation: 1,000, with 16 MiB of arguments",
    wireOnly: NO_LIMITS,
    run: async ({ driver, tag }) => {
      const schedule = (count: number, size = 0) => driver.mutation("limits:scheduleMany", { tag, count, size });
      await expect(schedule(1000)).rejects.toThrow("enough");
      await expect(schedule(1001)).rejects.toThrow("Too many functions scheduled by this mutation (limit: 1000)");
      await expect(schedule(17, 1_000_000)).rejects.toThrow(
        "Too large total size of the arguments of scheduled functions from this mutation (limit: 16777216 bytes)",
      );
    },
  },
  {
    name: "arguments and results: 16 MiB",
    wireOnly: NO_LIMITS,
    run: async ({ driver }) => {
      const size = 16 * MEGABYTE;
      await expect(driver.query("forms:echo", { value: "x".repeat(size) })).rejects.toThrow(
        "Arguments for forms:echo are too large (actual: 16 MiB, limit: 16 MiB)",
      );
      expect(((await driver.query("limits:returnLarge", { size: size - 100 })) as string).length).toBe(size - 100);
      await expect(driver.query("limits:returnLarge", { size })).rejects.toThrow(
        "Function limits:returnLarge return value is too large (actual: 16 MiB, limit: 16 MiB)",
      );
    },
  },
  {
    name: "results: 64 levels",
    wireOnly: NO_LIMITS,
    run: async ({ driver }) => {
      await driver.query("limits:returnNested", { depth: 64 });
      await expect(driver.query("limits:returnNested", { depth: 65 })).rejects.toThrow(
        "Value is too nested (nested 65 levels deep > maximum nesting 64)",
      );
    },
  },
  {
    name: "nested calls: 8 levels",
    wireOnly: NO_LIMITS,
    run: async ({ driver }) => {
      expect(await driver.query("limits:recursive", { depth: 8 })).toBe(8);
      await expect(driver.query("limits:recursive", { depth: 9 })).rejects.toThrow(/depth/);
    },
  },
  {
    name: "limits that a caller sets for a nested call",
    covers: ["AdvancedRunQueryOptions.transactionLimits", "TransactionLimits.*"],
    wireOnly: NO_LIMITS,
    run: async ({ driver, tag }) => {
      const result = (await driver.mutation("limits:budget", { tag })) as Record<string, string>;
      expect(result.tooFew).toContain("Too many documents read in a single function execution (limit: ");
      expect(result.tooMany).toContain("Too many writes in a single function execution (limit: ");
      expect([result.enough, result.left]).toEqual([3, 3]);
    },
  },
];
