import { mutationGeneric, queryGeneric } from "convex/server";
import { v } from "convex/values";

export const uploadUrl = mutationGeneric({ args: {}, handler: (ctx) => ctx.storage.generateUploadUrl() });

export const remove = mutationGeneric({
  args: { id: v.id("_storage") },
  handler: (ctx, { id }) => ctx.storage.delete(id),
});

export const list = queryGeneric({
  args: {},
  handler: async (ctx) => (await ctx.db.system.query("_storage").collect()).map(({ _id }) => _id as string),
});

export const types = queryGeneric({
  args: {},
  handler: async (ctx) =>
    (await ctx.db.system.query("_storage").collect()).map(({ contentType }) => contentType ?? null),
});

/** A variable of the deployment. */
export const variable = queryGeneric({
  args: { name: v.string() },
  handler: async (_ctx, { name }) => process.env[name] ?? null,
});
