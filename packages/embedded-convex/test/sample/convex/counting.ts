import { v } from "convex/values";
import { components } from "./_generated/api.js";
import { mutation, query } from "./_generated/server.js";

export const count = mutation({
  args: { name: v.string() },
  handler: (ctx, { name }): Promise<number> => ctx.runMutation(components.counter.counts.add, { name }),
});

/** The component's write must vanish with its failure, the app's must stay. */
export const countAndCatch = mutation({
  args: { name: v.string() },
  handler: async (ctx, { name }) => {
    await ctx.db.insert("channels", { name, count: 0 });
    try {
      await ctx.runMutation(components.counter.counts.add, { name, fail: true });
    } catch {
      return "caught";
    }
    return "not caught";
  },
});

export const reset = mutation({
  args: { name: v.string() },
  handler: async (ctx, { name }) => {
    await ctx.runMutation(components.counter.counts.resetLater, { name });
  },
});

export const both = query({
  args: { name: v.string() },
  handler: async (ctx, { name }): Promise<{ value: number; caller: string | null }[]> => [
    await ctx.runQuery(components.counter.counts.get, { name }),
    await ctx.runQuery(components.second.counts.get, { name }),
  ],
});
