import { makeFunctionReference } from "convex/server";
import { v } from "convex/values";
import { action, internalAction, internalMutation, mutation, query } from "./builders";

const write = makeFunctionReference<"mutation", { tag: string; text: string }, null>("scheduling:writeLog");
const writeFromAction = makeFunctionReference<"action", { tag: string; text: string }, null>("scheduling:actionLog");
const fail = makeFunctionReference<"mutation", { tag: string }, null>("scheduling:failing");

export const writeLog = internalMutation({
  args: { tag: v.string(), text: v.string() },
  handler: async (ctx, { tag, text }) => {
    await ctx.db.insert("log", { tag, text, at: Date.now() });
    return null;
  },
});

export const actionLog = internalAction({
  args: { tag: v.string(), text: v.string() },
  handler: async (ctx, args): Promise<null> => await ctx.runMutation(write, args),
});

export const failing = internalMutation({
  args: { tag: v.string() },
  handler: async (ctx, { tag }) => {
    await ctx.db.insert("log", { tag, text: "never committed", at: 0 });
    throw new Error("the job failed");
  },
});

export const after = mutation({
  args: { tag: v.string(), text: v.string(), delayMs: v.number() },
  handler: (ctx, { tag, text, delayMs }) => ctx.scheduler.runAfter(delayMs, write, { tag, text }),
});

export const at = mutation({
  args: { tag: v.string(), text: v.string(), timestamp: v.number() },
  handler: (ctx, { tag, text, timestamp }) => ctx.scheduler.runAt(timestamp, write, { tag, text }),
});

export const actionAfter = mutation({
  args: { tag: v.string(), text: v.string(), delayMs: v.number() },
  handler: (ctx, { tag, text, delayMs }) => ctx.scheduler.runAfter(delayMs, writeFromAction, { tag, text }),
});

export const failAfter = mutation({
  args: { tag: v.string() },
  handler: (ctx, { tag }) => ctx.scheduler.runAfter(0, fail, { tag }),
});

/** Schedules, then throws: nothing may run. */
export const scheduleAndThrow = mutation({
  args: { tag: v.string() },
  handler: async (ctx, { tag }) => {
    await ctx.scheduler.runAfter(0, write, { tag, text: "never scheduled" });
    throw new Error("rolled back");
  },
});

export const fromAction = action({
  args: { tag: v.string(), text: v.string() },
  handler: (ctx, { tag, text }) => ctx.scheduler.runAfter(0, write, { tag, text }),
});

export const cancel = mutation({
  args: { id: v.id("_scheduled_functions") },
  handler: async (ctx, { id }) => {
    await ctx.scheduler.cancel(id);
  },
});

export const job = query({
  args: { id: v.id("_scheduled_functions") },
  handler: async (ctx, { id }) => {
    const row = await ctx.db.system.get(id);
    return row && { name: row.name, args: row.args, state: row.state, scheduledTime: row.scheduledTime };
  },
});

export const log = query({
  args: { tag: v.string() },
  handler: async (ctx, { tag }) => {
    const rows = ctx.db.query("log").withIndex("by_tag", (q) => q.eq("tag", tag));
    return (await rows.collect()).map((row) => row.text);
  },
});
