import { MINUTE, RateLimiter } from "@convex-dev/rate-limiter";
import { v } from "convex/values";
import { components, mutation, query } from "./builders";

const limiter = new RateLimiter(components.rateLimiter, {
  /** Three at once, then one every 300 ms. */
  requests: { kind: "token bucket", rate: 1, period: 300, capacity: 3 },
  /** Five a minute, in windows that begin with the minute. */
  signUps: { kind: "fixed window", rate: 5, period: MINUTE, start: 0 },
  /** Spread over ten documents, for many callers at once. */
  busy: { kind: "token bucket", rate: 40, period: 60 * MINUTE, shards: 4 },
  /** Taken from in the background: the caller only looks, at what may be a moment old. */
  lazy: { kind: "token bucket", rate: 2, period: 60 * MINUTE, applyUpdates: "asynchronously" },
});

const name = v.union(v.literal("requests"), v.literal("signUps"), v.literal("busy"), v.literal("lazy"));

export const take = mutation({
  args: { name, key: v.string(), count: v.optional(v.number()), reserve: v.optional(v.boolean()) },
  handler: (ctx, { name, ...args }) => limiter.limit(ctx, name, args),
});

/** Throws a ConvexError when the limit is reached; what was written before must vanish with it. */
export const takeOrThrow = mutation({
  args: { name, key: v.string() },
  handler: async (ctx, { name, key }) => {
    await ctx.db.insert("events", { tag: key, text: "taken", at: Date.now() });
    await limiter.limit(ctx, name, { key, throws: true });
  },
});

export const check = query({
  args: { name, key: v.string() },
  handler: (ctx, { name, key }) => limiter.check(ctx, name, { key }),
});

export const value = query({
  args: { name, key: v.string() },
  handler: (ctx, { name, key }) => limiter.getValue(ctx, name, { key }),
});

export const reset = mutation({
  args: { name, key: v.string() },
  handler: async (ctx, { name, key }) => {
    await limiter.reset(ctx, name, { key });
  },
});

/** What the React hook of the package calls. */
export const { getRateLimit, getServerTime } = limiter.hookAPI("requests", { key: (_ctx, key) => key ?? "hook" });
