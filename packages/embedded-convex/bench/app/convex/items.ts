import { internalMutationGeneric, makeFunctionReference, mutationGeneric, queryGeneric } from "convex/server";
import { v } from "convex/values";

const BODY = "x".repeat(100);

/** One document under two indexes: the benchmark's unit of writing. */
export const insert = mutationGeneric({
  args: { group: v.number(), n: v.number() },
  handler: (ctx, { group, n }) => ctx.db.insert("items", { group, n, body: BODY }),
});

/** `count` documents, numbered from `from`. Neighbours are of different groups, as those of users or channels are. */
export const seed = mutationGeneric({
  args: { from: v.number(), count: v.number(), groups: v.number() },
  handler: async (ctx, { from, count, groups }) => {
    for (let n = from; n < from + count; n++) {
      await ctx.db.insert("items", { group: (n * 7919) % groups, n, body: BODY });
    }
  },
});

/** One document by its index: the benchmark's unit of reading. */
export const get = queryGeneric({
  args: { n: v.number() },
  handler: (ctx, { n }) =>
    ctx.db
      .query("items")
      .withIndex("by_n", (q) => q.eq("n", n))
      .first(),
});

/** The newest documents of a group: what subscribers look at. */
export const list = queryGeneric({
  args: { group: v.number(), limit: v.number() },
  handler: (ctx, { group, limit }) =>
    ctx.db
      .query("items")
      .withIndex("by_group", (q) => q.eq("group", group))
      .order("desc")
      .take(limit),
});

const record = makeFunctionReference<"mutation", { dueMs: number }>("items:recordStart");

/** Schedules a function that notes how late it starts. */
export const startLater = mutationGeneric({
  args: { delayMs: v.number() },
  handler: async (ctx, { delayMs }) => {
    await ctx.scheduler.runAfter(delayMs, record, { dueMs: Date.now() + delayMs });
  },
});

export const recordStart = internalMutationGeneric({
  args: { dueMs: v.number() },
  handler: async (ctx, { dueMs }) => {
    await ctx.db.insert("starts", { lateMs: Date.now() - dueMs });
  },
});

/** How late each start was, ms. */
export const starts = queryGeneric({
  args: {},
  handler: async (ctx) => (await ctx.db.query("starts").collect()).map(({ lateMs }) => lateMs as number),
});
