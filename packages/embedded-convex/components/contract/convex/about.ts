import { log } from "convex/server";
import { v } from "convex/values";
import { api, components } from "./_generated/api.js";
import { action, mutation, query } from "./_generated/server.js";

export const token = mutation({
  args: { claims: v.any(), expiresInSeconds: v.number() },
  handler: (ctx, { claims, expiresInSeconds }): Promise<string> =>
    ctx.auth.signJwt({ claims: claims as never, expiresInSeconds }),
});

export const vaultToken = mutation({
  args: {},
  handler: (ctx): Promise<string> => ctx.runMutation(components.vault.about.token, { expiresInSeconds: 60 }),
});

export const who = query({ args: {}, handler: async (ctx) => (await ctx.auth.getUserIdentity())?.subject ?? null });

/** Lets the component write less than it wants to, and goes on. */
export const limited = mutation({
  args: { tag: v.string(), count: v.number(), limit: v.number() },
  handler: async (ctx, { tag, count, limit }) => {
    const used = async () => (await ctx.meta.getTransactionMetrics()).documentsWritten;
    await ctx.db.insert("rows", { tag, text: "before" });
    const before = await used();
    let outcome = "all written";
    try {
      await ctx.runMutation(
        components.vault.notes.insertMany,
        { tag, count },
        { transactionLimits: { documentsWritten: limit } },
      );
    } catch (error) {
      outcome = (error as Error).message;
    }
    await ctx.db.insert("rows", { tag, text: "after" });
    return { before, outcome, after: await used() };
  },
});

export const countRows = query({
  args: { tag: v.string() },
  handler: async (ctx, { tag }) => {
    const rows = ctx.db.query("rows").withIndex("by_tag", (q) => q.eq("tag", tag));
    return { count: (await rows.collect()).length, ts: ctx.meta.getSnapshotTs() };
  },
});

/** What a query sees inside the transaction, and from its snapshot. */
export const compare = mutation({
  args: { tag: v.string() },
  handler: async (ctx, { tag }): Promise<{ fresh: number; stale: number; isOlder: boolean }> => {
    await ctx.db.insert("rows", { tag, text: "new" });
    const fresh = await ctx.runQuery(api.about.countRows, { tag });
    const stale = await ctx.runQuery(api.about.countRows, { tag }, { useStaleSnapshot: true });
    return { fresh: fresh.count, stale: stale.count, isOlder: stale.ts <= ctx.meta.getSnapshotTs() };
  },
});

export const stamp = mutation({
  args: { tag: v.string() },
  handler: async (ctx, { tag }) => {
    await ctx.db.insert("stamps", { tag, at: ctx.db.vars.commitTs });
    return { snapshot: ctx.meta.getSnapshotTs(), at: ctx.db.vars.commitTs };
  },
});

export const stamps = query({
  args: { tag: v.string() },
  handler: async (ctx, { tag }) => {
    const rows = ctx.db.query("stamps").withIndex("by_tag", (q) => q.eq("tag", tag));
    return { stamps: (await rows.collect()).map(({ at }) => at), snapshot: ctx.meta.getSnapshotTs() };
  },
});

export const audited = mutation({
  args: { tag: v.string(), fail: v.boolean() },
  handler: async (_ctx, { tag, fail }) => {
    await log.audit({ tag, who: { agent: log.vars.userAgent }, request: log.vars.requestId });
    if (fail) throw new Error("not done");
  },
});

export const auditedAction = action({
  args: { tag: v.string() },
  handler: async (_ctx, { tag }) => log.audit({ tag, from: "action" }),
});
