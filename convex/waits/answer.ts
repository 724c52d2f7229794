/** What becomes of an answer, wherever it comes from. Exactly one is taken, whoever comes at the same time. */
import { checkAnswer, type AnswerFault, type JsonValue, type WaitForm } from "@patchbay/core";
import { isEnded, pendingAsks } from "@patchbay/engine";
import { internal } from "../_generated/api.js";
import type { Doc } from "../_generated/dataModel.d.ts";
import type { MutationCtx, QueryCtx } from "../functions.ts";
import { MINUTE_MS, SECOND_MS } from "../lib/time.ts";
import { isHeld } from "../runs/gates.ts";
import { getLog } from "../runs/log.ts";
import { getPlan } from "../runs/plans.ts";
import { peekState, stepRun } from "../runs/step.ts";
import { findWait } from "./lookup.ts";

/** Why nothing can be answered any more. */
export type Gone =
  | { reason: "answered"; at: number; by: string | null }
  | { reason: "skipped"; at: number }
  | { reason: "expired"; at: number }
  /** The run ended, or was stopped, without the answer. */
  | { reason: "ended"; at: number; runState: "succeeded" | "failed" | "cancelled" };

export type Answered =
  /** `early`: the run has not got there; the answer is kept. `repeated`: the same had come before, and counts once. */
  | { kind: "accepted"; early: boolean; repeated: boolean }
  | { kind: "invalid"; faults: AnswerFault[] }
  | { kind: "gone"; gone: Gone }
  | { kind: "tooMany"; retryAfterMs: number };

export interface GivenAnswer {
  /** What came in. */
  value: JsonValue;
  /** SHA-256 of it, by which a repeated delivery is known. */
  bodyHash: string;
  /** The name of the member who answers; null for whoever has the address. */
  by: string | null;
}

const MAX_REFUSED = 30;
const REFUSED_WINDOW_MS = MINUTE_MS;

/** Takes the answer, or keeps it until the run gets there. */
export async function answerWait(ctx: MutationCtx, wait: Doc<"runWaits">, given: GivenAnswer): Promise<Answered> {
  const gone = await findGone(ctx, wait);
  if (gone) {
    const isRepeated = wait.state === "answered" && wait.bodyHash === given.bodyHash && isWithinWait(wait);
    return isRepeated ? { kind: "accepted", early: !wait.taken, repeated: true } : { kind: "gone", gone };
  }
  const retryAfterMs = refusedFor(wait);
  if (retryAfterMs > 0) return { kind: "tooMany", retryAfterMs };
  const form = await formOf(ctx, wait);
  const checked = form && checkAnswer(form, given.value);
  if (!checked?.ok) {
    await countRefused(ctx, wait);
    return { kind: "invalid", faults: checked?.faults ?? [{ field: "", message: "Nothing is asked for here." }] };
  }
  const answer = JSON.stringify(checked.answer);
  const by = given.by !== null && { answeredBy: given.by };
  const answered = { state: "answered" as const, answer, bodyHash: given.bodyHash, answeredAt: Date.now(), ...by };
  const handed = await handIn(ctx, { ...wait, ...answered });
  if (handed === "refused") return { kind: "gone", gone: { reason: "expired", at: wait.dueAt ?? Date.now() } };
  await ctx.db.patch("runWaits", wait._id, { ...answered, ...(handed === "taken" && taken) });
  if (handed === "busy") await handInLater(ctx, wait);
  return { kind: "accepted", early: handed !== "taken", repeated: false };
}

/** What it was stands in the run's log from then on, as what it keeps private is hidden there. */
const taken = { taken: true, answer: undefined };

/** A repeated delivery is answered like the first one for as long as that could have come. */
const isWithinWait = ({ dueAt }: Doc<"runWaits">) => dueAt === undefined || Date.now() < dueAt;

/**
 * Goes on with an answer. `early`: the run has not got there. `busy`: it waits for this, and is at work on other bundles meanwhile
 * (an executor holds it), or is held. `refused`: it does not wait for this any more.
 */
