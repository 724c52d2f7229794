import {
  type DataModelFromSchemaDefinition,
  type GenericMutationCtx,
  internalActionGeneric,
  internalMutationGeneric,
  makeFunctionReference,
  type MutationBuilder,
  mutationGeneric,
  paginationOptsValidator,
  type QueryBuilder,
  queryGeneric,
} from "convex/server";
import { v } from "convex/values";
import type schema from "./schema";

type DataModel = DataModelFromSchemaDefinition<typeof schema>;
const query = queryGeneric as QueryBuilder<DataModel, "public">;
const mutation = mutationGeneric as MutationBuilder<DataModel, "public">;
const internalMutation = internalMutationGeneric as MutationBuilder<DataModel, "internal">;

type TokenArgs = { token: string };
const confirmRef = makeFunctionReference<"mutation", TokenArgs, null>("crash:confirm");
const actRef = makeFunctionReference<"action", TokenArgs, null>("crash:act");
const stepRef = makeFunctionReference<"mutation", TokenArgs & { step: "started" | "ended" }, null>("crash:step");

async function increment(ctx: GenericMutationCtx<DataModel>, client: string): Promise<number> {
  const row = await ctx.db
    .query("counts")
    .withIndex("by_client", (q) => q.eq("client", client))
    .unique();
  if (row === null) await ctx.db.insert("counts", { client, count: 1 });
  else await ctx.db.patch(row._id, { count: row.count + 1 });
  return (row?.count ?? 0) + 1;
}

/** A row, two counters and perhaps a job, which must all happen together and once. Returns the token. */
export const record = mutation({
  args: { client: v.string(), token: v.string(), then: v.union(v.null(), v.literal("mutation"), v.literal("action")) },
  handler: async (ctx, { client, token, then }) => {
    const sequence = await increment(ctx, "");
    await increment(ctx, client);
    await ctx.db.insert("records", { client, token, sequence });
    if (then === "mutation") await ctx.scheduler.runAfter(0, confirmRef, { token });
    if (then === "action") await ctx.scheduler.runAfter(0, actRef, { token });
    return token;
  },
});

export const confirm = internalMutation({
  args: { token: v.string() },
  handler: async (ctx, { token }) => {
    await ctx.db.insert("confirmed", { token });
    return null;
  },
});

export const step = internalMutation({
  args: { token: v.string(), step: v.union(v.literal("started"), v.literal("ended")) },
  handler: async (ctx, args) => {
    await ctx.db.insert("acted", args);
    return null;
  },
});

/** Long enough for a kill to meet some of them under way. */
export const act = internalActionGeneric({
  args: { token: v.string() },
  handler: async (ctx, { token }) => {
    await ctx.runMutation(stepRef, { token, step: "started" });
    await new Promise((resolve) => setTimeout(resolve, 20));
    await ctx.runMutation(stepRef, { token, step: "ended" });
    return null;
  },
});

export const tick = internalMutation({
  args: {},
  handler: async (ctx) => {
    await ctx.db.insert("ticks", { at: Date.now() });
    return null;
  },
});

export const count = query({
  args: { client: v.string() },
  handler: async (ctx, { client }) => {
    const row = await ctx.db
      .query("counts")
      .withIndex("by_client", (q) => q.eq("client", client))
      .unique();
    return row?.count ?? 0;
  },
});

/** Everything that is stored, a page at a time, in the order of creation. */
export const page = query({
  args: {
    table: v.union(v.literal("records"), v.literal("confirmed"), v.literal("acted"), v.literal("ticks")),
    paginationOpts: paginationOptsValidator,
  },
  handler: (ctx, { table, paginationOpts }) => ctx.db.query(table).paginate(paginationOpts),
});

/** The state of every scheduled function. */
export const jobs = query({
  args: { paginationOpts: paginationOptsValidator },
  handler: async (ctx, { paginationOpts }) => {
    const result = await ctx.db.system.query("_scheduled_functions").paginate(paginationOpts);
    const page = result.page.map(({ name, args, state }) => ({
      name,
      token: (args[0] as { token?: string }).token ?? "",
      state: state.kind,
    }));
    return { ...result, page };
  },
});
