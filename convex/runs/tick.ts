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
import { stepRun, type Stepped, type StepOptions } from "./step.ts";
import type { Work } from "./work.ts";

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
  /** Attempts whose results are not wanted any more. */
  abandoned?: { runId: Id<"runs">; operationId: number }[];
  /** Continues that did not fit into this tick. */
  postponed: Held[];
  /** Whether this executor still watches the shard. */
  watching: boolean;
  afterLane?: number;
}

export async function runTick(ctx: MutationCtx, request: TickRequest): Promise<TickAnswer> {
  const answer: TickAnswer = { work: [], gone: [], postponed: [], watching: false };
  const holder = request.keep ? "executor" : "queue";
  const options = { holder, steps: stepsEach(request) } as const;
  const applied = byRun(request.results).map((results) => applyResults(ctx, { results, options, answer }));
  const steps = new Map((await Promise.all(applied)).flat());
  for (const result of request.results) {
    const { runId, report } = result;
    // What the service said may repeat what the run knows to be secret.
    if (report)
      await takeReport(ctx, { ...report, runId, message: redactText(report.message, steps.get(result)?.vault) });
  }
  await continueRuns(ctx, request, answer);
  await renewLeases(ctx, request, answer);
  if (request.want > 0) await addClaims(ctx, request, answer);
  return answer;
}

/** The results of each run, which its lanes hand in one after the other. */
function byRun(results: readonly TickResult[]): TickResult[][] {
  const groups = new Map<Id<"runs">, TickResult[]>();
  for (const result of results) {
    const group = groups.get(result.runId);
    if (group) group.push(result);
    else groups.set(result.runId, [result]);
  }
  return [...groups.values()];
}

async function applyResults(
  ctx: MutationCtx,
  args: { results: TickResult[]; options: StepOptions; answer: TickAnswer },
): Promise<[TickResult, Stepped | null][]> {
  const steps: [TickResult, Stepped | null][] = [];
  for (const result of args.results) {
    const step = await applyResult(ctx, result, args.options);
    addStep(args.answer, result, step);
    steps.push([result, step]);
  }
  return steps;
}

async function applyResult(
  ctx: MutationCtx,
  { exposed, ...result }: TickResult,
  holding: StepOptions,
): Promise<Stepped | null> {
  const options = { ...holding, ...(exposed && { exposed }) };
  const { deferredBy } = result;
  if (deferredBy) return await deferHeld(ctx, { ...result, deferredBy }, options);
  const event: Event = { kind: "result", ...result, outcome: JSON.parse(result.outcome) as EffectOutcome };
  return await stepHeld(ctx, result, event, options);
}

function addStep(answer: TickAnswer, { runId }: Held, step: Stepped | null): void {
  if (!step) return;
  answer.work.push(...step.work);
  if (step.abandoned.length > 0) answer.abandoned = [...(answer.abandoned ?? []), ...step.abandoned];
  // What other lanes still perform is for nothing.
  if (!step.isHeld && step.wasShared) answer.gone.push(runId);
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
async function stepHeld(ctx: MutationCtx, held: Held, event: Event, options: StepOptions) {
  const run = await getHeld(ctx, held);
  return run && (await stepRun(ctx, run, event, options));
}

/** The attempt was not made: the run waits for the connection. */
async function deferHeld(
  ctx: MutationCtx,
  result: TickResult & { deferredBy: Id<"connections"> },
  options: StepOptions,
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
    addStep(answer, held, step);
  }
}

async function renewLeases(ctx: MutationCtx, request: TickRequest, answer: TickAnswer): Promise<void> {
  for (const held of request.renew) {
    const run = await getHeld(ctx, held);
    if (!run) {
      answer.gone.push(held.runId);
      continue;
    }
    await ctx.db.patch("runs", run._id, {
      dueAt: Date.now() + LEASE_MS,
      ...(run.isNudged && { isNudged: undefined }),
    });
    if (!run.isNudged) continue;
    const { organizationId } = run;
    answer.work.push({ ...held, organizationId, task: { kind: "continue" } });
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
