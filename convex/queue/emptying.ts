/** Emptying a scenario's queue: cancels what waits to be worked on, in the background, and tells how far it is. */
import { v } from "convex/values";
import { internal } from "../_generated/api.js";
import type { Doc } from "../_generated/dataModel.d.ts";
import { internalMutation, type MutationCtx, type OrgMutationCtx } from "../functions.ts";
import { appError } from "../lib/errors.ts";
import { isHeld } from "../runs/gates.ts";
import { stepRun } from "../runs/step.ts";
import { requireScenario } from "../scenarios/access.ts";
import { record } from "./scenario.ts";

/** Runs that one transaction looks at; cancelling one reads and writes its log. */
const BATCH = 40;
const STATES = ["queued", "waiting", "running"] as const;

/**
 * Cancels all runs of the scenario that wait for their turn, for its pause, for the organization's limit or for an executor. What
 * an executor works on, and what waits for a time, an event or a person, stays. Throws `conflict` while it is being emptied.
 */
export async function emptyQueue(ctx: OrgMutationCtx, args: { scenarioId: string }): Promise<void> {
  const scenario = await requireScenario(ctx, args);
  const jobs = await ctx.db
    .query("queueJobs")
    .withIndex("by_scenario", (q) => q.eq("scenarioId", scenario._id))
    .take(2);
  if (jobs.some((job) => job.endedAt === undefined)) throw appError("conflict", "Its queue is being emptied already.");
  for (const job of jobs) await ctx.db.delete("queueJobs", job._id);
  const { organizationId, userId } = ctx.actor;
  const fields = { organizationId, scenarioId: scenario._id, cancelled: 0, startedAt: Date.now(), startedBy: userId };
  const jobId = await ctx.db.insert("queueJobs", fields);
  await ctx.scheduler.runAfter(0, internal.queue.emptying.cancelQueued, { jobId });
  await record(ctx, scenario._id, "scenario.queueEmptied");
}

const stateValidator = v.union(...STATES.map((state) => v.literal(state)));

export const cancelQueued = internalMutation({
  args: { jobId: v.id("queueJobs"), state: v.optional(stateValidator), after: v.optional(v.number()) },
  returns: v.null(),
  handler: async (ctx, { jobId, state = STATES[0], after = 0 }) => {
    const job = await ctx.db.get("queueJobs", jobId);
    if (job === null) return null;
    const runs = await runsOf(ctx, job, { state, after });
    let { cancelled } = job;
    for (const run of runs) if (await cancelWaiting(ctx, run)) cancelled += 1;
    const nextState = STATES[STATES.indexOf(state) + 1];
    const last = runs.length === BATCH ? runs.at(-1) : undefined;
    const next = last ? { state, after: last._creationTime } : nextState && { state: nextState };
    await ctx.db.patch("queueJobs", jobId, { cancelled, ...(!next && { endedAt: Date.now() }) });
    if (next) await ctx.scheduler.runAfter(0, internal.queue.emptying.cancelQueued, { jobId, ...next });
    return null;
  },
});

async function runsOf(ctx: MutationCtx, job: Doc<"queueJobs">, at: { state: (typeof STATES)[number]; after: number }) {
  return await ctx.db
    .query("runs")
    .withIndex("by_scenario_and_state", (q) =>
      q
        .eq("scenarioId", job.scenarioId)
        .eq("state", at.state)
        .gt("_creationTime", at.after)
        // Convex tells rows of the same millisecond apart by a fraction.
        .lt("_creationTime", job.startedAt + 1),
    )
    .take(BATCH);
}

async function cancelWaiting(ctx: MutationCtx, listed: Doc<"runs">): Promise<boolean> {
  // The one before it may just have let this one begin.
  const run = await ctx.db.get("runs", listed._id);
  if (run === null || !(run.queue === "ready" || isHeld(run))) return false;
  return (await stepRun(ctx, run, { kind: "cancel" }, { holder: "queue" })).accepted;
}
