import { ActionRetrier, runIdValidator, runResultValidator } from "@convex-dev/action-retrier";
import { Crons } from "@convex-dev/crons";
import { v } from "convex/values";
import { components, internalMutation, mutation, query } from "./builders";
import { internal } from "./references";

const crons = new Crons(components.crons);
const retrier = new ActionRetrier(components.actionRetrier, {
  initialBackoffMs: 20,
  maxFailures: 3,
  logLevel: "ERROR",
});

/** A cron that is made at run time. */
export const register = mutation({
  args: { name: v.string(), tag: v.string() },
  handler: (ctx, { name, tag }) =>
    crons.register(ctx, { kind: "interval", ms: 1000 }, internal.jobs.record, { tag, text: "tick" }, name),
});

export const registered = query({
  args: {},
  handler: async (ctx) => (await crons.list(ctx)).map(({ name }) => name ?? null),
});

export const unregister = mutation({
  args: { name: v.string() },
  handler: (ctx, { name }) => crons.delete(ctx, { name }),
});

export const retry = mutation({
  args: { tag: v.string(), failures: v.number() },
  handler: (ctx, { tag, failures }) =>
    retrier.run(
      ctx,
      internal.jobs.flaky,
      { tag, text: "retried", failures },
      { onComplete: internal.background.retried },
    ),
});

export const retried = internalMutation({
  args: { runId: runIdValidator, result: runResultValidator },
  handler: async (ctx, { runId, result }) => {
    await ctx.db.insert("events", { tag: runId, text: result.type, at: Date.now() });
  },
});
