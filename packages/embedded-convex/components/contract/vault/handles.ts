import type { FunctionHandle } from "convex/server";
import { createFunctionHandle } from "convex/server";
import { v } from "convex/values";
import { api, internal } from "./_generated/api.js";
import { action, internalAction, internalMutation, mutation, query } from "./_generated/server.js";

type Callback = FunctionHandle<"mutation", { tag: string; text: string }, string>;

/** Calls a function that somebody else has handed over. */
export const call = mutation({
  args: { handle: v.string(), tag: v.string(), text: v.string() },
  handler: (ctx, { handle, tag, text }): Promise<string> => ctx.runMutation(handle as Callback, { tag, text }),
});

export const callFromAction = action({
  args: { handle: v.string(), tag: v.string(), text: v.string() },
  handler: (ctx, { handle, tag, text }): Promise<string> => ctx.runMutation(handle as Callback, { tag, text }),
});

export const schedule = mutation({
  args: { handle: v.string(), tag: v.string(), text: v.string(), delayMs: v.number() },
  handler: (ctx, { handle, tag, text, delayMs }): Promise<string> =>
    ctx.scheduler.runAfter(delayMs, handle as Callback, { tag, text }),
});

/** A way to reach functions here that are not exported. */
export const create = query({
  args: {},
  handler: async (): Promise<{ add: string; record: string }> => ({
    add: await createFunctionHandle(api.notes.add),
    record: await createFunctionHandle(internal.handles.record),
  }),
});

export const record = internalMutation({
  args: { tag: v.string(), text: v.string() },
  handler: async (ctx, { tag, text }) => {
    await ctx.db.insert("notes", { tag, text: `recorded ${text}` });
    return "recorded";
  },
});

export const scheduleOwn = mutation({
  args: { tag: v.string(), text: v.string(), delayMs: v.number() },
  handler: (ctx, { tag, text, delayMs }): Promise<string> =>
    ctx.scheduler.runAfter(delayMs, internal.handles.record, { tag, text }),
});

/** An action of its own, which leaves a note. */
export const scheduleAction = mutation({
  args: { tag: v.string(), text: v.string(), delayMs: v.number() },
  handler: (ctx, { tag, text, delayMs }): Promise<string> =>
    ctx.scheduler.runAfter(delayMs, internal.handles.act, { tag, text }),
});

export const act = internalAction({
  args: { tag: v.string(), text: v.string() },
  handler: async (ctx, args): Promise<string> => ctx.runMutation(internal.handles.record, args),
});

/** Tries to cancel the job that it is. */
export const cancelSelf = internalMutation({
  args: { tag: v.string() },
  handler: async (ctx, { tag }) => {
    const { scheduledFunctionId } = await ctx.meta.getRequestMetadata();
    await ctx.db.insert("notes", { tag, text: "not committed" });
    await ctx.scheduler.cancel(scheduledFunctionId as never);
  },
});

export const scheduleCancelSelf = mutation({
  args: { tag: v.string() },
  handler: (ctx, { tag }): Promise<string> => ctx.scheduler.runAfter(0, internal.handles.cancelSelf, { tag }),
});

export const job = query({
  args: { id: v.string() },
  handler: async (ctx, { id }) => {
    const found = await ctx.db.system.get(id as never);
    return found === null
      ? null
      : { name: (found as { name: string }).name, state: (found as { state: object }).state };
  },
});

export const jobs = query({
  args: {},
  handler: async (ctx) => (await ctx.db.system.query("_scheduled_functions").collect()).map(({ name }) => name),
});

export const cancel = mutation({
  args: { id: v.string() },
  returns: v.null(),
  handler: async (ctx, { id }) => {
    await ctx.scheduler.cancel(id as never);
    return null;
  },
});
