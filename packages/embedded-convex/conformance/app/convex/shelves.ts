import { componentsGeneric, createFunctionHandle, makeFunctionReference } from "convex/server";
import type { FunctionReference } from "convex/server";
import { ConvexError, v } from "convex/values";
import { internalMutation, mutation, query } from "./builders";

type Row = { tag: string; text: string };
type Query<Args extends Record<string, unknown>, Result> = FunctionReference<"query", "internal", Args, Result>;
type Mutation<Args extends Record<string, unknown>, Result> = FunctionReference<"mutation", "internal", Args, Result>;

/** What `_generated/component` of the component would export. */
interface Shelf {
  items: {
    add: Mutation<{ tag: string; value: unknown; fail?: boolean }, string>;
    list: Query<{ tag: string }, string[]>;
    addWithCard: Mutation<{ tag: string; text: string; fail: boolean; catchIt: boolean }, null>;
    listCards: Query<{ tag: string }, string[]>;
    find: Query<{ id: string }, boolean>;
    call: Mutation<Row & { handle: string }, unknown>;
    callLater: Mutation<Row & { handle: string }, null>;
    record: Mutation<Row, null>;
    countJobs: Query<Record<string, never>, number>;
    who: Query<Record<string, never>, string | null>;
    metadata: Query<Record<string, never>, { name: string; componentPath: string }>;
  };
}
const { shelf, attic } = componentsGeneric() as unknown as { shelf: Shelf; attic: Shelf };
const noteReference = makeFunctionReference<"mutation", Row, string>("shelves:note");

/** What there is under a tag, here and in both components. */
export const all = query({
  args: { tag: v.string() },
  handler: async (ctx, { tag }) => {
    const rows = ctx.db.query("items").withIndex("by_tag", (q) => q.eq("tag", tag));
    return {
      app: (await rows.collect()).map(({ value }) => value as string),
      shelf: await ctx.runQuery(shelf.items.list, { tag }),
      attic: await ctx.runQuery(attic.items.list, { tag }),
      cards: await ctx.runQuery(shelf.items.listCards, { tag }),
    };
  },
});

export const addEverywhere = mutation({
  args: { tag: v.string() },
  handler: async (ctx, { tag }) => {
    await ctx.db.insert("items", { tag, value: "app" });
    await ctx.runMutation(shelf.items.add, { tag, value: "shelf" });
    await ctx.runMutation(attic.items.add, { tag, value: "attic" });
  },
});

export const catching = mutation({
  args: { tag: v.string() },
  handler: async (ctx, { tag }) => {
    await ctx.db.insert("items", { tag, value: "before" });
    await ctx.runMutation(shelf.items.add, { tag, value: "kept" });
    let data: unknown = null;
    try {
      await ctx.runMutation(shelf.items.add, { tag, value: "lost", fail: true });
    } catch (error) {
      data = error instanceof ConvexError ? (error.data as unknown) : String(error);
    }
    await ctx.db.insert("items", { tag, value: "after" });
    return data;
  },
});

export const failing = mutation({
  args: { tag: v.string() },
  handler: async (ctx, { tag }) => {
    await ctx.runMutation(shelf.items.addWithCard, { tag, text: "lost", fail: false, catchIt: false });
    throw new Error("the app gave up");
  },
});

export const nested = mutation({
  args: { tag: v.string(), catchIt: v.boolean() },
  handler: async (ctx, { tag, catchIt }) => {
    await ctx.runMutation(shelf.items.addWithCard, { tag, text: "text", fail: true, catchIt });
  },
});

export const note = internalMutation({
  args: { tag: v.string(), text: v.string() },
  handler: async (ctx, { tag, text }) => {
    await ctx.db.insert("items", { tag, value: text });
    return `noted ${text}`;
  },
});

export const handOver = mutation({
  args: { tag: v.string() },
  handler: async (ctx, { tag }) => {
    const handle = await createFunctionHandle(noteReference);
    const answer = await ctx.runMutation(shelf.items.call, { handle, tag, text: "at once" });
    await ctx.runMutation(shelf.items.callLater, { handle, tag, text: "later" });
    return answer;
  },
});

export const findAbroad = mutation({
  args: { tag: v.string() },
  handler: async (ctx, { tag }) => {
    const id = await ctx.db.insert("items", { tag, value: "here" });
    const abroad = await ctx.runMutation(shelf.items.add, { tag, value: "there" });
    return {
      own: (await ctx.db.get(id)) !== null,
      theirs: await ctx.runQuery(shelf.items.find, { id: abroad }),
      mineThere: await ctx.runQuery(shelf.items.find, { id }),
    };
  },
});

export const callInternal = mutation({
  args: { tag: v.string() },
  handler: async (ctx, { tag }) => {
    await ctx.runMutation(shelf.items.record, { tag, text: "not exported" });
  },
});

export const countJobs = query({
  args: {},
  handler: async (ctx) => ({
    app: (await ctx.db.system.query("_scheduled_functions").collect()).length,
    shelf: await ctx.runQuery(shelf.items.countJobs, {}),
  }),
});

export const whoCalls = query({ args: {}, handler: (ctx) => ctx.runQuery(shelf.items.who, {}) });

export const metadata = query({ args: {}, handler: (ctx) => ctx.runQuery(shelf.items.metadata, {}) });
