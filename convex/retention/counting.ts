/** What the settings say about cleaning: what the last one did, and how many runs are stored. */
import { v } from "convex/values";
import { internal } from "../_generated/api.js";
import type { Doc, Id } from "../_generated/dataModel.d.ts";
import { internalMutation, type MutationCtx, type QueryCtx } from "../functions.ts";
import { DAY_MS } from "../lib/time.ts";

/** Counting costs reading: it is done daily, and not beyond this. */
const COUNT_EVERY_MS = DAY_MS;
export const MAX_COUNTED = 100_000;
const ROWS_PER_TRANSACTION = 2_000;

export async function getReport(
  ctx: QueryCtx,
  organizationId: Id<"organizations">,
): Promise<Doc<"retentionReports"> | null> {
  return await ctx.db
    .query("retentionReports")
    .withIndex("by_organization", (q) => q.eq("organizationId", organizationId))
    .unique();
}

/** Notes that a cleaning has ended, and has runs counted where that was not done lately. */
export async function reportCleaning(
  ctx: MutationCtx,
  args: { organizationId: Id<"organizations">; deletedRuns: number },
): Promise<void> {
  const { organizationId, deletedRuns } = args;
  const cleanedAt = Date.now();
  const report = await getReport(ctx, organizationId);
  if (report) await ctx.db.patch("retentionReports", report._id, { cleanedAt, deletedRuns });
  else await ctx.db.insert("retentionReports", { organizationId, cleanedAt, deletedRuns });
  if ((report?.countedAt ?? 0) > cleanedAt - COUNT_EVERY_MS && deletedRuns === 0) return;
  await ctx.scheduler.runAfter(0, internal.retention.counting.countRuns, { organizationId, cursor: null, counted: 0 });
}

export const countRuns = internalMutation({
  args: { organizationId: v.id("organizations"), cursor: v.union(v.string(), v.null()), counted: v.number() },
  returns: v.null(),
  handler: async (ctx, { organizationId, cursor, counted }) => {
    const { page, isDone, continueCursor } = await ctx.db
      .query("runs")
      .withIndex("by_organization", (q) => q.eq("organizationId", organizationId))
      .paginate({ cursor, numItems: ROWS_PER_TRANSACTION });
    const total = counted + page.length;
    if (!isDone && total < MAX_COUNTED) {
      const next = { organizationId, cursor: continueCursor, counted: total };
      await ctx.scheduler.runAfter(0, internal.retention.counting.countRuns, next);
      return null;
    }
    const report = await getReport(ctx, organizationId);
    if (!report) return null;
    const counts = { storedRuns: total, countedAt: Date.now(), isAtLeast: !isDone };
    await ctx.db.patch("retentionReports", report._id, counts);
    return null;
  },
});
