/**
 * The executor: an action that claims runs of one shard, performs their effects side by side and hands the results to
 * the next tick. One mutation per tick does all the bookkeeping (`tick.ts`).
 *
 * - What a tick hands out is durably marked as started before it is performed.
 * - A tick that finds nothing gives the ticket back; the executor ends when nothing is in flight.
 * - After four minutes it calls a successor and only finishes what it has.
 */
import { v } from "convex/values";
import { internal } from "../_generated/api.js";
import type { Id } from "../_generated/dataModel.d.ts";
import { internalAction, type ActionCtx } from "../functions.ts";
import { inTurns } from "./inTurns.ts";
import {
  CHARACTERS_PER_TICK,
  EXECUTOR_CLAIMS_MS,
  FIRST_CLAIM,
  LONG_TICK_MS,
  MAX_IN_FLIGHT,
  MAX_PER_TICK,
  MIN_PER_TICK,
  RENEW_MS,
} from "./limits.ts";
import { startAttempt, type Attempt } from "./perform.ts";
import type { Task, Work } from "./work.ts";
import type { Held, TickAnswer, TickRequest, TickResult } from "./tick.ts";

/** How long a busy executor waits for more results before its next tick. */
const BATCH_MS = 10;
/** How often a watching executor looks for new runs while it waits for results. */
const WATCHING_TICK_MS = 5;

export const execute = internalAction({
  args: { shard: v.number(), generation: v.number() },
  returns: v.null(),
  handler: async (ctx, args): Promise<null> => {
    await runExecutor(ctx, args);
    return null;
  },
});

/** A run that it holds. */
interface Own extends Held {
  organizationId: Id<"organizations">;
}

interface InFlight extends Own {
  /** Null while its payload is loaded. */
  operationId: number | null;
  attempt: Attempt | null;
  renewAtMs: number;
}

interface Executor {
  ctx: ActionCtx;
  shard: number;
  generation: number;
  startedAtMs: number;
  watching: boolean;
  isFirst: boolean;
  /** How many runs the next tick may claim. */
  claimLimit: number;
  /** How many results the next tick applies, and runs it claims, at most. */
  tickSize: number;
  /** What it performs or loads, of each run and operation; a run with lanes may have several. */
  inFlight: Map<string, InFlight>;
  /** When a lane of a run is to go on that waits while others perform. */
  wakes: Map<Id<"runs">, { own: Own; atMs: number }>;
  results: (TickResult & Own)[];
  continues: Own[];
  /** The lane that the last round of claims ended with. */
  afterLane: number;
  /** Ends the current wait. */
  wake: () => void;
}

async function runExecutor(ctx: ActionCtx, args: { shard: number; generation: number }): Promise<void> {
  const executor: Executor = {
    ...args,
    ctx,
    startedAtMs: Date.now(),
    watching: true,
    isFirst: true,
    claimLimit: FIRST_CLAIM,
    tickSize: MAX_PER_TICK,
    inFlight: new Map(),
    wakes: new Map(),
    results: [],
    continues: [],
    afterLane: args.shard,
    wake: () => {},
  };
  for (;;) {
    const isOver = Date.now() - executor.startedAtMs > EXECUTOR_CLAIMS_MS;
    if (isOver && executor.watching) {
      executor.watching = false;
      await ctx.runMutation(internal.runs.internal.handOver, args);
    }
    const answer = await tick(executor, { keep: !isOver });
    for (const work of answer.work) begin(executor, work);
    const { results, continues, inFlight } = executor;
    if (results.length === 0 && continues.length === 0 && inFlight.size === 0 && !executor.watching) return;
    await pause(executor, answer.work.length);
  }
}

/** Hands in what has come together and takes what there is to do. */
async function tick(executor: Executor, { keep }: { keep: boolean }): Promise<TickAnswer> {
  wakeDue(executor);
  const inFlight = countByOrganization(executor);
  const room = MAX_IN_FLIGHT - executor.inFlight.size - executor.continues.length;
  const continues = executor.continues.splice(0);
  const request: TickRequest = {
    shard: executor.shard,
    generation: executor.generation,
    want: executor.watching ? Math.max(0, Math.min(executor.claimLimit, room)) : 0,
    keep,
    isFirst: executor.isFirst,
    results: takeResults(executor),
    continues: continues.map(({ runId, generation }) => ({ runId, generation })),
    renew: dueRenewals(executor),
    inFlight,
    afterLane: executor.afterLane,
  };
  executor.isFirst = false;
  executor.claimLimit = Math.min(executor.claimLimit * 2, executor.tickSize);
  const beganMs = Date.now();
  const answer = await callTick(executor, request);
  adjustSize(executor, Date.now() - beganMs);
  executor.watching &&= answer.watching;
  executor.afterLane = answer.afterLane ?? executor.afterLane;
  const postponed = new Set(answer.postponed.map((held) => held.runId));
  executor.continues.push(...continues.filter((held) => postponed.has(held.runId)));
  for (const runId of answer.gone) drop(executor, (item) => item.runId === runId);
  for (const { runId, operationId } of answer.abandoned ?? []) {
    drop(executor, (item) => item.runId === runId && item.operationId === operationId);
  }
  return answer;
}

