import { paginationOptsValidator } from "convex/server";
import { v } from "convex/values";
import { action, mutation, query } from "./builders.ts";

const tag = v.string();

export const add = mutation({
  args: { tag, rank: v.number(), text: v.optional(v.string()) },
  handler: async (ctx, { tag, rank, text }) => {
    await ctx.db.insert("notes", { tag, rank, text: text ?? "" });
    return rank;
  },
});

export const remove = mutation({
  args: { tag, rank: v.number() },
  handler: async (ctx, { tag, rank }) => {
    const notes = ctx.db.query("notes").withIndex("by_tag_and_rank", (q) => q.eq("tag", tag).eq("rank", rank));
    for (const { _id } of await notes.collect()) await ctx.db.delete(_id);
  },
});

export const ranks = query({
  args: { tag },
  handler: async (ctx, { tag }) => {
    const notes = ctx.db.query("notes").withIndex("by_tag_and_rank", (q) => q.eq("tag", tag));
    return (await notes.collect()).map(({ rank }) => rank);
  },
});

export const count = query({
  args: { tag },
  handler: async (ctx, { tag }) => {
    const notes = ctx.db.query("notes").withIndex("by_tag_and_rank", (q) => q.eq("tag", tag));
    return (await notes.collect()).length;
  },
});

/** Costly: its reruns are put off while writes come in quickly. */
export const costlyCount = query({
  args: { tag },
  handler: async (ctx, { tag }) => {
    const notes = ctx.db.query("notes").withIndex("by_tag_and_rank", (q) => q.eq("tag", tag));
    return { count: (await notes.collect()).length, ballast: "x".repeat(400_000) };
  },
});

export const page = query({
  args: { tag, paginationOpts: paginationOptsValidator },
  handler: async (ctx, { tag, paginationOpts }) => {
    const notes = ctx.db.query("notes").withIndex("by_tag_and_rank", (q) => q.eq("tag", tag));
    return await notes.paginate(paginationOpts);
  },
});

/** A result of about as many bytes, with what a split in the wrong place would break. */
export const big = query({
  args: { tag, length: v.number() },
  handler: async (ctx, { tag, length }) => {
    const notes = ctx.db.query("notes").withIndex("by_tag_and_rank", (q) => q.eq("tag", tag));
    return { rows: (await notes.collect()).length, text: 'é"😀\u2028'.repeat(length / 5) };
  },
});

export const lengthOf = mutation({ args: { text: v.string() }, handler: (_ctx, { text }) => text.length });

/** Tells the log that they ran. */
export const asksWho = query({
  args: { tag },
  handler: async (ctx, { tag }) => {
    console.error(`ran asksWho ${tag}`);
    return (await ctx.auth.getUserIdentity())?.subject ?? null;
  },
});
export const asksNobody = query({
  args: { tag },
  handler: (_ctx, { tag }) => {
    console.error(`ran asksNobody ${tag}`);
    return tag;
  },
});

export const whoIs = action({ args: {}, handler: async (ctx) => (await ctx.auth.getUserIdentity())?.subject ?? null });

export const identity = query({ args: {}, handler: (ctx) => ctx.auth.getUserIdentity() });
