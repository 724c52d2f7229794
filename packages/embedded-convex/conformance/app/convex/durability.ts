import { makeFunctionReference } from "convex/server";
import { v } from "convex/values";
import { internalMutation, mutation, query } from "./builders";

const confirm = makeFunctionReference<"mutation", { tag: string; marker: string }, null>("durability:confirmJob");

/**
 * Writes a row for the marker, counts it in a row that all calls share, and schedules a job for it: three things that must
 * happen together and once. Returns the marker, so that it can be found in the answer.
 */
export const record = mutation({
  args: { tag: v.string(), marker: v.string() },
  returns: v.string(),
  handler: async (ctx, { tag, marker }) => {
    await ctx.db.insert("items", { tag, value: marker, rank: 1 });
    const counter = await ctx.db
      .query("items")
      .withIndex("by_tag_and_rank_and_value", (q) => q.eq("tag", tag).eq("rank", 0))
      .unique();
    if (counter === null) await ctx.db.insert("items", { tag, rank: 0, value: 1 });
    else await ctx.db.patch(counter._id, { value: (counter.value as number) + 1 });
    await ctx.scheduler.runAfter(0, confirm, { tag, marker });
    return marker;
  },
});

export const confirmJob = internalMutation({
  args: { tag: v.string(), marker: v.string() },
  handler: async (ctx, { tag, marker }) => {
    await ctx.db.insert("log", { tag, text: marker, at: Date.now() });
    return null;
  },
});

/** What is stored for a tag. */
export const state = query({
  args: { tag: v.string() },
  handler: async (ctx, { tag }) => {
    const rows = (rank: number) =>
      ctx.db.query("items").withIndex("by_tag_and_rank_and_value", (q) => q.eq("tag", tag).eq("rank", rank));
    const log = ctx.db.query("log").withIndex("by_tag", (q) => q.eq("tag", tag));
    return {
      markers: (await rows(1).collect()).map((row) => row.value as string),
      counter: ((await rows(0).unique())?.value as number | undefined) ?? 0,
      confirmed: (await log.collect()).map((row) => row.text),
    };
  },
});
