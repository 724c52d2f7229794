import { makeFunctionReference } from "convex/server";
import { ConvexError, v } from "convex/values";
import { mutation, query } from "./builders";
import type { QueryCtx } from "./builders";

const add = makeFunctionReference<"mutation", { tag: string; value: string; fail: boolean }, null>("nested:addRow");
const values = makeFunctionReference<"query", { tag: string }, string[]>("nested:readRows");

async function readValues(ctx: Pick<QueryCtx, "db">, tag: string): Promise<unknown[]> {
  const rows = await ctx.db
    .query("items")
    .withIndex("by_tag", (q) => q.eq("tag", tag))
    .collect();
  return rows.map((row) => row.value as unknown);
}

export const addRow = mutation({
  args: { tag: v.string(), value: v.string(), fail: v.boolean() },
  handler: async (ctx, { tag, value, fail }) => {
    await ctx.db.insert("items", { tag, value });
    if (fail) throw new ConvexError({ refused: value });
    return null;
  },
});

export const readRows = query({ args: { tag: v.string() }, handler: (ctx, { tag }) => readValues(ctx, tag) });

/** A nested mutation sees and keeps what its caller wrote; one that throws takes only its own writes with it. */
export const outer = mutation({
  args: { tag: v.string() },
  handler: async (ctx, { tag }) => {
    await ctx.db.insert("items", { tag, value: "outer before" });
    await ctx.runMutation(add, { tag, value: "inner kept", fail: false });
    let caught: unknown = null;
    try {
      await ctx.runMutation(add, { tag, value: "inner lost", fail: true });
    } catch (error) {
      caught = (error as ConvexError<{ refused: string }>).data;
    }
    const seen = await ctx.runQuery(values, { tag });
    await ctx.db.insert("items", { tag, value: "outer after" });
    return { caught, seen };
  },
});

/** Everything is rolled back when the outermost mutation throws. */
export const outerThrows = mutation({
  args: { tag: v.string() },
  handler: async (ctx, { tag }) => {
    await ctx.runMutation(add, { tag, value: "inner", fail: false });
    throw new Error("outer gave up");
  },
});

/** The caller's own writes, begun while a nested call runs that will fail, are not the nested call's. */
export const concurrent = mutation({
  args: { tag: v.string() },
  handler: async (ctx, { tag }) => {
    const nested = ctx.runMutation(add, { tag, value: "inner lost", fail: true }).catch(() => "failed");
    const own = ctx.db.insert("items", { tag, value: "outer kept" });
    const [outcome] = await Promise.all([nested, own]);
    return { outcome, rows: await readValues(ctx, tag) };
  },
});
