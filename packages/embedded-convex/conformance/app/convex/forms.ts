import { makeFunctionReference } from "convex/server";
import { ConvexError, v } from "convex/values";
import { action, internalAction, internalMutation, internalQuery, mutation, query } from "./builders";

const countRowsReference = makeFunctionReference<"query", { tag: string }, number>("forms:countRows");
const addRowReference = makeFunctionReference<"mutation", { tag: string; value: number }, string>("forms:addRow");
const doubleReference = makeFunctionReference<"action", { number: number }, number>("forms:double");

export const echo = query({ args: { value: v.any() }, handler: (_ctx, { value }) => value as unknown });

export const shorthand = query(() => Promise.resolve("no validators"));

export const nothing = query({ args: {}, handler: () => undefined });

export const strict = query({
  args: {
    text: v.string(),
    number: v.optional(v.number()),
    choice: v.optional(v.union(v.literal("a"), v.literal("b"))),
    id: v.optional(v.id("items")),
  },
  returns: v.string(),
  handler: (_ctx, args) => args.text,
});

export const wrongReturn = query({
  args: {},
  returns: v.object({ name: v.string() }),
  handler: () => ({ name: 1 }) as unknown as { name: string },
});

export const throwsError = query({
  args: {},
  handler: () => {
    throw new Error("boom from the handler");
  },
});

export const throwsData = mutation({
  args: { data: v.any(), tag: v.string() },
  handler: async (ctx, { data, tag }) => {
    await ctx.db.insert("items", { tag, value: "never committed" });
    throw new ConvexError(data as string);
  },
});

export const countRows = internalQuery({
  args: { tag: v.string() },
  handler: async (ctx, { tag }) => {
    const rows = ctx.db.query("items").withIndex("by_tag", (q) => q.eq("tag", tag));
    return (await rows.collect()).length;
  },
});

export const addRow = internalMutation({
  args: { tag: v.string(), value: v.number() },
  handler: (ctx, { tag, value }) => ctx.db.insert("items", { tag, value }),
});

export const double = internalAction({ args: { number: v.number() }, handler: (_ctx, { number }) => number * 2 });

/** An action that calls every other form. */
export const orchestrate = action({
  args: { tag: v.string() },
  returns: v.object({ before: v.number(), after: v.number(), doubled: v.number() }),
  handler: async (ctx, { tag }) => {
    const before = await ctx.runQuery(countRowsReference, { tag });
    await ctx.runMutation(addRowReference, { tag, value: 1 });
    await ctx.runMutation(addRowReference, { tag, value: 2 });
    const after = await ctx.runQuery(countRowsReference, { tag });
    return { before, after, doubled: await ctx.runAction(doubleReference, { number: 21 }) };
  },
});

export const clock = query({
  args: {},
  handler: async () => {
    const start = Date.now();
    const random = Math.random();
    await Promise.resolve();
    return { moved: Date.now() - start, start, isRandom: random >= 0 && random < 1 };
  },
});

export const usesFetch = mutation({ args: {}, handler: () => fetch("https://example.com") as unknown as string });

export const environment = query({
  args: { name: v.string() },
  handler: (_ctx, { name }) => process.env[name] ?? null,
});

export const whoami = query({ args: {}, handler: (ctx) => ctx.auth.getUserIdentity() });

export const whoamiInAction = action({ args: {}, handler: (ctx) => ctx.auth.getUserIdentity() });
