import { mutationGeneric, queryGeneric } from "convex/server";
import { v } from "convex/values";

export const add = mutationGeneric({
  args: { tag: v.string(), text: v.string(), fail: v.boolean() },
  handler: async (ctx, { tag, text, fail }) => {
    await ctx.db.insert("cards", { tag, text });
    if (fail) throw new Error("the card is torn");
    return null;
  },
});

export const list = queryGeneric({
  args: { tag: v.string() },
  handler: async (ctx, { tag }) => {
    const rows = ctx.db.query("cards").withIndex("by_tag", (q) => q.eq("tag", tag));
    return (await rows.collect()).map((row) => row.text as string);
  },
});
