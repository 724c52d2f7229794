/** What a pause and a resumption do with the runs there are: in the background, a batch per transaction. */
import { v } from "convex/values";
import { internal } from "../_generated/api.js";
import type { Id } from "../_generated/dataModel.d.ts";
import { internalMutation, type MutationCtx } from "../functions.ts";
import { pauseOf, pauseUnderWay } from "../runs/gates.ts";
import { releaseResumed } from "../runs/turns.ts";

/** Runs that one transaction looks at. */
const BATCH = 100;
/**
 * Queued runs first: those that begin meanwhile are then found among the running ones. Waiting ones need nothing: they ask when
 * their time has come.
 */
const STATES = ["queued", "running"] as const;

export const pauseRuns = internalMutation({
  args: {
    scenarioId: v.id("scenarios"),
    state: v.optional(v.union(v.literal("queued"), v.literal("running"))),
    after: v.optional(v.number()),
  },
  returns: v.null(),
  handler: async (ctx, { scenarioId, state = STATES[0], after = 0 }) => {
    const scenario = await ctx.db.get("scenarios", scenarioId);
    if (scenario === null || pauseOf(scenario) === null) return null;
    const runs = await ctx.db
      .query("runs")
      .withIndex("by_scenario_and_state", (q) =>
        q.eq("scenarioId", scenarioId).eq("state", state).gt("_creationTime", after),
      )
      .take(BATCH);
    for (const run of runs) await pauseUnderWay(ctx, run);
    const last = runs.at(-1);
    const nextState = STATES[STATES.indexOf(state) + 1];
    if (last && runs.length === BATCH) await goOn(ctx, { scenarioId, state, after: last._creationTime });
    else if (nextState) await goOn(ctx, { scenarioId, state: nextState });
    return null;
  },
});

async function goOn(
  ctx: MutationCtx,
  args: { scenarioId: Id<"scenarios">; state: (typeof STATES)[number]; after?: number },
): Promise<void> {
  await ctx.scheduler.runAfter(0, internal.queue.pausing.pauseRuns, args);
}

export const resumeRuns = internalMutation({
  args: { scenarioId: v.id("scenarios") },
  returns: v.null(),
  handler: async (ctx, { scenarioId }) => {
    const isMore = await releaseResumed(ctx, scenarioId);
    if (isMore) await ctx.scheduler.runAfter(0, internal.queue.pausing.resumeRuns, { scenarioId });
    return null;
  },
});
