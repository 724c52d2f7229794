import { v } from "convex/values";
import { internal } from "./_generated/api.js";
import { internalMutation, mutation, query } from "./_generated/server.js";

export const add = mutation({
  args: { name: v.string(), fail: v.optional(v.boolean()) },
  returns: v.number(),
  handler: async (ctx, { name, fail }) => {
    const known = await ctx.db
      .query("counts")
      .withIndex("by_name", (q) => q.eq("name", name))
      .unique();
    const value = (known?.value ?? 0) + 1;
    if (known === null) await ctx.db.insert("counts", { name, value });
    else await ctx.db.patch(known._id, { value });
    if (fail === true) throw new Error("the component failed");
    return value;
  },
});

export const get = query({
  args: { name: v.string() },
  handler: async (ctx, { name }) => {
    const known = await ctx.db
      .query("counts")
      .withIndex("by_name", (q) => q.eq("name", name))
      .unique();
    return { value: known?.value ?? 0, caller: (await ctx.auth.getUserIdentity())?.subject ?? null };
  },
});

export const reset = internalMutation({
  args: { name: v.string() },
  handler: async (ctx, { name }) => {
    const known = await ctx.db
      .query("counts")
      .withIndex("by_name", (q) => q.eq("name", name))
      .unique();
    if (known !== null) await ctx.db.delete(known._id);
  },
});

export const resetLater = mutation({
  args: { name: v.string() },
  handler: async (ctx, { name }) => {
    await ctx.scheduler.runAfter(0, internal.counts.reset, { name });
  },
});
