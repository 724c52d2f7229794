import { makeFunctionReference } from "convex/server";
import { v } from "convex/values";
import { action, internalQuery, mutation, query } from "./builders";

const metadataReference = makeFunctionReference<"query", { id: string }, { size: number } | null>(
  "files:metadataInternal",
);

export const store = action({
  args: { bytes: v.bytes(), contentType: v.optional(v.string()) },
  returns: v.id("_storage"),
  handler: (ctx, { bytes, contentType }) =>
    ctx.storage.store(new Blob([bytes], contentType === undefined ? {} : { type: contentType })),
});

export const read = action({
  args: { id: v.id("_storage") },
  handler: async (ctx, { id }) => {
    const blob = await ctx.storage.get(id);
    return blob && { bytes: await blob.arrayBuffer(), contentType: blob.type };
  },
});

export const metadata = query({
  args: { id: v.id("_storage") },
  handler: async (ctx, { id }) => {
    const row = await ctx.db.system.get(id);
    return row && { size: row.size, sha256: row.sha256, contentType: row.contentType ?? null };
  },
});

export const metadataInternal = internalQuery({
  args: { id: v.id("_storage") },
  handler: async (ctx, { id }) => {
    const row = await ctx.db.system.get(id);
    return row && { size: row.size };
  },
});

export const sizeInAction = action({
  args: { id: v.id("_storage") },
  handler: async (ctx, { id }): Promise<number | null> => (await ctx.runQuery(metadataReference, { id }))?.size ?? null,
});

export const url = query({ args: { id: v.id("_storage") }, handler: (ctx, { id }) => ctx.storage.getUrl(id) });

export const uploadUrl = mutation({ args: {}, handler: (ctx) => ctx.storage.generateUploadUrl() });

export const remove = mutation({
  args: { id: v.id("_storage") },
  handler: async (ctx, { id }) => {
    await ctx.storage.delete(id);
  },
});

/** Deletes a file, then throws: it must still be there. */
export const removeAndThrow = mutation({
  args: { id: v.id("_storage") },
  handler: async (ctx, { id }) => {
    await ctx.storage.delete(id);
    throw new Error("rolled back");
  },
});
