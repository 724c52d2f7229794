import { ConvexError, v } from "convex/values";
import { mutation, query } from "./_generated/server.js";

export const add = mutation({
  args: { tag: v.string(), text: v.string(), fail: v.optional(v.boolean()) },
  returns: v.string(),
  handler: async (ctx, { tag, text, fail }) => {
    const id = await ctx.db.insert("entries", { tag, text });
    if (fail === true) throw new ConvexError({ refused: text });
    return id;
  },
});

export const list = query({
  args: { tag: v.string() },
  returns: v.array(v.string()),
  handler: async (ctx, { tag }) => {
    const rows = ctx.db.query("entries").withIndex("by_tag", (q) => q.eq("tag", tag));
    return (await rows.collect()).map(({ text }) => text);
  },
});
