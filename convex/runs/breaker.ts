/**
 * The circuit breaker of a connection: after repeated failures its operations wait instead of hitting a service that cannot answer.
 *
 *     (no row) --failure--> counting --enough failures--> open --pause is over--> trying --one trial succeeds--> (no row)
 *         ^                    |  success                  ^------- the trial fails, the pause doubles -------'
 *         '--------------------'
 *
 * There is no row while all is well, and successes write nothing: an executor reads the row with the connection's credentials, and
 * tells the tick of a success only where there is something to forget. Whoever waits has a row in `breakerWaits`; one of them makes
 * the trial, and when it succeeds all of them go on.
 */
import type { ErrorKind } from "@patchbay/core";
import type { EffectOutcome } from "@patchbay/engine";
import { internal } from "../_generated/api.js";
import type { Doc, Id } from "../_generated/dataModel.d.ts";
import type { MutationCtx, QueryCtx } from "../functions.ts";
import { MINUTE_MS, SECOND_MS } from "../lib/time.ts";
import { stepRun } from "./step.ts";

export type Breaker = Doc<"connectionBreakers">;

/** Failures in a row that open the breaker, unless the connection says otherwise. */
export const DEFAULT_FAILURES = 5;
/** The first pause; it doubles with each trial that fails. */
export const DEFAULT_PAUSE_MS = 30 * SECOND_MS;
const MAX_PAUSE_MS = 10 * MINUTE_MS;
/** Failures further apart than this do not belong together. */
const WINDOW_MS = 10 * MINUTE_MS;
/** A trial that says nothing for so long is given up: the longest operation, and the time to find out that its executor is gone. */
const TRIAL_MS = 6 * MINUTE_MS;
/** Waiting runs look for themselves after so long: nobody calls those that are at work on other bundles meanwhile. */
const BACKSTOP_MS = 5 * MINUTE_MS;
/** Waiting runs that one transaction lets go on. */
const RELEASE_BATCH = 20;

/** What says that the service, or what we know of it, is in trouble. A busy service (`rateLimited`) names its own pause. */
const failing: ReadonlySet<ErrorKind> = new Set(["auth", "retryable", "timeout"]);
/** What says that it answers. */
const answering: ReadonlySet<ErrorKind> = new Set(["terminal", "rateLimited"]);

export type Verdict = "failed" | "answered" | "neither";

/** What an attempt tells about its connection. */
export function verdictOf(outcome: EffectOutcome): Verdict {
  if (outcome.ok) return "answered";
  if (failing.has(outcome.error.kind)) return "failed";
  return answering.has(outcome.error.kind) ? "answered" : "neither";
}

/** What an executor is told with the credentials; null while all is well. */
export interface Gate {
  state: Breaker["state"];
  nextTryAt: number;
  failures: number;
  message: string;
  trialRunId: Id<"runs"> | null;
  trialUntil: number;
}

export async function getBreaker(ctx: QueryCtx, connectionId: Id<"connections">): Promise<Breaker | null> {
  return await ctx.db
    .query("connectionBreakers")
    .withIndex("by_connection", (q) => q.eq("connectionId", connectionId))
    .unique();
}

export function gateOf(breaker: Breaker | null): Gate | null {
  if (breaker === null) return null;
  const { state, failures, message, nextTryAt = 0, trialRunId = null, trialUntil = 0 } = breaker;
  return { state, failures, message, nextTryAt, trialRunId, trialUntil };
}

/** Until when an operation that finds the breaker open waits; now, if it has closed in the meantime. */
export async function waitsUntil(ctx: QueryCtx, connectionId: Id<"connections">): Promise<number> {
  const breaker = await getBreaker(ctx, connectionId);
  const isShut = breaker === null || breaker.state === "counting";
  return isShut ? Date.now() : Date.now() + BACKSTOP_MS;
}

export interface Report {
  runId: Id<"runs">;
  connectionId: Id<"connections">;
  verdict: Verdict;
  /** For a person, of `failed`. */
  message: string;
}

/** Takes in what an attempt told about its connection. */
export async function takeReport(ctx: MutationCtx, report: Report): Promise<void> {
  const connection = await ctx.db.get("connections", report.connectionId);
  const breaker = await getBreaker(ctx, report.connectionId);
  if (connection === null) return;
  const isTrial = breaker?.state === "trying" && breaker.trialRunId === report.runId;
  if (report.verdict === "failed") {
    if (isTrial) await open(ctx, { connection, breaker, report, openings: breaker.openings + 1 });
    else if (breaker === null || breaker.state === "counting") await countFailure(ctx, { connection, breaker, report });
  } else if (report.verdict === "answered") {
    if (isTrial) await close(ctx, breaker);
    else if (breaker?.state === "counting") await ctx.db.delete("connectionBreakers", breaker._id);
  } else if (isTrial) await tryNext(ctx, breaker);
}

type Failing = { connection: Doc<"connections">; breaker: Breaker | null; report: Report };

async function countFailure(ctx: MutationCtx, { connection, breaker, report }: Failing): Promise<void> {
  const nowMs = Date.now();
  const threshold = connection.breaker?.failures ?? DEFAULT_FAILURES;
  if (threshold === 0) return;
  const before = breaker && nowMs - breaker.lastFailedAt <= WINDOW_MS ? breaker.failures : 0;
  const failures = before + 1;
  if (failures >= threshold) return await open(ctx, { connection, breaker, report, failures, openings: 1 });
  await store(ctx, { connection, breaker, report, fields: { state: "counting", failures, openings: 0 } });
}