async function handIn(ctx: MutationCtx, wait: Doc<"runWaits">): Promise<"taken" | "early" | "busy" | "refused"> {
  const { operationId, answer, answeredAt = Date.now(), answeredBy = null } = wait;
  const run = await ctx.db.get("runs", wait.runId);
  if (operationId === undefined || answer === undefined) return "early";
  if (run === null || isEnded(run.state)) return "refused";
  if (run.state !== "waiting" || isHeld(run)) return "busy";
  const value = JSON.parse(answer) as Record<string, JsonValue>;
  const output = { ...value, answeredAt: new Date(answeredAt).toISOString(), answeredBy };
  const event = { kind: "answer" as const, operationId, answer: output, atMs: answeredAt };
  const { accepted } = await stepRun(ctx, run, event, { holder: "queue" });
  return accepted ? "taken" : "refused";
}

const MAX_PAUSE_MS = 5 * MINUTE_MS;

/** Asks a run that is at work again later, at pauses that double: as long as the answer has waited by then. */
async function handInLater(ctx: MutationCtx, { _id: waitId, answeredAt }: Doc<"runWaits">): Promise<void> {
  const waitedMs = Date.now() - (answeredAt ?? Date.now());
  const pauseMs = Math.min(Math.max(SECOND_MS, waitedMs), MAX_PAUSE_MS);
  await ctx.scheduler.runAfter(pauseMs, internal.waits.internal.handIn, { waitId });
}

/** Hands in an answer that is kept, once; comes again while the run is at work. True where the run has gone on with it. */
export async function handInKept(ctx: MutationCtx, wait: Doc<"runWaits">): Promise<boolean> {
  if (wait.state !== "answered" || wait.taken) return false;
  const handed = await handIn(ctx, wait);
  if (handed === "taken") await ctx.db.patch("runWaits", wait._id, taken);
  if (handed === "busy") await handInLater(ctx, wait);
  return handed === "taken";
}

/** Hands in an answer that the run's own timer has overtaken: it came before. */
export async function handInOvertaken(ctx: MutationCtx, run: Doc<"runs">): Promise<boolean> {
  const log = await getLog(ctx, run);
  const state = log && (await peekState(ctx, run, log));
  for (const ask of state ? pendingAsks(state) : []) {
    const wait = await findWait(ctx, run._id, ask);
    if (wait && (await handInKept(ctx, wait))) return true;
  }
  return false;
}

/** Why the wait takes no answer any more; null while it does. */
export async function findGone(ctx: QueryCtx, wait: Doc<"runWaits">): Promise<Gone | null> {
  const { answeredAt = 0, answeredBy = null } = wait;
  if (wait.state === "answered") return { reason: "answered", at: answeredAt, by: answeredBy };
  if (wait.state === "skipped") return { reason: "skipped", at: answeredAt };
  const run = await ctx.db.get("runs", wait.runId);
  if (wait.dueAt !== undefined && Date.now() >= wait.dueAt) return { reason: "expired", at: wait.dueAt };
  if (run === null) return { reason: "ended", at: Date.now(), runState: "cancelled" };
  const { state, endedAt = Date.now() } = run;
  return isEnded(state) ? { reason: "ended", at: endedAt, runState: state as "cancelled" } : null;
}

/** What an answer must look like, by the definition that the run is pinned to. */
export async function formOf(ctx: QueryCtx, wait: Doc<"runWaits">): Promise<WaitForm | null> {
  const run = await ctx.db.get("runs", wait.runId);
  const plan = run && (await getPlan(ctx, run));
  return plan?.nodes.get(wait.nodeId)?.form ?? null;
}

function refusedFor({ refused }: Doc<"runWaits">): number {
  if (!refused || refused.count < MAX_REFUSED) return 0;
  return Math.max(0, refused.since + REFUSED_WINDOW_MS - Date.now());
}

async function countRefused(ctx: MutationCtx, { _id, refused }: Doc<"runWaits">): Promise<void> {
  const nowMs = Date.now();
  const isOver = !refused || refused.since + REFUSED_WINDOW_MS <= nowMs;
  await ctx.db.patch("runWaits", _id, {
    refused: isOver ? { count: 1, since: nowMs } : { ...refused, count: refused.count + 1 },
  });
}
