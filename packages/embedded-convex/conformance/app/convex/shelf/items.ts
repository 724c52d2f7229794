import {
  componentsGeneric,
  internalMutationGeneric,
  makeFunctionReference,
  mutationGeneric,
  queryGeneric,
} from "convex/server";
import type { FunctionHandle, FunctionReference } from "convex/server";
import { ConvexError, v } from "convex/values";

type Row = { tag: string; text: string };
const cards = (
  componentsGeneric() as unknown as {
    cards: {
      cards: {
        add: FunctionReference<"mutation", "internal", Row & { fail: boolean }, null>;
        list: FunctionReference<"query", "internal", { tag: string }, string[]>;
      };
    };
  }
).cards.cards;
const recordReference = makeFunctionReference<"mutation", Row, null>("items:record");

export const add = mutationGeneric({
  args: { tag: v.string(), value: v.any(), fail: v.optional(v.boolean()) },
  handler: async (ctx, { tag, value, fail }) => {
    const id = await ctx.db.insert("items", { tag, value });
    if (fail === true) throw new ConvexError({ refused: value as string });
    return id;
  },
});

export const list = queryGeneric({
  args: { tag: v.string() },
  handler: async (ctx, { tag }) => {
    const rows = ctx.db.query("items").withIndex("by_tag", (q) => q.eq("tag", tag));
    return (await rows.collect()).map((row) => row.value as string);
  },
});

/** Writes here and in the component inside, whose failure may be caught here. */
export const addWithCard = mutationGeneric({
  args: { tag: v.string(), text: v.string(), fail: v.boolean(), catchIt: v.boolean() },
  handler: async (ctx, { tag, text, fail, catchIt }): Promise<null> => {
    await ctx.db.insert("items", { tag, value: text });
    try {
      await ctx.runMutation(cards.add, { tag, text, fail });
    } catch (error) {
      if (!catchIt) throw error;
    }
    return null;
  },
});

export const listCards = queryGeneric({
  args: { tag: v.string() },
  handler: (ctx, { tag }): Promise<string[]> => ctx.runQuery(cards.list, { tag }),
});

export const find = queryGeneric({
  args: { id: v.string() },
  handler: async (ctx, { id }) => (await ctx.db.get(id as never)) !== null,
});

/** Calls what it is handed, now and later. */
export const call = mutationGeneric({
  args: { handle: v.string(), tag: v.string(), text: v.string() },
  handler: (ctx, { handle, tag, text }): Promise<unknown> =>
    ctx.runMutation(handle as FunctionHandle<"mutation", Row>, { tag, text }),
});

export const callLater = mutationGeneric({
  args: { handle: v.string(), tag: v.string(), text: v.string() },
  handler: async (ctx, { handle, tag, text }) => {
    await ctx.scheduler.runAfter(0, handle as FunctionHandle<"mutation", Row>, { tag, text });
    await ctx.scheduler.runAfter(0, recordReference, { tag, text: `recorded ${text}` });
  },
});

export const record = internalMutationGeneric({
  args: { tag: v.string(), text: v.string() },
  handler: async (ctx, { tag, text }) => {
    await ctx.db.insert("items", { tag, value: text });
    return null;
  },
});

export const countJobs = queryGeneric({
  args: {},
  handler: async (ctx) => (await ctx.db.system.query("_scheduled_functions").collect()).length,
});

export const who = queryGeneric({
  args: {},
  handler: async (ctx) => (await ctx.auth.getUserIdentity())?.subject ?? null,
});

export const metadata = queryGeneric({ args: {}, handler: (ctx) => ctx.meta.getFunctionMetadata() });