/** Gives up what is for nothing. */
function drop(executor: Executor, isForNothing: (item: InFlight) => boolean): void {
  for (const [key, item] of executor.inFlight) {
    if (!isForNothing(item)) continue;
    item.attempt?.stop();
    executor.inFlight.delete(key);
  }
}

/** Runs with lanes whose timer is due are continued. Those that perform nothing any more have a timer of their own. */
function wakeDue(executor: Executor): void {
  if (executor.wakes.size === 0) return;
  const held = new Set([...executor.inFlight.values()].map(({ runId }) => runId));
  for (const [runId, { own, atMs }] of executor.wakes) {
    if (held.has(runId) && atMs > Date.now()) continue;
    executor.wakes.delete(runId);
    if (held.has(runId)) executor.continues.push(own);
  }
}

function countByOrganization(executor: Executor): NonNullable<TickRequest["inFlight"]> {
  const counts = new Map<Id<"organizations">, number>();
  for (const { organizationId } of [...executor.inFlight.values(), ...executor.continues]) {
    counts.set(organizationId, (counts.get(organizationId) ?? 0) + 1);
  }
  return [...counts].map(([organizationId, count]) => ({ organizationId, count }));
}

/** Smaller ticks while they take long, whether their own work or others' makes them, and larger ones again when they do not. */
function adjustSize(executor: Executor, tookMs: number): void {
  if (tookMs > LONG_TICK_MS) executor.tickSize = Math.max(MIN_PER_TICK, executor.tickSize / 2);
  else if (tookMs < LONG_TICK_MS / 2) executor.tickSize = Math.min(MAX_PER_TICK, executor.tickSize * 2);
}

/** Results as far as they fit into one short transaction, of each organization in turn. */
function takeResults(executor: Executor): TickResult[] {
  const taken = new Set<TickResult & Own>();
  let characters = 0;
  for (const result of inTurns(executor.results, executor.tickSize)) {
    characters += result.outcome.length;
    if (taken.size > 0 && characters > CHARACTERS_PER_TICK) break;
    taken.add(result);
  }
  executor.results = executor.results.filter((result) => !taken.has(result));
  return [...taken].map(({ organizationId: _organizationId, ...result }) => result);
}

function dueRenewals(executor: Executor): Held[] {
  const nowMs = Date.now();
  const due = [...executor.inFlight.values()].filter((item) => item.renewAtMs <= nowMs);
  if (due.length === 0) return [];
  const runs = new Map(due.map(({ runId, generation }) => [runId, { runId, generation }]));
  for (const item of executor.inFlight.values()) if (runs.has(item.runId)) item.renewAtMs = nowMs + RENEW_MS;
  return [...runs.values()];
}

/** A tick that fails as a whole is taken apart, so that only the run that breaks it is lost. */
async function callTick(executor: Executor, request: TickRequest): Promise<TickAnswer> {
  try {
    return await executor.ctx.runMutation(internal.runs.internal.tick, request);
  } catch (thrown) {
    console.error(`A tick of shard ${request.shard} failed and is taken apart:`, thrown);
    const merged: TickAnswer = { work: [], gone: [], postponed: [], watching: false };
    for (const result of request.results) await tickAlone(executor, { ...none(request), results: [result] }, merged);
    for (const held of request.continues) await tickAlone(executor, { ...none(request), continues: [held] }, merged);
    return merged;
  }
}

const none = (request: TickRequest): TickRequest => ({ ...request, want: 0, results: [], continues: [], renew: [] });

async function tickAlone(executor: Executor, request: TickRequest, merged: TickAnswer): Promise<void> {
  const held = request.results[0] ?? request.continues[0];
  if (!held) return;
  try {
    const answer = await executor.ctx.runMutation(internal.runs.internal.tick, request);
    merged.work.push(...answer.work);
    merged.gone.push(...answer.gone);
    merged.abandoned = [...(merged.abandoned ?? []), ...(answer.abandoned ?? [])];
  } catch (thrown) {
    const { runId, generation } = held;
    await breakHeld(executor, {
      runId,
      generation,
      message: thrown instanceof Error ? thrown.message : String(thrown),
    });
  }
}

