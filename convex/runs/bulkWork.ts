/** What a bulk act does in the background. */
import { v } from "convex/values";
import type { Doc } from "../_generated/dataModel.d.ts";
import { internalMutation, type MutationCtx, type OrgMutationCtx } from "../functions.ts";
import { appError } from "../lib/errors.ts";
import { actorOf, authorize, getMembership } from "../organizations/authorize.ts";
import { stepBatch } from "./bulk.ts";
import { getStopped, requireIncomplete, restartRun, retryRun } from "./decisions.ts";
import { cancelRun } from "./model.ts";

export const step = internalMutation({
  args: { batchId: v.id("runBatches") },
  returns: v.null(),
  handler: async (ctx, args) => {
    await stepBatch(ctx, args.batchId);
    return null;
  },
});

/** Handles one run for the person who decided, if they still may; says why it could not be, else null. */
export const act = internalMutation({
  args: { batchId: v.id("runBatches"), runId: v.id("runs") },
  returns: v.union(v.string(), v.null()),
  handler: async (ctx, { batchId, runId }) => {
    const batch = await ctx.db.get("runBatches", batchId);
    if (batch === null) return "The bulk act is gone.";
    return await actFor(await withActor(ctx, batch), batch, runId);
  },
});

async function withActor(ctx: MutationCtx, batch: Doc<"runBatches">): Promise<OrgMutationCtx> {
  const { organizationId, by } = batch;
  const membership = await getMembership(ctx, { organizationId, userId: by });
  if (membership === null) throw appError("forbidden", "Whoever decided this is no member any more.");
  const apiKey = batch.apiKeyId === undefined ? null : await ctx.db.get("apiKeys", batch.apiKeyId);
  const actor = actorOf(membership, apiKey ?? undefined);
  authorize(actor, "scenario:execute");
  return { ...ctx, actor };
}

async function actFor(ctx: OrgMutationCtx, batch: Doc<"runBatches">, runId: string): Promise<string | null> {
  switch (batch.act) {
    case "retry":
      return await retryKnown(ctx, batch, runId);
    case "restart": {
      const started = await restartRun(ctx, { runId, source: batch.source });
      return started.kind === "ok" ? null : (started.issues[0]?.message ?? "The scenario cannot be run.");
    }
    case "discard":
      await requireIncomplete(ctx, { runId });
      await cancelRun(ctx, { runId });
      return null;
    case "cancel":
      await cancelRun(ctx, { runId });
      return null;
  }
}

/** Nothing that may have happened is done again unless the person said so for all of them. */
async function retryKnown(ctx: OrgMutationCtx, batch: Doc<"runBatches">, runId: string): Promise<string | null> {
  const run = await requireIncomplete(ctx, { runId });
  if (batch.unknown === "skip" && (await getStopped(ctx, run))?.reason === "unknown") {
    return "Nobody knows whether its operation was performed. Open it and decide.";
  }
  await retryRun(ctx, { runId });
  return null;
}
