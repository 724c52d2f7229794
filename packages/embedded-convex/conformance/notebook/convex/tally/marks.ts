import { actionGeneric, mutationGeneric, queryGeneric } from "convex/server";
import { v } from "convex/values";

export const add = mutationGeneric({
  args: { name: v.string() },
  handler: async (ctx, { name }) => {
    const known = await ctx.db
      .query("marks")
      .withIndex("by_name", (q) => q.eq("name", name))
      .unique();
    if (known === null) await ctx.db.insert("marks", { name, count: 1 });
    else await ctx.db.patch(known._id, { count: (known.count as number) + 1 });
    return ((known?.count as number | undefined) ?? 0) + 1;
  },
});

export const list = queryGeneric({
  args: {},
  handler: (ctx) => ctx.db.query("marks").collect(),
});

/** Keeps a text in a file of the component. */
export const keep = actionGeneric({
  args: { text: v.string() },
  handler: async (ctx, { text }) => ctx.storage.store(new Blob([text], { type: "text/plain" })),
});
