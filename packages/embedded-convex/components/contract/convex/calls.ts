import { createFunctionHandle } from "convex/server";
import { ConvexError, v } from "convex/values";
import { api, components, internal } from "./_generated/api.js";
import { action, internalMutation, mutation, query } from "./_generated/server.js";
import type { MutationCtx, QueryCtx } from "./_generated/server.js";

async function textsOf(ctx: Pick<QueryCtx, "db">, tag: string): Promise<string[]> {
  const rows = ctx.db.query("rows").withIndex("by_tag", (q) => q.eq("tag", tag));
  return (await rows.collect()).map(({ text }) => text);
}

const write = (ctx: MutationCtx, tag: string, text: string) => ctx.db.insert("rows", { tag, text });

/** All that was written under a tag, here and in the components. */
export const everything = query({
  args: { tag: v.string() },
  handler: async (ctx, { tag }): Promise<{ app: string[]; vault: string[]; spare: string[]; ledger: string[] }> => ({
    app: await textsOf(ctx, tag),
    vault: await ctx.runQuery(components.vault.notes.list, { tag }),
    spare: await ctx.runQuery(components.spare.notes.list, { tag }),
    ledger: await ctx.runQuery(components.vault.notes.entries, { tag }),
  }),
});

/** The component's failure is caught: only what it wrote is taken back. */
export const catching = mutation({
  args: { tag: v.string(), fail: v.union(v.literal("error"), v.literal("data")) },
  handler: async (ctx, { tag, fail }) => {
    await write(ctx, tag, "before");
    let caught = "nothing";
    try {
      await ctx.runMutation(components.vault.notes.add, { tag, text: "lost", fail });
    } catch (error) {
      caught = error instanceof ConvexError ? JSON.stringify(error.data) : (error as Error).message;
    }
    await ctx.runMutation(components.spare.notes.add, { tag, text: "kept" });
    await write(ctx, tag, "after");
    return caught;
  },
});

/** The app fails after its components have written. */
export const failing = mutation({
  args: { tag: v.string() },
  handler: async (ctx, { tag }) => {
    await write(ctx, tag, "lost");
    await ctx.runMutation(components.vault.notes.addBoth, { tag, text: "lost", failInside: false, catchInside: false });
    await ctx.runMutation(components.vault.handles.scheduleOwn, { tag, text: "never", delayMs: 0 });
    throw new Error("the app gave up");
  },
});

export const nested = mutation({
  args: { tag: v.string(), failInside: v.boolean(), catchInside: v.boolean() },
  handler: async (ctx, { tag, ...how }) => {
    await ctx.runMutation(components.vault.notes.addBoth, { tag, text: "both", ...how });
  },
});

/** Begun beside a component's call that fails: the app's own write must not land in what is taken back. */
export const beside = mutation({
  args: { tag: v.string() },
  handler: async (ctx, { tag }) => {
    const call = ctx
      .runMutation(components.vault.notes.add, { tag, text: "lost", fail: "error" })
      .catch(() => "failed");
    const own = write(ctx, tag, "own");
    const other = ctx.runMutation(components.spare.notes.add, { tag, text: "other" });
    const [outcome] = await Promise.all([call, own, other]);
    return outcome;
  },
});

/** Leaves calls behind that nobody waits for. */
export const floating = mutation({
  args: { tag: v.string() },
  handler: async (ctx, { tag }) => {
    void ctx.runMutation(components.vault.notes.insertMany, { tag, count: 5 });
    void write(ctx, tag, "after the call");
  },
});

/** The component fails while a call of its own that it does not wait for is under way. */
export const floatingInside = mutation({
  args: { tag: v.string() },
  handler: async (ctx, { tag }) => {
    try {
      await ctx.runMutation(components.vault.notes.addAndLeave, { tag });
    } catch {
      await write(ctx, tag, "caught");
    }
  },
});

/** Limits are for the whole transaction. */
export const tooMuch = mutation({
  args: { tag: v.string(), each: v.number() },
  handler: async (ctx, { tag, each }) => {
    await ctx.runMutation(components.vault.notes.insertMany, { tag, count: each });
    await ctx.runMutation(components.spare.notes.insertMany, { tag, count: each });
  },
});

