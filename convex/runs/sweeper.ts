/**
 * What a crash leaves behind, and what becomes of it:
 *
 *   claimed, lease expired   the executor is gone: reads and idempotent effects are done again, a write becomes `unknown`
 *   ready, nobody watches    the executor was called and never came: call another
 *   waiting, overdue         the timer was lost: go on now
 *   held, nothing before it  the limit was lifted, or the run before it could not be read: its turn has come
 *   held, no longer paused   what lets a resumed scenario's runs go on was interrupted: let them
 *   call open, run ended     its caller was not told: tell it now
 *
 * The rest is tidying: answers that nobody fetched.
 */
import { pendingsOf } from "@patchbay/engine";
import { v } from "convex/values";
import { internal } from "../_generated/api.js";
import type { Doc, Id } from "../_generated/dataModel.d.ts";
import { internalMutation, type MutationCtx, type QueryCtx } from "../functions.ts";
import { HOUR_MS, SECOND_MS } from "../lib/time.ts";
import { sweepCalls } from "./calls.ts";
import { readmit, sweepOrganizationHolds } from "./gates.ts";
import { SHARDS } from "./limits.ts";
import { requireLog } from "./log.ts";
import { callExecutor, findAnyReady } from "./queue.ts";
import { peekState, stepRun } from "./step.ts";
import { sweepHolds } from "./turns.ts";
import { wakeWaiting } from "./wake.ts";

/** Rows of each kind that one transaction handles. */
const BATCH = 50;
const RESPONSE_BATCH = 200;
/** Timers may be a little late without being lost. */
const TIMER_GRACE_MS = 15 * SECOND_MS;

export const sweep = internalMutation({
  args: {},
  returns: v.null(),
  handler: async (ctx) => {
    let isFull = false;
    for (let shard = 0; shard < SHARDS; shard++) isFull = (await sweepShard(ctx, shard)) || isFull;
    await sweepTurnsFrom(ctx, null);
    await sweepOrganizationsFrom(ctx, null);
    await sweepCallsFrom(ctx, null);
    isFull = (await deleteResponses(ctx)) || isFull;
    if (isFull) await ctx.scheduler.runAfter(0, internal.runs.sweeper.sweep, {});
    return null;
  },
});

export const sweepTurns = internalMutation({
  args: { after: v.id("scenarios") },
  returns: v.null(),
  handler: async (ctx, { after }) => {
    await sweepTurnsFrom(ctx, after);
    return null;
  },
});

/** The rest in transactions of their own: however many scenarios hold runs, the last one comes to its turn as well. */
async function sweepTurnsFrom(ctx: MutationCtx, after: Id<"scenarios"> | null): Promise<void> {
  const last = await sweepHolds(ctx, after);
  if (last !== null) await ctx.scheduler.runAfter(0, internal.runs.sweeper.sweepTurns, { after: last });
}

export const sweepOrganizations = internalMutation({
  args: { after: v.id("organizations") },
  returns: v.null(),
  handler: async (ctx, { after }) => {
    await sweepOrganizationsFrom(ctx, after);
    return null;
  },
});

async function sweepOrganizationsFrom(ctx: MutationCtx, after: Id<"organizations"> | null): Promise<void> {
  const last = await sweepOrganizationHolds(ctx, after);
  if (last !== null) await ctx.scheduler.runAfter(0, internal.runs.sweeper.sweepOrganizations, { after: last });
}

export const sweepOpenCalls = internalMutation({
  args: { after: v.number() },
  returns: v.null(),
  handler: async (ctx, { after }) => {
    await sweepCallsFrom(ctx, after);
    return null;
  },
});

async function sweepCallsFrom(ctx: MutationCtx, after: number | null): Promise<void> {
  const last = await sweepCalls(ctx, after);
  if (last !== null) await ctx.scheduler.runAfter(0, internal.runs.sweeper.sweepOpenCalls, { after: last });
}

/** Whether there may be more to do. */
async function sweepShard(ctx: MutationCtx, shard: number): Promise<boolean> {
  const nowMs = Date.now();
  const expired = await takeDue(ctx, { queue: "claimed", shard, beforeMs: nowMs });
  for (const run of expired) await resumeExpired(ctx, run);
  const overdue = await takeDue(ctx, { queue: "waiting", shard, beforeMs: nowMs - TIMER_GRACE_MS });
  for (const run of overdue) await wakeWaiting(ctx, run);
  if (await findAnyReady(ctx, shard)) await callExecutor(ctx, shard);
  return expired.length === BATCH || overdue.length === BATCH;
}

async function takeDue(
  ctx: QueryCtx,
  args: { queue: "claimed" | "waiting"; shard: number; beforeMs: number },
): Promise<Doc<"runs">[]> {
  return await ctx.db
    .query("runs")
    .withIndex("by_queue_and_shard_and_dueAt", (q) =>
      q.eq("queue", args.queue).eq("shard", args.shard).lt("dueAt", args.beforeMs),
    )
    .take(BATCH);
}

/** The run's executor is gone. Effects that it was given, one in each lane, count as started, with their results lost. */
async function resumeExpired(ctx: MutationCtx, run: Doc<"runs">): Promise<void> {
  const state = await peekState(ctx, run, await requireLog(ctx, run));
  const lost = state ? pendingsOf(state).filter(({ phase }) => phase === "performing") : [];
  for (const { id: operationId, attempt } of lost) {
    const current = await ctx.db.get("runs", run._id);
    if (current) await stepRun(ctx, current, { kind: "lost", operationId, attempt }, { holder: "queue", isLost: true });
  }
  if (lost.length > 0) return;
  await readmit(ctx, run);
}

async function deleteResponses(ctx: MutationCtx): Promise<boolean> {
  const old = await ctx.db
    .query("runResponses")
    .withIndex("by_creation_time", (q) => q.lt("_creationTime", Date.now() - HOUR_MS))
    .take(RESPONSE_BATCH);
  for (const row of old) await ctx.db.delete("runResponses", row._id);
  return old.length === RESPONSE_BATCH;
}
