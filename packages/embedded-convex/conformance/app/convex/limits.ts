import { makeFunctionReference, mutationGeneric, queryGeneric } from "convex/server";
import { v } from "convex/values";

/** What is just allowed, and what is just too much. */

const nested = (depth: number): unknown => (depth === 0 ? 1 : { in: nested(depth - 1) });
const fields = (count: number) => Object.fromEntries(Array.from({ length: count }, (_, index) => [`f${index}`, 1]));
const again = makeFunctionReference<"query", { depth: number }, number>("limits:recursive");
const nothing = makeFunctionReference<"mutation", { tag: string; text: string }, null>("scheduling:writeLog");

const values: Record<string, (amount: number) => unknown> = {
  // The document adds its own level, `tag` and the system fields.
  nesting: (amount) => nested(amount),
  array: (amount) => Array.from({ length: amount }, () => null),
  fields: (amount) => fields(amount),
  size: (amount) => "x".repeat(amount),
  fieldName: (amount) => ({ ["n".repeat(amount)]: 1 }),
};

export const insert = mutationGeneric({
  args: { tag: v.string(), what: v.string(), amount: v.number() },
  handler: async (ctx, { tag, what, amount }) => {
    await ctx.db.insert("free", { tag, value: values[what]!(amount) });
  },
});

/** Writes `count` small documents. */
export const insertMany = mutationGeneric({
  args: { tag: v.string(), count: v.number(), size: v.optional(v.number()) },
  handler: async (ctx, { tag, count, size = 0 }) => {
    for (let index = 0; index < count; index++) await ctx.db.insert("free", { tag, value: "x".repeat(size) });
  },
});

/** Goes over the limit of writes, catches the error, and commits what was written before. */
export const catchLimit = mutationGeneric({
  args: { tag: v.string() },
  handler: async (ctx, { tag }) => {
    const size = 900_000;
    let written = 0;
    try {
      for (;;) {
        await ctx.db.insert("items", { tag, rank: written, value: "x".repeat(size) });
        written++;
      }
    } catch (error) {
      return { written, message: (error as Error).message };
    }
  },
});

export const readAll = queryGeneric({
  args: { tag: v.string() },
  handler: async (ctx, { tag }) => {
    const rows = ctx.db.query("free").withIndex("by_tag", (q) => q.eq("tag", tag));
    return (await rows.collect()).length;
  },
});

/** Reads the same documents again and again. */
export const readAgain = queryGeneric({
  args: { tag: v.string(), times: v.number() },
  handler: async (ctx, { tag, times }) => {
    for (let time = 0; time < times; time++) {
      await ctx.db
        .query("free")
        .withIndex("by_tag", (q) => q.eq("tag", tag))
        .collect();
    }
  },
});

/** Reads one document many times. */
export const manyReads = queryGeneric({
  args: { count: v.number() },
  handler: async (ctx, { count }) => {
    for (let index = 0; index < count; index++) await ctx.db.query("direct").first();
  },
});

export const scheduleMany = mutationGeneric({
  args: { tag: v.string(), count: v.number(), size: v.optional(v.number()) },
  handler: async (ctx, { tag, count, size = 0 }) => {
    for (let index = 0; index < count; index++) {
      await ctx.scheduler.runAfter(3_600_000, nothing, { tag, text: "x".repeat(size) });
    }
    throw new Error("enough");
  },
});

/** Calls itself `depth` times. */
export const recursive = queryGeneric({
  args: { depth: v.number() },
  handler: async (ctx, { depth }): Promise<number> =>
    depth === 0 ? 0 : 1 + (await ctx.runQuery(again, { depth: depth - 1 })),
});

export const returnLarge = queryGeneric({
  args: { size: v.number() },
  handler: (_ctx, { size }) => "x".repeat(size),
});

export const returnNested = queryGeneric({
  args: { depth: v.number() },
  handler: (_ctx, { depth }) => nested(depth) as null,
});

/** The texts of what a nested call may not use: limits that its caller sets. */
export const budget = mutationGeneric({
  args: { tag: v.string() },
  handler: async (ctx, { tag }) => {
    for (let rank = 0; rank < 3; rank++) await ctx.db.insert("free", { tag, rank });
    const read = makeFunctionReference<"query", { tag: string }, number>("limits:readAll");
    const write = makeFunctionReference<"mutation", { tag: string; count: number }, null>("limits:insertMany");
    const message = (error: Error) => error.message;
    const tooFew = await ctx.runQuery(read, { tag }, { transactionLimits: { documentsRead: 2 } }).then(String, message);
    const enough = await ctx.runQuery(read, { tag }, { transactionLimits: { documentsRead: 10 } });
    const tooMany = await ctx
      .runMutation(write, { tag, count: 2 }, { transactionLimits: { documentsWritten: 1 } })
      .then(String, message);
    return { tooFew, enough, tooMany, left: await ctx.runQuery(read, { tag }) };
  },
});
