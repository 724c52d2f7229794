/**
 * Deletes runs past their time: organization after organization, scenario after scenario, a batch per transaction. Each
 * transaction that leaves something calls the next one, so a crash at any moment loses nothing and deletes nothing twice.
 */
import { v } from "convex/values";
import { internal } from "../_generated/api.js";
import type { Doc, Id } from "../_generated/dataModel.d.ts";
import { internalMutation, type MutationCtx } from "../functions.ts";
import { isKeptForCaller } from "../runs/callRetention.ts";
import { deleteRun } from "../runs/retention.ts";
import { reportCleaning } from "./counting.ts";
import { deleteData, newBudget, type Budget } from "./data.ts";
import { cutoffOf, effectiveRetention, type EndState } from "./policy.ts";

/** Runs that one transaction deletes. */
export const RUN_BATCH = 50;
const SCENARIOS_PER_PAGE = 20;
/** Runs of one scenario and state that are looked at and not deleted: kept ones, called ones whose caller still is there, and such as ended long after they began. */
const MAX_SKIPPED = 1_000;

export const cleanOrganization = internalMutation({
  args: {
    organizationId: v.id("organizations"),
    cursor: v.optional(v.union(v.string(), v.null())),
    deleted: v.optional(v.number()),
  },
  returns: v.null(),
  handler: async (ctx, { organizationId, cursor = null, deleted = 0 }) => {
    const organization = await ctx.db.get("organizations", organizationId);
    const { page, isDone, continueCursor } = await ctx.db
      .query("scenarios")
      .withIndex("by_organization_and_archivedAt", (q) => q.eq("organizationId", organizationId))
      .paginate({ cursor, numItems: SCENARIOS_PER_PAGE });
    const work = { budget: newBudget(), runs: 0 };
    let isClean = true;
    for (const scenario of page) isClean = isClean && (await cleanScenario(ctx, { organization, scenario, work }));
    const next = isClean ? continueCursor : cursor;
    const total = deleted + work.runs;
    if (isClean && isDone) await reportCleaning(ctx, { organizationId, deletedRuns: total });
    else {
      const args = { organizationId, cursor: next, deleted: total };
      await ctx.scheduler.runAfter(0, internal.retention.cleaning.cleanOrganization, args);
    }
    return null;
  },
});

interface Work {
  budget: Budget;
  /** Runs deleted so far. */
  runs: number;
}

/** Whether nothing is left to delete. */
async function cleanScenario(
  ctx: MutationCtx,
  args: { organization: Doc<"organizations"> | null; scenario: Doc<"scenarios">; work: Work },
): Promise<boolean> {
  const retention = effectiveRetention(args.organization, args.scenario);
  for (const state of ["succeeded", "failed", "cancelled"] as const) {
    const beforeMs = cutoffOf(retention, state, Date.now());
    if (!(await cleanState(ctx, { scenarioId: args.scenario._id, state, beforeMs, work: args.work }))) return false;
  }
  return true;
}

async function cleanState(
  ctx: MutationCtx,
  args: { scenarioId: Id<"scenarios">; state: EndState; beforeMs: number; work: Work },
): Promise<boolean> {
  const { scenarioId, state, beforeMs, work } = args;
  const old = ctx.db
    .query("runs")
    .withIndex("by_scenario_and_state", (q) =>
      q.eq("scenarioId", scenarioId).eq("state", state).lt("_creationTime", beforeMs),
    );
  let skipped = 0;
  for await (const run of old) {
    if (run.keptAt !== undefined || (run.endedAt ?? 0) >= beforeMs || (await isKeptForCaller(ctx, run))) {
      skipped += 1;
      if (skipped >= MAX_SKIPPED) return true;
      continue;
    }
    if (work.runs >= RUN_BATCH || !(await deleteData(ctx, run, work.budget))) return false;
    await deleteRun(ctx, run);
    work.runs += 1;
  }
  return true;
}

/** Goes on deleting the data of a run that holds much. */
export const goOnDropping = internalMutation({
  args: { runId: v.id("runs") },
  returns: v.null(),
  handler: async (ctx, { runId }) => {
    const run = await ctx.db.get("runs", runId);
    if (run === null || (await deleteData(ctx, run, newBudget()))) return null;
    await ctx.scheduler.runAfter(0, internal.retention.cleaning.goOnDropping, { runId });
    return null;
  },
});
