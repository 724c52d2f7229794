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
    covers: [
      "OrderedQuery.paginate",
      "PaginationResult.*",
      "PaginationOptions.cursor",
      "PaginationOptions.numItems",
      "syscall 1.0/queryPage",
    ],
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
  {
    name: "a page that is pinned to its end holds what is there now",
    covers: ["PaginationOptions.endCursor"],
    run: async (context) => {
      await insertRanks(context, 0, 10, 20, 30, 40);
      const first = await page(context, null, 2);
      await insertRanks(context, 5, 6, 7, 15, 45);
      const pinned = { numItems: 2, cursor: null, endCursor: first.continueCursor };
      const again = (await context.driver.query("items:page", {
        tag: context.tag,
        paginationOpts: pinned,
      })) as unknown as Page;
      expect(again.page).toEqual([0, 5, 6, 7, 10]);
      expect(again.continueCursor).toBe(first.continueCursor);
      expect((await page(context, again.continueCursor, 9)).page).toEqual([15, 20, 30, 40, 45]);
    },
  },
  {
    name: "a page may be cut in two where its split cursor says",
    covers: ["PaginationResult.splitCursor", "PaginationResult.pageStatus"],
    wireOnly: "convex-test gives split cursors by a rule of its own",
    run: async (context) => {
      await insertRanks(context, 0, 1, 2, 3, 4, 5);
      const whole = (await page(context, null, 6)) as Page & { splitCursor: string; pageStatus: string | null };
      expect([whole.page.length, whole.pageStatus]).toEqual([6, null]);
      const cut = async (cursor: string | null, endCursor: string) => {
        const paginationOpts = { numItems: 6, cursor, endCursor };
        return ((await context.driver.query("items:page", { tag: context.tag, paginationOpts })) as unknown as Page)
          .page;
      };
      const left = await cut(null, whole.splitCursor);
      const right = await cut(whole.splitCursor, whole.continueCursor);
      expect([...left, ...right]).toEqual(whole.page);
      expect(left.length).toBe(4);
    },
  },
  {
    name: "a page ends where it has read as much as it may",
    covers: ["PaginationOptions.maximumRowsRead", "PaginationOptions.maximumBytesRead"],
    wireOnly: "convex-test asks for a split one row earlier",
    run: async (context) => {
      await insertRanks(context, 0, 1, 2, 3, 4);
      const limited = async (limits: Record<string, number>, cursor: string | null = null) => {
        const paginationOpts = { numItems: 10, cursor, ...limits };
        return (await context.driver.query("items:page", { tag: context.tag, paginationOpts })) as unknown as Page & {
          pageStatus: string;
        };
      };
      const first = await limited({ maximumRowsRead: 2 });
      expect([first.page, first.isDone, first.pageStatus]).toEqual([[0, 1], false, "SplitRequired"]);
      const second = await limited({ maximumRowsRead: 2 }, first.continueCursor);
      expect(second.page).toEqual([2, 3]);
      expect(await limited({ maximumRowsRead: 2 }, second.continueCursor)).toMatchObject({ page: [4], isDone: true });
      expect(await limited({ maximumBytesRead: 1 })).toMatchObject({ page: [0], pageStatus: "SplitRequired" });
      await expect(limited({ maximumRowsRead: 0 })).rejects.toThrow(
        "maximumRowsRead and maximumBytesRead must be greater than 0",
      );
    },
  },
  {
    name: "a page with a filter ends by what it has read, not by what has passed",
    wireOnly: "convex-test asks for a split one row earlier",
    run: async (context) => {
      await insertRanks(context, 0, 1, 2, 3, 4, 5);
      const ranks: number[] = [];
      let pages = 0;
      for (let cursor: string | null = null, isDone = false; !isDone; pages += 1) {
        const paginationOpts = { numItems: 10, cursor, maximumRowsRead: 2 };
        const next = (await context.driver.query("items:filteredPage", {
          tag: context.tag,
          above: 3,
          paginationOpts,
        })) as unknown as Page;
        ranks.push(...next.page);
        ({ continueCursor: cursor, isDone } = next);
      }
      expect([ranks, pages]).toEqual([[4, 5], 4]);
    },
  },
  {
    name: "a page of nothing is refused",
    wireOnly: "convex-test gives an empty page for ever",
    run: async (context) => {
      await insertRanks(context, 0);
      await expect(page(context, null, 0)).rejects.toThrow("Must request at least 1 document while paginating");
      await expect(page(context, null, -1)).rejects.toThrow(
        "`options.numItems` must be a positive number. Received `-1`.",
      );
    },
  },
];

async function allIds({ driver, tag }: CaseContext): Promise<string[]> {
  return (await driver.query("items:ids", { tag })) as string[];
}