/** Ends a run that cannot go on. Where even that fails it is left to the sweeper: other runs need this executor. */
async function breakHeld(executor: Executor, args: Held & { message: string }): Promise<void> {
  try {
    await executor.ctx.runMutation(internal.runs.internal.breakHeld, args);
  } catch (thrown) {
    console.error(`Run ${args.runId} could not be ended (${args.message}):`, thrown);
  }
}

function begin(executor: Executor, work: Work): void {
  const { task, ...own } = work;
  if (task.kind === "continue") executor.continues.push(own);
  else if (task.kind === "wake") executor.wakes.set(own.runId, { own, atMs: task.atMs });
  else if (task.kind === "load") track(executor, work, null, loadPayload(executor, work, task));
  else performTask(executor, { ...work, task });
}

function performTask(executor: Executor, work: Work & { task: Extract<Task, { kind: "perform" }> }): void {
  const startedAtMs = Date.now();
  const attempt = startAttempt(executor.ctx, work);
  const done = attempt.performed.then((performed) => {
    // Taken back in the meantime: the result would be refused, and the run may be in flight again.
    if (executor.inFlight.get(keyOf(work))?.attempt !== attempt) return;
    executor.results.push({
      runId: work.runId,
      organizationId: work.organizationId,
      generation: work.generation,
      operationId: work.task.operationId,
      attempt: work.task.attempt,
      startedAtMs,
      endedAtMs: Date.now(),
      ...("deferredBy" in performed
        ? { outcome: "null", deferredBy: performed.deferredBy }
        : {
            outcome: JSON.stringify(performed.outcome),
            ...(performed.report && { report: performed.report }),
            ...(performed.exposed && { exposed: performed.exposed }),
          }),
    });
  });
  track(executor, work, attempt, done);
}

/** Reads the payload's file, and goes on with the run. */
async function loadPayload(executor: Executor, work: Work, task: Extract<Task, { kind: "load" }>): Promise<void> {
  const { task: _task, ...own } = work;
  const { runId, generation } = own;
  const blob = await executor.ctx.storage.get(task.storageId);
  if (blob === null) {
    return await breakHeld(executor, { runId, generation, message: "The file with its payload is gone." });
  }
  await executor.ctx.runMutation(internal.runs.internal.takeInPayload, { runId, generation, text: await blob.text() });
  executor.continues.push(own);
}

const keyOf = ({ runId, task }: Work) => `${runId} ${task.kind === "perform" ? task.operationId : task.kind}`;

/** Counts the run as in flight, its lease renewed, until `done`. */
function track(executor: Executor, work: Work, attempt: Attempt | null, done: Promise<void>): void {
  const { runId, organizationId, generation, task } = work;
  const key = keyOf(work);
  const own = { runId, organizationId, generation };
  const operationId = task.kind === "perform" ? task.operationId : null;
  const item: InFlight = { ...own, operationId, attempt, renewAtMs: Date.now() + RENEW_MS };
  executor.inFlight.set(key, item);
  const finish = () => {
    if (executor.inFlight.get(key) === item) executor.inFlight.delete(key);
    executor.wake();
  };
  done.then(finish, (thrown: unknown) => {
    console.error(`Run ${runId} could not be handled and is left to the sweeper:`, thrown);
    finish();
  });
}

/** Waits until there is something to hand in, or it is time to look. */
async function pause(executor: Executor, handedOut: number): Promise<void> {
  if (executor.continues.length > 0 || executor.results.length >= executor.tickSize) return;
  const busy = executor.results.length + handedOut > 2;
  if (busy) await sleep(BATCH_MS);
  if (executor.results.length > 0) return;
  const nextRenewal = Math.min(...[...executor.inFlight.values()].map((item) => item.renewAtMs));
  const untilRenewal = Math.max(1, nextRenewal - Date.now());
  const untilWake = Math.min(...[...executor.wakes.values()].map(({ atMs }) => Math.max(1, atMs - Date.now())));
  const limit = executor.watching ? WATCHING_TICK_MS : Math.min(untilRenewal, untilWake, RENEW_MS);
  let timer: ReturnType<typeof setTimeout> | undefined;
  await new Promise<void>((resolve) => {
    executor.wake = resolve;
    timer = setTimeout(resolve, limit);
  });
  clearTimeout(timer);
  executor.wake = () => {};
}

const sleep = (durationMs: number) => new Promise<void>((resolve) => setTimeout(resolve, durationMs));
