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

/** Everything that the scheduler refuses, by name. */
export const refusals = mutation({
  args: {},
  handler: async (ctx) => {
    const messages: Record<string, string> = {};
    const args = { tag: "", text: "" };
    const year = 366 * 24 * 3_600_000;
    const attempts: Record<string, () => Promise<unknown>> = {
      "a negative delay": () => ctx.scheduler.runAfter(-1, write, args),
      "an endless delay": () => ctx.scheduler.runAfter(Infinity, write, args),
      "a delay of text": () => ctx.scheduler.runAfter("1" as unknown as number, write, args),
      "a time of text": () => ctx.scheduler.runAt("now" as unknown as number, write, args),
      "a time far ahead": () => ctx.scheduler.runAt(Date.now() + 6 * year, write, args),
      "a time long ago": () => ctx.scheduler.runAt(Date.now() - 6 * year, write, args),
      "a missing module": () => ctx.scheduler.runAfter(0, makeFunctionReference<"mutation">("nowhere:missing"), {}),
      "a missing function": () =>
        ctx.scheduler.runAfter(0, makeFunctionReference<"mutation">("scheduling:missing"), {}),
      "cancelling no id": () => ctx.scheduler.cancel("nonsense" as never),
    };
    for (const [name, attempt] of Object.entries(attempts)) {
      messages[name] = await attempt().then(
        () => "nothing",
        (error: Error) => error.message,
      );
    }
    return messages;
  },
});

/** In an action: by date, cancelled, and by delay. */
export const allFromAction = action({
  args: { tag: v.string() },
  handler: async (ctx, { tag }) => {
    const cancelled = await ctx.scheduler.runAfter(60, write, { tag, text: "never" });
    await ctx.scheduler.cancel(cancelled);
    await ctx.scheduler.runAt(new Date(Date.now() + 20), write, { tag, text: "by date" });
    return cancelled;
  },
});

/** All jobs of a tag, as the system table has them. */
export const jobs = query({
  args: { tag: v.string() },
  handler: async (ctx, { tag }) => {
    const rows = await ctx.db.system.query("_scheduled_functions").collect();
    const own = rows.filter(({ args }) => (args[0] as { tag?: string } | undefined)?.tag === tag);
    return own.map(({ name, args, state, scheduledTime, completedTime }) => ({
      name,
      text: (args[0] as { text?: string }).text ?? null,
      state: state.kind,
      isTimed: scheduledTime > 0,
      isCompleted: completedTime !== undefined,
    }));
  },
});

/** A nested mutation schedules and fails: its job goes, the caller's stays. */
export const nestedSchedule = mutation({
  args: { tag: v.string() },
  handler: async (ctx, { tag }) => {
    const inner = makeFunctionReference<"mutation", { tag: string }, null>("scheduling:scheduleAndThrow");
    await ctx.runMutation(inner, { tag }).catch(() => null);
    await ctx.scheduler.runAfter(0, write, { tag, text: "outer" });
  },
});

/** Who a scheduled function runs for: nobody. */
export const scheduleWhoami = mutation({
  args: { tag: v.string() },
  handler: async (ctx, { tag }) => {
    await ctx.scheduler.runAfter(0, makeFunctionReference<"mutation">("scheduling:whoami"), { tag });
  },
});
export const whoami = internalMutation({
  args: { tag: v.string() },
  handler: async (ctx, { tag }) => {
    const identity = await ctx.auth.getUserIdentity();
    await ctx.db.insert("log", { tag, text: identity === null ? "nobody" : "somebody", at: 0 });
    return null;
  },
});