async function open(ctx: MutationCtx, args: Failing & { openings: number; failures?: number }): Promise<void> {
  const { connection, breaker, openings } = args;
  const firstPauseMs = (connection.breaker?.pauseSeconds ?? DEFAULT_PAUSE_MS / SECOND_MS) * SECOND_MS;
  const pauseMs = Math.min(firstPauseMs * 2 ** (openings - 1), Math.max(MAX_PAUSE_MS, firstPauseMs));
  const nextTryAt = Date.now() + pauseMs;
  const generation = (breaker?.generation ?? 0) + 1;
  const failures = args.failures ?? (breaker?.failures ?? 0) + 1;
  const openedAt = breaker?.openedAt ?? Date.now();
  const fields = { state: "open" as const, failures, openings, openedAt, nextTryAt, generation };
  await store(ctx, { ...args, fields: { ...fields, trialRunId: undefined, trialUntil: undefined } });
  const { _id: connectionId } = connection;
  await ctx.scheduler.runAt(nextTryAt, internal.runs.breakerWork.tryAgain, { connectionId, generation });
}

type Fields = Pick<Breaker, "state" | "failures" | "openings"> & Partial<Breaker>;

async function store(ctx: MutationCtx, { connection, breaker, report, fields }: Failing & { fields: Fields }) {
  const { _id: connectionId, organizationId } = connection;
  const told = { message: report.message.slice(0, 500).toWellFormed(), lastFailedAt: Date.now() };
  if (breaker) await ctx.db.patch("connectionBreakers", breaker._id, { ...told, ...fields });
  else await ctx.db.insert("connectionBreakers", { connectionId, organizationId, generation: 0, ...told, ...fields });
}

/** The pause is over, or a trial has told nothing: lets the next waiting run make one. */
export async function tryNext(ctx: MutationCtx, breaker: Breaker): Promise<void> {
  const trialUntil = Date.now() + TRIAL_MS;
  const generation = breaker.generation + 1;
  const { connectionId } = breaker;
  const trialRunId = (await releaseNext(ctx, connectionId)) ?? undefined;
  await ctx.db.patch("connectionBreakers", breaker._id, { state: "trying", trialRunId, trialUntil, generation });
  if (trialRunId === undefined) return;
  await ctx.scheduler.runAt(trialUntil, internal.runs.breakerWork.tryAgain, { connectionId, generation });
}

/** Lets the run go on that has waited for the connection the longest; null where none waits. */
async function releaseNext(ctx: MutationCtx, connectionId: Id<"connections">): Promise<Id<"runs"> | null> {
  const rows = ctx.db.query("breakerWaits").withIndex("by_connection", (q) => q.eq("connectionId", connectionId));
  for await (const row of rows) {
    const run = await ctx.db.get("runs", row.runId);
    // An executor works on other bundles of it: what waits looks for itself later.
    if (run?.queue === "claimed" || run?.queue === "ready") continue;
    await ctx.db.delete("breakerWaits", row._id);
    if (run?.queue !== "waiting") continue;
    const { accepted } = await stepRun(ctx, run, { kind: "release" }, { holder: "queue" });
    if (accepted) return run._id;
  }
  return null;
}

/** Whether the run may make the trial of a connection for which nobody waited when its pause was over. */
export async function takeTrial(
  ctx: MutationCtx,
  args: { connectionId: Id<"connections">; runId: Id<"runs"> },
): Promise<boolean> {
  const breaker = await getBreaker(ctx, args.connectionId);
  if (breaker === null || breaker.state === "counting") return true;
  const isTaken = breaker.trialRunId !== undefined && (breaker.trialUntil ?? 0) > Date.now();
  if (breaker.state === "open" || (isTaken && breaker.trialRunId !== args.runId)) return false;
  const trialUntil = Date.now() + TRIAL_MS;
  const generation = breaker.generation + 1;
  await ctx.db.patch("connectionBreakers", breaker._id, { trialRunId: args.runId, trialUntil, generation });
  const { connectionId } = breaker;
  await ctx.scheduler.runAt(trialUntil, internal.runs.breakerWork.tryAgain, { connectionId, generation });
  return true;
}

/** The service answers again, or a person says so: forgets the failures and lets all go on that wait. */
export async function close(ctx: MutationCtx, breaker: Breaker): Promise<void> {
  await ctx.db.delete("connectionBreakers", breaker._id);
  const { connectionId } = breaker;
  await ctx.scheduler.runAfter(0, internal.runs.breakerWork.release, { connectionId });
}

/** Lets some of the waiting runs go on, and calls itself for the others, while the breaker stays shut. */
export async function releaseWaiting(ctx: MutationCtx, connectionId: Id<"connections">): Promise<void> {
  const breaker = await getBreaker(ctx, connectionId);
  if (breaker && breaker.state !== "counting") return;
  for (let released = 0; released < RELEASE_BATCH; released++) {
    if ((await releaseNext(ctx, connectionId)) === null) return;
  }
  await ctx.scheduler.runAfter(0, internal.runs.breakerWork.release, { connectionId });
}
