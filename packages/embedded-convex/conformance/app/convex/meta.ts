import {
  actionGeneric,
  httpActionGeneric,
  internalMutationGeneric,
  makeFunctionReference,
  mutationGeneric,
  queryGeneric,
} from "convex/server";
import { v } from "convex/values";

/** What functions learn about themselves. The generic contexts have no type for it. */
interface Meta {
  getFunctionMetadata(): Promise<Record<string, unknown>>;
  getDeploymentMetadata(): Promise<Record<string, unknown>>;
  getRequestMetadata(): Promise<Record<string, unknown>>;
  getTransactionMetrics(): Promise<Record<string, { used: number; remaining: number }>>;
  getSnapshotTs(): bigint;
}
const metaOf = (ctx: unknown) => (ctx as { meta: Meta }).meta;

const ownName = makeFunctionReference<"mutation", Record<string, never>, Record<string, unknown>>("meta:internal");
const requestOf = makeFunctionReference<"mutation", Record<string, never>, Record<string, unknown>>("meta:request");
const count = makeFunctionReference<"query", { tag: string }, number>("limits:readAll");

export const inQuery = queryGeneric({ handler: (ctx) => metaOf(ctx).getFunctionMetadata() });
export const inMutation = mutationGeneric({ handler: (ctx) => metaOf(ctx).getFunctionMetadata() });
export const inAction = actionGeneric({
  handler: async (ctx) => [await metaOf(ctx).getFunctionMetadata(), await ctx.runMutation(ownName, {})],
});
export const internal = internalMutationGeneric({ handler: (ctx) => metaOf(ctx).getFunctionMetadata() });

export const deployment = queryGeneric({ handler: (ctx) => metaOf(ctx).getDeploymentMetadata() });
export const deploymentInMutation = mutationGeneric({ handler: (ctx) => metaOf(ctx).getDeploymentMetadata() });
export const deploymentInAction = actionGeneric({ handler: (ctx) => metaOf(ctx).getDeploymentMetadata() });

export const request = mutationGeneric({ handler: (ctx) => metaOf(ctx).getRequestMetadata() });
export const requestInAction = actionGeneric({
  handler: async (ctx) => [await metaOf(ctx).getRequestMetadata(), await ctx.runMutation(requestOf, {})],
});
export const requestInHttp = httpActionGeneric(async (ctx) => Response.json(await metaOf(ctx).getRequestMetadata()));

/** Metrics after some reads and writes, and the same in a nested query. */
export const metrics = mutationGeneric({
  args: { tag: v.string() },
  handler: async (ctx, { tag }) => {
    await ctx.db.insert("free", { tag });
    const id = await ctx.db.insert("free", { tag });
    await ctx.db.get(id);
    await ctx.db.patch(id, { more: true });
    await ctx.runQuery(count, { tag });
    await ctx.scheduler.runAfter(3_600_000, makeFunctionReference<"mutation">("scheduling:failing"), { tag });
    return await metaOf(ctx).getTransactionMetrics();
  },
});

export const metricsInQuery = queryGeneric({ handler: (ctx) => metaOf(ctx).getTransactionMetrics() });

/** What a query sees at the stale snapshot, and in the transaction itself. */
export const snapshots = mutationGeneric({
  args: { tag: v.string() },
  handler: async (ctx, { tag }) => {
    const before = metaOf(ctx).getSnapshotTs();
    await ctx.db.insert("free", { tag });
    const stale = await ctx.runQuery(count, { tag }, { useStaleSnapshot: true });
    return { stale, own: await ctx.runQuery(count, { tag }), same: metaOf(ctx).getSnapshotTs() === before };
  },
});
