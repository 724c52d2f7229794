/** Begins the hourly cleaning (`retention/cleaning.ts`), and deletes what belongs to no run. Incomplete runs stay until somebody resolves them. */
import { v } from "convex/values";
import { internal } from "../_generated/api.js";
import type { Doc } from "../_generated/dataModel.d.ts";
import { internalMutation, type MutationCtx } from "../functions.ts";
import { DAY_MS, HOUR_MS } from "../lib/time.ts";
import { deleteOldRefusals } from "../webhooks/refusals.ts";
import { deleteExpiredDeliveries } from "../webhooks/retention.ts";
import { deleteOldBatches } from "./bulk.ts";
import { forgetCalls } from "./callRetention.ts";
import { deleteLinks } from "./links.ts";
import { getLog } from "./log.ts";
import { deleteWaits } from "../waits/keep.ts";

/** Most runs do not live longer than this; what belongs to older ones is looked at again from time to time. */
const MAX_KEPT_MS = 90 * DAY_MS;
const ROW_BATCH = 100;
const ORGANIZATIONS_PER_PAGE = 20;
/** Marks files that hold payloads. */
export const PAYLOAD_CONTENT_TYPE = "application/vnd.patchbay.payload+json";

export const clean = internalMutation({
  args: { cursor: v.optional(v.string()) },
  returns: v.null(),
  handler: async (ctx, args) => {
    const { page, isDone, continueCursor } = await ctx.db
      .query("organizations")
      .paginate({ cursor: args.cursor ?? null, numItems: ORGANIZATIONS_PER_PAGE });
    for (const { _id: organizationId } of page) {
      await ctx.scheduler.runAfter(0, internal.retention.cleaning.cleanOrganization, { organizationId });
    }
    if (isDone) await ctx.scheduler.runAfter(0, internal.runs.retention.cleanShared, {});
    else await ctx.scheduler.runAfter(0, internal.runs.retention.clean, { cursor: continueCursor });
    return null;
  },
});

/** Deletes the run's row and what hangs on it; its data, of which there may be much, was deleted before. */
export async function deleteRun(ctx: MutationCtx, run: Doc<"runs">): Promise<void> {
  if (await getLog(ctx, run)) await ctx.db.delete("runLogs", run.logId);
  await deleteLinks(ctx, run);
  if (run.asks) await deleteWaits(ctx, run._id);
  await forgetCalls(ctx, run);
  await ctx.db.delete("runs", run._id);
}

/** What belongs to no run, or to none any more: deliveries, draft snapshots, files. */
export const cleanShared = internalMutation({
  args: {},
  returns: v.null(),
  handler: async (ctx) => {
    const deleted = [
      await deleteExpiredDeliveries(ctx, ROW_BATCH),
      await deleteOldRefusals(ctx, ROW_BATCH),
      await deleteUnusedSnapshots(ctx, ROW_BATCH),
      await deleteOldBatches(ctx, ROW_BATCH),
    ];
    const next = deleted.includes(ROW_BATCH) ? internal.runs.retention.cleanShared : internal.runs.retention.cleanFiles;
    await ctx.scheduler.runAfter(0, next, {});
    return null;
  },
});

/** Snapshots that no run has been pinned to for longer than ended runs are kept. Returns how many were deleted. */
async function deleteUnusedSnapshots(ctx: MutationCtx, limit: number): Promise<number> {
  const old = await ctx.db
    .query("runSnapshots")
    .withIndex("by_usedAt", (q) => q.lt("usedAt", Date.now() - MAX_KEPT_MS - 2 * DAY_MS))
    .take(limit);
  let deleted = 0;
  for (const snapshot of old) {
    if (await isNeeded(ctx, snapshot)) {
      // To the end of those that are old enough, so that none hides behind others.
      await ctx.db.patch("runSnapshots", snapshot._id, { usedAt: Date.now() - MAX_KEPT_MS - 2 * DAY_MS - 1 });
      continue;
    }
    await ctx.db.delete("runSnapshots", snapshot._id);
    deleted += 1;
  }
  return deleted;
}

/** Whether a run as old as this still stands: an incomplete one, one that is kept, or one whose scenario keeps runs for longer. */
async function isNeeded(ctx: MutationCtx, snapshot: Doc<"runSnapshots">): Promise<boolean> {
  const runs = ctx.db.query("runs").withIndex("by_scenario_and_version", (q) =>
    q
      .eq("scenarioId", snapshot.scenarioId)
      .eq("version", undefined)
      .lt("_creationTime", snapshot.usedAt + 2 * DAY_MS),
  );
  for await (const run of runs) if (run.snapshotId === snapshot._id) return true;
  return false;
}

/** Deletes payload files that no run refers to after an hour: their webhook was refused, or its process died. */
export const cleanFiles = internalMutation({
  args: { cursor: v.optional(v.string()) },
  returns: v.null(),
  handler: async (ctx, args) => {
    const { page, isDone, continueCursor } = await ctx.db.system
      .query("_storage")
      .withIndex("by_creation_time", (q) => q.lt("_creationTime", Date.now() - HOUR_MS))
      .paginate({ cursor: args.cursor ?? null, numItems: ROW_BATCH });
    for (const file of page) {
      if (file.contentType !== PAYLOAD_CONTENT_TYPE) continue;
      const user = await ctx.db
        .query("runLogParts")
        .withIndex("by_storageId", (q) => q.eq("storageId", file._id))
        .first();
      if (user === null) await ctx.storage.delete(file._id);
    }
    if (!isDone) await ctx.scheduler.runAfter(0, internal.runs.retention.cleanFiles, { cursor: continueCursor });
    return null;
  },
});
