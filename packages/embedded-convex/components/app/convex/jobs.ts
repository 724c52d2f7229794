import { vOnCompleteArgs, vWorkId, Workpool } from "@convex-dev/workpool";
import { v } from "convex/values";
import { components, internalAction, internalMutation, internalQuery, mutation, query } from "./builders";
import { internal } from "./references";

const pool = new Workpool(components.pool, {
  maxParallelism: 3,
  retryActionsByDefault: true,
  defaultRetryBehavior: { maxAttempts: 3, initialBackoffMs: 50, base: 2 },
  logLevel: "ERROR",
});
const serialPool = new Workpool(components.serialPool, { maxParallelism: 1, logLevel: "ERROR" });

export const record = internalMutation({
  args: { tag: v.string(), text: v.string() },
  handler: async (ctx, { tag, text }) => {
    await ctx.db.insert("events", { tag, text, at: Date.now() });
    return null;
  },
});

export const countEvents = internalQuery({
  args: { tag: v.string(), text: v.string() },
  handler: async (ctx, { tag, text }) => {
    const events = ctx.db.query("events").withIndex("by_tag", (q) => q.eq("tag", tag));
    return (await events.collect()).filter((event) => event.text === text).length;
  },
});

/** Shows by its events how many run at the same time. */
export const work = internalAction({
  args: { tag: v.string(), text: v.string(), ms: v.number() },
  handler: async (ctx, { tag, text, ms }) => {
    await ctx.runMutation(internal.jobs.record, { tag, text: `start ${text}` });
    await new Promise((resolve) => setTimeout(resolve, ms));
    await ctx.runMutation(internal.jobs.record, { tag, text: `end ${text}` });
    return text;
  },
});

/** Fails its first `failures` times. */
export const flaky = internalAction({
  args: { tag: v.string(), text: v.string(), failures: v.number() },
  handler: async (ctx, { tag, text, failures }) => {
    await ctx.runMutation(internal.jobs.record, { tag, text });
    const tried = await ctx.runQuery(internal.jobs.countEvents, { tag, text });
    if (tried <= failures) throw new Error(`attempt ${tried} fails`);
    return `attempt ${tried}`;
  },
});

/** Reads and writes one document: what runs beside it would be lost or doubled. */
export const bump = internalMutation({
  args: { tag: v.string() },
  handler: async (ctx, { tag }) => {
    const known = await ctx.db
      .query("events")
      .withIndex("by_tag", (q) => q.eq("tag", tag))
      .unique();
    if (known === null) await ctx.db.insert("events", { tag, text: "count", at: 1 });
    else await ctx.db.patch(known._id, { at: known.at + 1 });
    return (known?.at ?? 0) + 1;
  },
});

export const finished = internalMutation({
  args: vOnCompleteArgs(v.object({ tag: v.string(), text: v.string() })),
  handler: async (ctx, { context: { tag, text }, result }) => {
    const outcome =
      result.kind === "success" ? String(result.returnValue) : result.kind === "failed" ? "failed" : "canceled";
    await ctx.db.insert("events", { tag, text: `done ${text}: ${outcome}`, at: Date.now() });
  },
});

export const enqueueWork = mutation({
  args: { tag: v.string(), texts: v.array(v.string()), ms: v.number(), runAfter: v.optional(v.number()) },
  handler: (ctx, { tag, texts, ms, runAfter }) =>
    Promise.all(
      texts.map((text) =>
        pool.enqueueAction(
          ctx,
          internal.jobs.work,
          { tag, text, ms },
          { onComplete: internal.jobs.finished, context: { tag, text }, runAfter },
        ),
      ),
    ),
});

export const enqueueFlaky = mutation({
  args: { tag: v.string(), text: v.string(), failures: v.number() },
  handler: (ctx, args) =>
    pool.enqueueAction(ctx, internal.jobs.flaky, args, {
      onComplete: internal.jobs.finished,
      context: { tag: args.tag, text: args.text },
    }),
});

export const enqueueBumps = mutation({
  args: { tag: v.string(), count: v.number() },
  handler: async (ctx, { tag, count }) => {
    for (let index = 0; index < count; index++) await serialPool.enqueueMutation(ctx, internal.jobs.bump, { tag });
  },
});

export const status = query({
  args: { ids: v.array(vWorkId) },
  handler: async (ctx, { ids }) => (await pool.statusBatch(ctx, ids)).map(({ state }) => state),
});

export const cancel = mutation({
  args: { id: vWorkId },
  handler: (ctx, { id }) => pool.cancel(ctx, id),
});

export const cancelAll = mutation({ args: {}, handler: (ctx) => pool.cancelAll(ctx) });

/** What has happened under a tag, in order. */
export const events = query({
  args: { tag: v.string() },
  handler: async (ctx, { tag }) => {
    const rows = await ctx.db
      .query("events")
      .withIndex("by_tag", (q) => q.eq("tag", tag))
      .collect();
    return rows.map(({ text, at }) => ({ text, at }));
  },
});
