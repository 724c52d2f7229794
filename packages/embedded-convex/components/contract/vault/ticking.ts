import { v } from "convex/values";
import { internal } from "./_generated/api.js";
import { internalAction, internalMutation, query } from "./_generated/server.js";

export const tick = internalMutation({
  args: { kind: v.string() },
  handler: async (ctx, { kind }) => {
    await ctx.db.insert("ticks", { kind });
    return null;
  },
});

export const tickFromAction = internalAction({
  args: {},
  handler: async (ctx): Promise<null> => ctx.runMutation(internal.ticking.tick, { kind: "action" }),
});

export const count = query({
  args: { kind: v.string() },
  handler: async (ctx, { kind }) =>
    (
      await ctx.db
        .query("ticks")
        .withIndex("by_kind", (q) => q.eq("kind", kind))
        .collect()
    ).length,
});
