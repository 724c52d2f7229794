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

/** A mutation stores a file, reads it back, and may throw afterwards. */
export const storeInMutation = mutation({
  args: { text: v.string(), contentType: v.string(), sha256: v.optional(v.string()), fail: v.optional(v.boolean()) },
  handler: async (ctx, { text, contentType, sha256, fail }) => {
    const storage = ctx.storage as unknown as {
      store(blob: Blob, options?: { sha256?: string }): Promise<string>;
      get(id: string): Promise<Blob | null>;
    };
    const id = await storage.store(new Blob([text], { type: contentType }), sha256 === undefined ? {} : { sha256 });
    const stored = (await storage.get(id))!;
    if (fail === true) throw new Error("rolled back");
    return { id, text: await stored.text(), contentType: stored.type, missing: await storage.get("x".repeat(32)) };
  },
});

export const urls = mutation({
  args: { id: v.id("_storage") },
  handler: async (ctx, { id }) => ({
    url: await ctx.storage.getUrl(id),
    upload: await ctx.storage.generateUploadUrl(),
    metadata: await ctx.storage.getMetadata(id),
  }),
});

export const urlsInAction = action({
  args: { id: v.id("_storage") },
  handler: async (ctx, { id }) => {
    const before = await ctx.storage.getMetadata(id);
    const urls = { url: await ctx.storage.getUrl(id), upload: await ctx.storage.generateUploadUrl() };
    await ctx.storage.delete(id);
    return { ...urls, before, after: await ctx.storage.getMetadata(id), url2: await ctx.storage.getUrl(id) };
  },
});

export const storeChecked = action({
  args: { text: v.string(), sha256: v.string() },
  handler: (ctx, { text, sha256 }) => ctx.storage.store(new Blob([text]), { sha256 }),
});

export const count = query({
  args: {},
  handler: async (ctx) => (await ctx.db.system.query("_storage").collect()).length,
});
