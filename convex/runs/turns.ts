/**
 * Taking turns: a scenario may limit how many of its runs are under way at the same time. A run over the limit is held, with a
 * row in `runHolds`, and released when one before it ends, in the order in which they came. Scenarios without a limit pay
 * nothing for it.
 *
 * With a limit of one the order is strict: an incomplete run holds the others up until it is retried or discarded.
 */
import type { Plan } from "@patchbay/engine";
import type { Doc, Id } from "../_generated/dataModel.d.ts";
import type { MutationCtx, QueryCtx } from "../functions.ts";
import { isHeld, pauseOf, readmit, releasePaused } from "./gates.ts";
import { getPlan } from "./plans.ts";

/** Scenarios with held runs that one pass of the sweeper looks at. */
const SWEEP_BATCH = 50;
/** Held runs of one scenario that one transaction releases; the sweeper goes on. */
const RELEASE_BATCH = 200;

/** Whether a new run of the scenario has to wait for others: why, or null. */
export async function turnToWaitFor(ctx: QueryCtx, plan: Plan, scenarioId: Id<"scenarios">): Promise<"turn" | null> {
  const limit = plan.maxConcurrentRuns;
  if (limit === undefined) return null;
  if ((await oldestHold(ctx, scenarioId)) !== null) return "turn";
  return (await countUnderWay(ctx, { scenarioId, limit })) >= limit ? "turn" : null;
}

export async function hold(ctx: MutationCtx, run: { scenarioId: Id<"scenarios">; runId: Id<"runs"> }): Promise<void> {
  await ctx.db.insert("runHolds", run);
}

/** Call it when a run has ended or has become incomplete: lets the next ones begin. */
export async function releaseTurn(ctx: MutationCtx, run: Doc<"runs">, plan: Plan | null): Promise<void> {
  if (isHeld(run)) await dropHold(ctx, run._id);
  if (plan !== null && plan.maxConcurrentRuns === undefined) return;
  await oneAfterAnother(ctx, () => releaseHeld(ctx, run.scenarioId));
}

const releases = new WeakMap<object, Promise<void>>();

/** A tick steps many runs side by side in one transaction: two releases at once would both take the same held run. */
async function oneAfterAnother(ctx: MutationCtx, release: () => Promise<void>): Promise<void> {
  const before = releases.get(ctx.db);
  const own = before === undefined ? release() : before.then(release, release);
  releases.set(ctx.db, own);
  await own;
}

/** Releases held runs, unless the scenario is paused: what has begun, then as many as the limit of the oldest allows. */
async function releaseHeld(ctx: MutationCtx, scenarioId: Id<"scenarios">): Promise<void> {
  for (let released = 0; released < RELEASE_BATCH; released++) {
    const oldest = await oldestHold(ctx, scenarioId);
    const run = oldest && (await ctx.db.get("runs", oldest.runId));
    if (oldest === null) return;
    const limit = run ? (await getPlan(ctx, run))?.maxConcurrentRuns : undefined;
    if (limit !== undefined && (await countUnderWay(ctx, { scenarioId, limit })) >= limit) return;
    if (released === 0 && (await isPaused(ctx, scenarioId))) return;
    await ctx.db.delete("runHolds", oldest._id);
    if (run?.state === "queued") await readmit(ctx, run);
  }
}

async function isPaused(ctx: QueryCtx, scenarioId: Id<"scenarios">): Promise<boolean> {
  const scenario = await ctx.db.get("scenarios", scenarioId);
  return scenario !== null && pauseOf(scenario) !== null;
}

/**
 * Lets the runs of a resumed scenario go on: first what was held in the middle, then what comes to its turn. Returns whether there
 * may be more to release at once.
 */
export async function releaseResumed(ctx: MutationCtx, scenarioId: Id<"scenarios">): Promise<boolean> {
  if (await isPaused(ctx, scenarioId)) return false;
  if (await releasePaused(ctx, scenarioId)) return true;
  const before = await oldestHold(ctx, scenarioId);
  await oneAfterAnother(ctx, () => releaseHeld(ctx, scenarioId));
  const after = await oldestHold(ctx, scenarioId);
  return after !== null && after._id !== before?._id;
}

/**
 * Releases runs whose turn has come without anybody having noticed: a later version lifted the limit, say. Looks at scenarios in the
 * order of their ids; returns the last one where there may be more, else null.
 */
export async function sweepHolds(ctx: MutationCtx, after: Id<"scenarios"> | null): Promise<Id<"scenarios"> | null> {
  let last = after;
  for (let looked = 0; looked < SWEEP_BATCH; looked++) {
    const from = last;
    const held = await ctx.db
      .query("runHolds")
      .withIndex("by_scenario_and_kind", (q) => (from === null ? q : q.gt("scenarioId", from)))
      .first();
    if (held === null) return null;
    last = held.scenarioId;
    await releaseResumed(ctx, last);
  }
  return last;
}

async function oldestHold(ctx: QueryCtx, scenarioId: Id<"scenarios">): Promise<Doc<"runHolds"> | null> {
  return await ctx.db
    .query("runHolds")
    .withIndex("by_scenario_and_kind", (q) => q.eq("scenarioId", scenarioId).eq("kind", undefined))
    .first();
}

async function dropHold(ctx: MutationCtx, runId: Id<"runs">): Promise<void> {
  const held = await ctx.db
    .query("runHolds")
    .withIndex("by_run", (q) => q.eq("runId", runId))
    .unique();
  if (held) await ctx.db.delete("runHolds", held._id);
}

const countUnderWay = async (ctx: QueryCtx, args: { scenarioId: Id<"scenarios">; limit: number }) =>
  (await underWay(ctx, args)).length;

/** Runs of the scenario that are under way, up to `limit` of them. */
export async function underWay(
  ctx: QueryCtx,
  args: { scenarioId: Id<"scenarios">; limit: number },
): Promise<Doc<"runs">[]> {
  const { scenarioId, limit } = args;
  const states = ["running", "waiting", ...(limit === 1 ? (["incomplete"] as const) : [])] as const;
  const found: Doc<"runs">[] = [];
  for (const state of states) {
    const rows = ctx.db
      .query("runs")
      .withIndex("by_scenario_and_state", (q) => q.eq("scenarioId", scenarioId).eq("state", state));
    for await (const run of rows) {
      // Dry runs and runs of one node take no turns.
      if (run.dryRun === undefined && run.onlyNode === undefined) found.push(run);
      if (found.length >= limit) return found;
    }
  }
  const queued = ctx.db
    .query("runs")
    .withIndex("by_scenario_and_state", (q) => q.eq("scenarioId", scenarioId).eq("state", "queued"));
  // Held runs are queued as well, and come after those that were released.
  for await (const run of queued) {
    if (isHeld(run)) break;
    if (run.dryRun === undefined && run.onlyNode === undefined) found.push(run);
    if (found.length >= limit) break;
  }
  return found;
}
