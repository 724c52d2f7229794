import { expect } from "vitest";
import type { Case, CaseContext } from "../driver.ts";

interface Page {
  page: number[];
  isDone: boolean;
  continueCursor: string;
}

async function page({ driver, tag }: CaseContext, cursor: string | null, numItems: number): Promise<Page> {
  return (await driver.query("items:page", { tag, paginationOpts: { cursor, numItems } })) as unknown as Page;
}

async function insertRanks({ driver, tag }: CaseContext, ...ranks: number[]): Promise<void> {
  for (const rank of ranks) await driver.mutation("items:insert", { tag, rank, value: rank });
}

export const pagingCases: readonly Case[] = [
  {
    name: "pages follow each other without gaps and end",
    run: async (context) => {
      await insertRanks(context, 0, 1, 2, 3, 4);
      const first = await page(context, null, 2);
      expect([first.page, first.isDone]).toEqual([[0, 1], false]);
      const second = await page(context, first.continueCursor, 2);
      expect([second.page, second.isDone]).toEqual([[2, 3], false]);
      const last = await page(context, second.continueCursor, 2);
      expect([last.page, last.isDone]).toEqual([[4], true]);
    },
  },
  {
    name: "an empty list is one page, and done",
    run: async (context) => {
      expect(await page(context, null, 10)).toMatchObject({ page: [], isDone: true });
    },
  },
  {
    name: "a page continues after rows that were deleted",
    run: async (context) => {
      await insertRanks(context, 0, 1, 2, 3);
      const first = await page(context, null, 2);
      const [id] = (await allIds(context)).slice(1, 2);
      await context.driver.mutation("items:remove", { id: id! });
      expect((await page(context, first.continueCursor, 5)).page).toEqual([2, 3]);
    },
  },
  {
    name: "rows inserted behind the cursor do not move the next page, rows before it are in it",
    run: async (context) => {
      await insertRanks(context, 10, 20, 30, 40);
      const first = await page(context, null, 2);
      await insertRanks(context, 5, 15, 25, 35);
      expect((await page(context, first.continueCursor, 10)).page).toEqual([25, 30, 35, 40]);
    },
  },
  {
    name: "no row is given twice or left out while others come and go",
    run: async (context) => {
      await insertRanks(context, ...Array.from({ length: 20 }, (_, index) => index * 10));
      const seen: number[] = [];
      let cursor: string | null = null;
      for (let turn = 0; turn < 30; turn += 1) {
        const next: Page = await page(context, cursor, 3);
        seen.push(...next.page);
        cursor = next.continueCursor;
        if (next.isDone) break;
        await insertRanks(context, turn * 7 + 1);
      }
      const original = seen.filter((rank) => rank % 10 === 0);
      expect(original).toEqual(Array.from({ length: 20 }, (_, index) => index * 10));
      expect(new Set(seen).size).toBe(seen.length);
    },
  },
  {
    name: "a malformed cursor is refused",
    run: async (context) => {
      await insertRanks(context, 0);
      await expect(page(context, "not a cursor", 2)).rejects.toThrow(/cursor/i);
    },
  },
  {
    name: "a query may page only once",
    run: async (context) => {
      await insertRanks(context, 0, 1);
      await expect(context.driver.query("items:twoPagings", { tag: context.tag })).rejects.toThrow(
        /multiple paginated queries|single paginated query/,
      );
    },
  },
];

async function allIds({ driver, tag }: CaseContext): Promise<string[]> {
  return (await driver.query("items:ids", { tag })) as string[];
}