export const record = internalMutation({
  args: { tag: v.string(), text: v.string() },
  handler: async (ctx, { tag, text }) => {
    await write(ctx, tag, `the app got ${text}`);
    return "the app answers";
  },
});

export const handOver = mutation({
  args: { tag: v.string() },
  handler: async (ctx, { tag }): Promise<string> => {
    const handle = await createFunctionHandle(internal.calls.record);
    return ctx.runMutation(components.vault.handles.call, { handle, tag, text: "a call" });
  },
});

export const handOverInAction = action({
  args: { tag: v.string() },
  handler: async (ctx, { tag }): Promise<string> => {
    const handle = await createFunctionHandle(internal.calls.record);
    return ctx.runAction(components.vault.handles.callFromAction, { handle, tag, text: "an action's call" });
  },
});

export const handOverForLater = mutation({
  args: { tag: v.string(), delayMs: v.number() },
  handler: async (ctx, { tag, delayMs }): Promise<string> => {
    const handle = await createFunctionHandle(internal.calls.record);
    return ctx.runMutation(components.vault.handles.schedule, { handle, tag, text: "a late call", delayMs });
  },
});

/** Uses handles that a component has made of its own functions, also of internal ones. */
export const useHandles = mutation({
  args: { tag: v.string() },
  handler: async (ctx, { tag }): Promise<void> => {
    const { add, record } = await ctx.runQuery(components.vault.handles.create, {});
    await ctx.runMutation(add as never, { tag, text: "by handle" } as never);
    await ctx.scheduler.runAfter(0, record as never, { tag, text: "later" } as never);
  },
});

export const callAny = mutation({
  args: { handle: v.string(), tag: v.string() },
  handler: async (ctx, { handle, tag }): Promise<string> =>
    ctx.runMutation(components.vault.handles.call, { handle, tag, text: "forged" }),
});

/** Ids of the app, to be handed to a component. */
export const addRow = mutation({
  args: { tag: v.string() },
  handler: async (ctx, { tag }) => await write(ctx, tag, "a row"),
});

export const storeFile = action({
  args: { text: v.string() },
  handler: async (ctx, { text }) => await ctx.storage.store(new Blob([text])),
});

export const uploadUrl = mutation({ args: {}, handler: (ctx) => ctx.storage.generateUploadUrl() });

export const schedule = mutation({
  args: { tag: v.string(), delayMs: v.number() },
  handler: (ctx, { tag, delayMs }): Promise<string> =>
    ctx.scheduler.runAfter(delayMs, internal.calls.record, { tag, text: "scheduled" }),
});

/** Schedules a function of a component: the job is the app's. */
export const scheduleInComponent = mutation({
  args: { tag: v.string() },
  handler: (ctx, { tag }): Promise<string> =>
    ctx.scheduler.runAfter(0, components.vault.notes.add, { tag, text: "scheduled from the app" }),
});

export const jobs = query({
  args: {},
  handler: async (ctx) => (await ctx.db.system.query("_scheduled_functions").collect()).map(({ name }) => name),
});

export const surroundings = query({
  args: {},
  handler: async (ctx) => ({
    own: { GREETING: process.env.GREETING ?? null, SECRET: process.env.SECRET ?? null },
    vault: await ctx.runQuery(components.vault.about.environment, {}),
    spare: await ctx.runQuery(components.spare.about.environment, {}),
    who: (await ctx.auth.getUserIdentity())?.subject ?? null,
    vaultWho: await ctx.runQuery(components.vault.about.whoCalls, {}),
    metadata: await ctx.meta.getFunctionMetadata(),
    vaultMetadata: await ctx.runQuery(components.vault.about.metadata, {}),
  }),
});

export const actionSurroundings = action({
  args: {},
  handler: async (ctx): Promise<{ environment: unknown; metadata: unknown }> => ({
    environment: await ctx.runAction(components.vault.about.actionEnvironment, {}),
    metadata: await ctx.runAction(components.vault.about.actionMetadata, {}),
  }),
});

export const forwarded = mutation({
  args: { tag: v.string() },
  handler: (ctx, { tag }): Promise<string[]> =>
    ctx.runMutation(api.calls.addRow, { tag }).then(() => textsOf(ctx, tag)),
});
