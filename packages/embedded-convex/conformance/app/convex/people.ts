import { v } from "convex/values";
import { mutation, query } from "./builders";

/** Inserts whatever it is given: the schema has to refuse it. */
export const insertAnything = mutation({
  args: { fields: v.any() },
  handler: (ctx, { fields }) => ctx.db.insert("people", fields as { tag: string; name: string }),
});

export const patchAnything = mutation({
  args: { id: v.id("people"), fields: v.any() },
  handler: async (ctx, { id, fields }) => {
    await ctx.db.patch(id, fields as object);
  },
});

export const names = query({
  args: { tag: v.string() },
  handler: async (ctx, { tag }) => {
    const rows = ctx.db.query("people").withIndex("by_tag_and_name", (q) => q.eq("tag", tag));
    return (await rows.collect()).map((row) => row.name);
  },
});
