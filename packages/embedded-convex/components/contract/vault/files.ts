import { v } from "convex/values";
import { action, mutation, query } from "./_generated/server.js";

export const uploadUrl = mutation({ args: {}, handler: (ctx) => ctx.storage.generateUploadUrl() });

export const store = action({
  args: { text: v.string() },
  handler: async (ctx, { text }): Promise<string> => ctx.storage.store(new Blob([text], { type: "text/plain" })),
});

export const read = action({
  args: { id: v.string() },
  handler: async (ctx, { id }) => (await ctx.storage.get(id as never))?.text() ?? null,
});

export const look = query({
  args: { id: v.string() },
  handler: async (ctx, { id }) => ({
    url: await ctx.storage.getUrl(id as never),
    size: ((await ctx.db.system.get(id as never)) as { size: number } | null)?.size ?? null,
  }),
});

export const remove = mutation({
  args: { id: v.string() },
  returns: v.null(),
  handler: async (ctx, { id }) => {
    await ctx.storage.delete(id as never);
    return null;
  },
});
