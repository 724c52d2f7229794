/** Deletes runs past their time, a batch per transaction. Incomplete runs are kept until somebody resolves them. */
import { v } from "convex/values";
import { internal } from "../_generated/api.js";
import type { Doc, Id } from "../_generated/dataModel.d.ts";
import { internalMutation, type MutationCtx } from "../functions.ts";
import { DAY_MS, HOUR_MS } from "../lib/time.ts";
import { deleteExpiredDeliveries } from "../webhooks/retention.ts";

const KEPT_MS = { succeeded: 30 * DAY_MS, failed: 90 * DAY_MS, cancelled: 90 * DAY_MS } as const;
const MAX_KEPT_MS = 90 * DAY_MS;
/** Runs that one transaction deletes. */
const RUN_BATCH = 50;
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
    for (const organization of page) await callCleaner(ctx, organization._id);
    if (isDone) await ctx.scheduler.runAfter(0, internal.runs.retention.cleanShared, {});
    else await ctx.scheduler.runAfter(0, internal.runs.retention.clean, { cursor: continueCursor });
    return null;
  },
});

async function callCleaner(ctx: MutationCtx, organizationId: Id<"organizations">): Promise<void> {
  await ctx.scheduler.runAfter(0, internal.runs.retention.cleanOrganization, { organizationId });
}

export const cleanOrganization = internalMutation({
  args: { organizationId: v.id("organizations") },
  returns: v.null(),
  handler: async (ctx, { organizationId }) => {
    let deleted = 0;
    for (const state of ["succeeded", "failed", "cancelled"] as const) {
      const old = await ctx.db
        .query("runs")
        .withIndex("by_organization_and_state", (q) =>
          q
            .eq("organizationId", organizationId)
            .eq("state", state)
            .lt("_creationTime", Date.now() - KEPT_MS[state]),
        )
        .take(RUN_BATCH - deleted);
      for (const run of old) await deleteRun(ctx, run);
      deleted += old.length;
    }
    if (deleted >= RUN_BATCH) await callCleaner(ctx, organizationId);
    return null;
  },
});

async function deleteRun(ctx: MutationCtx, run: Doc<"runs">): Promise<void> {
  for (const table of ["runOperations", "runPayloads", "runStateParts"] as const) {
    const rows = ctx.db.query(table).withIndex("by_run_and_part", (q) => q.eq("runId", run._id));
    for await (const row of rows) await ctx.db.delete(table, row._id);
  }
  await ctx.db.delete("runs", run._id);
}

/** What belongs to no run, or to none any more: deliveries, draft snapshots, files. */
export const cleanShared = internalMutation({
  args: {},
  returns: v.null(),
  handler: async (ctx) => {
    const deleted = [
      await deleteExpiredDeliveries(ctx, ROW_BATCH),
      await deleteUnusedSnapshots(ctx, ROW_BATCH),
      await deleteForgottenFiles(ctx, ROW_BATCH),
    ];
    if (deleted.includes(ROW_BATCH)) await ctx.scheduler.runAfter(0, internal.runs.retention.cleanShared, {});
    return null;
  },
});

/** Snapshots older than any run that may use them, unless an incomplete run keeps one. Returns how many were deleted. */
async function deleteUnusedSnapshots(ctx: MutationCtx, limit: number): Promise<number> {
  const old = await ctx.db
    .query("runSnapshots")
    .withIndex("by_creation_time", (q) => q.lt("_creationTime", Date.now() - MAX_KEPT_MS - DAY_MS))
    .take(limit);
  let deleted = 0;
  for (const snapshot of old) {
    if (await isUsed(ctx, snapshot)) continue;
    await ctx.db.delete("runSnapshots", snapshot._id);
    deleted += 1;
  }
  return deleted;
}

async function isUsed(ctx: MutationCtx, snapshot: Doc<"runSnapshots">): Promise<boolean> {
  // Draft runs carry no version: their part of the index is what has to be searched, and it is short.
  const runs = ctx.db
    .query("runs")
    .withIndex("by_scenario_and_version", (q) => q.eq("scenarioId", snapshot.scenarioId).eq("version", undefined));
  for await (const run of runs) if (run.snapshotId === snapshot._id) return true;
  return false;
}

/** Payload files that no run refers to, an hour after they were stored: their webhook was refused, or its process died. */
async function deleteForgottenFiles(ctx: MutationCtx, limit: number): Promise<number> {
  const files = await ctx.db.system
    .query("_storage")
    .withIndex("by_creation_time", (q) => q.lt("_creationTime", Date.now() - HOUR_MS))
    .take(limit);
  let deleted = 0;
  for (const file of files) {
    if (file.contentType !== PAYLOAD_CONTENT_TYPE) continue;
    const user = await ctx.db
      .query("runPayloads")
      .withIndex("by_storageId", (q) => q.eq("storageId", file._id))
      .first();
    if (user) continue;
    await ctx.storage.delete(file._id);
    deleted += 1;
  }
  return deleted;
}
