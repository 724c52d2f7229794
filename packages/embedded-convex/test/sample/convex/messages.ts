import { v } from "convex/values";
import { api, internal } from "./_generated/api.js";
import type { Id } from "./_generated/dataModel.js";
import { action, internalMutation, mutation, query } from "./_generated/server.js";

export const createChannel = mutation({
  args: { name: v.string() },
  handler: (ctx, { name }) => ctx.db.insert("channels", { name, count: 0 }),
});

export const channels = query({ args: {}, handler: (ctx) => ctx.db.query("channels").collect() });

export const send = mutation({
  args: { channel: v.id("channels"), author: v.string(), body: v.string(), n: v.optional(v.number()) },
  returns: v.id("messages"),
  handler: (ctx, args) => ctx.db.insert("messages", args),
});

/** Keeps a counter beside the rows, so that lost and doubled writes show. */
export const sendCounted = mutation({
  args: { channel: v.id("channels"), author: v.string(), body: v.string(), n: v.number() },
  handler: async (ctx, args) => {
    const channel = await ctx.db.get(args.channel);
    if (channel === null) throw new Error("No such channel");
    await ctx.db.patch(args.channel, { count: channel.count + 1 });
    return await ctx.db.insert("messages", args);
  },
});

export const list = query({
  args: { channel: v.id("channels"), limit: v.number() },
  handler: (ctx, { channel, limit }) =>
    ctx.db
      .query("messages")
      .withIndex("by_channel", (q) => q.eq("channel", channel))
      .order("desc")
      .take(limit),
});

export const viewer = query({ args: {}, handler: async (ctx) => (await ctx.auth.getUserIdentity())?.subject ?? null });

export const fail = mutation({
  args: { channel: v.id("channels") },
  handler: async (ctx, { channel }) => {
    await ctx.db.insert("messages", { channel, author: "fail", body: "must vanish" });
    throw new Error("failed on purpose");
  },
});

export const loop = mutation({
  args: {},
  handler: () => {
    for (;;);
  },
});

export const stuckQuery = query({ args: {}, handler: () => new Promise<null>(() => undefined) });

export const loopingQuery = query({
  args: {},
  handler: () => {
    for (;;);
  },
});

export const record = internalMutation({
  args: { channel: v.id("channels"), body: v.string() },
  handler: async (ctx, { channel, body }) => {
    await ctx.db.insert("messages", { channel, author: "scheduled", body });
  },
});

export const sendLater = mutation({
  args: { channel: v.id("channels"), body: v.string(), delayMs: v.number() },
  handler: (ctx, { delayMs, ...args }): Promise<Id<"_scheduled_functions">> =>
    ctx.scheduler.runAfter(delayMs, internal.messages.record, args),
});

export const echo = action({
  args: { channel: v.id("channels"), body: v.string() },
  handler: async (ctx, { channel, body }): Promise<number> => {
    await ctx.runMutation(api.messages.send, { channel, author: "action", body });
    return (await ctx.runQuery(api.messages.list, { channel, limit: 10 })).length;
  },
});

export const storeText = action({
  args: { text: v.string() },
  handler: async (ctx, { text }) => {
    const id = await ctx.storage.store(new Blob([text], { type: "text/plain" }));
    return { id, url: await ctx.storage.getUrl(id) };
  },
});
