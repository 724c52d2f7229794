/** One tick of an executor: results in, work out, in one transaction. */
import type { EffectOutcome, Event } from "@patchbay/engine";
import { internal } from "../_generated/api.js";
import type { Doc, Id } from "../_generated/dataModel.d.ts";
import type { MutationCtx } from "../functions.ts";
import { takeReport, waitsUntil, type Report } from "./breaker.ts";
import { addWait } from "./breakerWaits.ts";
import { claimRuns } from "./claims.ts";
import { CHARACTERS_PER_TICK, LEASE_MS, STEPS_PER_RUN, STEPS_PER_TICK, WATCH_MS } from "./limits.ts";
import { redactText } from "./privacy/vault.ts";
import { getTicket } from "./queue.ts";
import { stepRun, type Work } from "./step.ts";

/** A run as the executor that claimed it knows it. */
export interface Held {
  runId: Id<"runs">;
  generation: number;
}

export interface TickResult extends Held {
  operationId: number;
  attempt: number;
  startedAtMs: number;
  endedAtMs: number;
  /** JSON text of an `EffectOutcome`; `null` where the attempt was not made. */
  outcome: string;
  /** The connection whose circuit breaker kept the attempt from being made. */
  deferredBy?: Id<"connections">;
  /** What the attempt tells about its connection, where that is worth telling. */
  report?: Omit<Report, "runId">;
  /** Secrets of the connection that the run's own data contains. */
  exposed?: string[];
}

export interface TickRequest {
  shard: number;
  /** The ticket's generation when this executor was called. */
  generation: number;
  /** How many more runs it would take on. */
  want: number;
  /** Whether runs with more to do stay with this executor; it is about to end otherwise. */
  keep: boolean;
  /** Whether this is the executor's first tick. */
  isFirst: boolean;
  results: TickResult[];
  continues: Held[];
  renew: Held[];
  /** How many runs of each organization it works on. */
  inFlight?: { organizationId: Id<"organizations">; count: number }[];
  /** The lane that its last round ended with. */
  afterLane?: number;
}

export interface TickAnswer {
  work: Work[];
  /** Held runs that are no longer this executor's: what it still does for them is for nothing. */
  gone: Id<"runs">[];
  /** Continues that did not fit into this tick. */
  postponed: Held[];
  /** Whether this executor still watches the shard. */
  watching: boolean;
  afterLane?: number;
}

export async function runTick(ctx: MutationCtx, request: TickRequest): Promise<TickAnswer> {
  const answer: TickAnswer = { work: [], gone: [], postponed: [], watching: false };
  const holder = request.keep ? "executor" : "queue";
  const applied = request.results.map(async ({ exposed, ...result }) => {
    const options = { holder, steps: stepsEach(request), ...(exposed && { exposed }) } as const;
    const { deferredBy } = result;
    if (deferredBy) return await deferHeld(ctx, { ...result, deferredBy }, options);
    const event: Event = { kind: "result", ...result, outcome: JSON.parse(result.outcome) as EffectOutcome };
    return await stepHeld(ctx, result, event, options);
  });
  const steps = await Promise.all(applied);
  for (const step of steps) if (step?.work) answer.work.push(step.work);
  for (const [index, { runId, report }] of request.results.entries()) {
    // What the service said may repeat what the run knows to be secret.
    if (report) await takeReport(ctx, { ...report, runId, message: redactText(report.message, steps[index]?.vault) });
  }
  await continueRuns(ctx, request, answer);
  await renewLeases(ctx, request, answer);
  if (request.want > 0) await addClaims(ctx, request, answer);
  return answer;
}

async function addClaims(ctx: MutationCtx, request: TickRequest, answer: TickAnswer): Promise<void> {
  const { inFlight = [], afterLane = request.shard } = request;
  const { work, watching, afterLane: reached } = await claimRuns(ctx, { ...request, inFlight, afterLane });
  answer.work.push(...work);
  answer.watching = watching;
  answer.afterLane = reached;
}

const stepsEach = (request: TickRequest) =>
  Math.max(32, Math.min(STEPS_PER_RUN, Math.floor(STEPS_PER_TICK / Math.max(1, request.results.length))));

/** Steps a run that the executor holds; null where it is not its own any more. */
async function stepHeld(
  ctx: MutationCtx,
  held: Held,
  event: Event,
  options: { holder: "executor" | "queue"; steps: number; exposed?: string[] },
) {
  const run = await getHeld(ctx, held);
  return run && (await stepRun(ctx, run, event, options));
}

/** The attempt was not made: the run waits for the connection. */
async function deferHeld(
  ctx: MutationCtx,
  result: TickResult & { deferredBy: Id<"connections"> },
  options: { holder: "executor" | "queue"; steps: number },
) {
  const { runId, operationId, attempt, deferredBy: connectionId } = result;
  const untilMs = await waitsUntil(ctx, connectionId);
  const event: Event = { kind: "deferred", operationId, attempt, untilMs, reason: "breaker" };
  const step = await stepHeld(ctx, result, event, options);
  if (step?.accepted) await addWait(ctx, { connectionId, runId });
  return step;
}

/** The run, if the executor's claim on it still stands. */
export async function getHeld(ctx: MutationCtx, held: Held): Promise<Doc<"runs"> | null> {
  const run = await ctx.db.get("runs", held.runId);
  return run?.queue === "claimed" && run.generation === held.generation ? run : null;
}

async function continueRuns(ctx: MutationCtx, request: TickRequest, answer: TickAnswer): Promise<void> {
  const holder = request.keep ? "executor" : "queue";
  let characters = 0;
  let steps = 0;
  for (const [index, held] of request.continues.entries()) {
    if (characters > CHARACTERS_PER_TICK || steps > STEPS_PER_TICK) {
      answer.postponed = request.continues.slice(index);
      return;
    }
    const step = await stepHeld(ctx, held, { kind: "continue" }, { holder, steps: STEPS_PER_RUN });
    characters += step?.characters ?? 0;
    steps += step?.steps ?? 0;
    if (step?.work) answer.work.push(step.work);
  }
}

async function renewLeases(ctx: MutationCtx, request: TickRequest, answer: TickAnswer): Promise<void> {
  for (const held of request.renew) {
    const run = await getHeld(ctx, held);
    if (run) await ctx.db.patch("runs", run._id, { dueAt: Date.now() + LEASE_MS });
    else answer.gone.push(held.runId);
  }
}

/** Calls a successor that watches the shard in this executor's place, if it is still the watching one. */
export async function handOver(ctx: MutationCtx, args: { shard: number; generation: number }): Promise<void> {
  const ticket = await getTicket(ctx, args.shard);
  if (!ticket || ticket.generation !== args.generation) return;
  const generation = ticket.generation + 1;
  await ctx.db.patch("runTickets", ticket._id, { generation, watchedUntil: Date.now() + WATCH_MS });
  await ctx.scheduler.runAfter(0, internal.runs.executor.execute, { shard: args.shard, generation });
}
