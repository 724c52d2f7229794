/**
 * Calls of other scenarios. A call is a row in `runCalls`, inserted in the transaction that stores the caller's state, together with
 * the called run: so it is made exactly once for each operation and attempt, whatever crashes. The called run waits for an executor
 * like any other. When it ends, the same transaction notes the outcome in the row and makes its caller ready; whoever then goes on with
 * the caller takes the outcome from the row, which closes it (`takeOutcome`). A call that is refused has its outcome at once, so that a
 * caller that makes many does so in steps of their own.
 */
import type { OperationError } from "@patchbay/core";
import { isEnded, pendingCalls, type Command, type Plan } from "@patchbay/engine";
import type { Doc } from "../_generated/dataModel.d.ts";
import type { MutationCtx, QueryCtx } from "../functions.ts";
import { callOf, findCall, openCalls, wakeCaller, type Call, type Returned, type StoredOutcome } from "./callRows.ts";
import { dropReturned } from "./callRetention.ts";
import { makeCall } from "./callStart.ts";
import type { Interpretation } from "./interpret.ts";
import { INLINE_OUTPUT_CHARACTERS } from "./limits.ts";
import { storeText } from "./parts.ts";
import { sealText } from "./privacy/sealing.ts";
import { stepRun } from "./step.ts";

/** What a step means for calls: those that it makes or gives up, and the one that the run's end answers. */
export async function followCalls(
  ctx: MutationCtx,
  args: { run: Doc<"runs">; plan: Plan | null; result: Pick<Interpretation, "state" | "commands" | "vault"> },
): Promise<void> {
  const { run, plan } = args;
  const { state, commands, vault } = args.result;
  if (plan?.calls === false && run.parentRunId === undefined) return;
  let made = 0;
  for (const command of commands) {
    if (command.kind === "abandon") await abandonCall(ctx, run, command);
    if (command.kind !== "call" || !plan) continue;
    await makeCall(ctx, { caller: run, command, plan, vault });
    made += 1;
  }
  // The end of one that was made before may have come while the run could not be told.
  const mayWait = run.state === "waiting" || run.queue === "claimed";
  if (mayWait && pendingCalls(state).length > made) await wakeAnswered(ctx, run);
  if (commands.at(-1)?.kind !== "finish") return;
  if (plan?.calls !== false) await abandonCalls(ctx, run);
  if (run.parentRunId !== undefined) await returnToCaller(ctx, run, args.result);
}

async function wakeAnswered(ctx: MutationCtx, run: Doc<"runs">): Promise<void> {
  const calls = await openCalls(ctx, run._id);
  if (calls.some(({ call }) => call.outcome !== undefined)) await wakeCaller(ctx, run._id);
}

/** Hands the outcome to its caller, if that waits for it. */
async function returnToCaller(
  ctx: MutationCtx,
  run: Doc<"runs">,
  { commands, vault }: Pick<Interpretation, "commands" | "vault">,
): Promise<void> {
  const call = await callOf(ctx, run._id);
  if (!call?.isOpen || call.outcome !== undefined) return await dropReturned(ctx, run);
  const last = commands.at(-1);
  const outputs = last?.kind === "finish" && last.outcome === "succeeded" ? (last.returned ?? {}) : null;
  await answerCall(ctx, call, outputs ? await keepReturned(ctx, run, { outputs, vault }) : await failureOf(ctx, run));
}

/** Keeps what the run returned until its caller takes it. */
async function keepReturned(ctx: MutationCtx, run: Doc<"runs">, returned: Returned): Promise<StoredOutcome> {
  const plain = JSON.stringify(returned);
  const text = returned.vault ? await sealText(run, "response", plain) : plain;
  if (text.length <= INLINE_OUTPUT_CHARACTERS) return { ok: true, returned: text };
  await storeText(ctx, { logId: run.logId, kind: "returned", text });
  return { ok: true };
}

/** What went wrong with a called run, for its caller: terminal, since it has retried what can be. */
async function failureOf(ctx: QueryCtx, run: Doc<"runs">): Promise<Failure> {
  const name = (await ctx.db.get("scenarios", run.scenarioId))?.name ?? "";
  const details = { runId: run._id, scenarioId: run.scenarioId };
  if (run.state === "cancelled") {
    const message = `The called scenario "${name}" was stopped (run ${run._id}).`;
    return { ok: false, error: { kind: "cancelled", code: "scenario_cancelled", message, details } };
  }
  const { kind = "internal", code = "system_internal" } = run.failure ?? {};
  const message = `The called scenario "${name}" failed (run ${run._id}): ${run.error ?? "it says nothing about why."}`;
  const error: OperationError = {
    ...{ kind: "terminal", code: "scenario_failed", message },
    details: { ...details, kind, code },
  };
  return { ok: false, error };
}

/** What the caller gets of a call that failed. */
interface Failure {
  ok: false;
  error: OperationError;
}

async function answerCall(ctx: MutationCtx, call: Call, outcome: StoredOutcome): Promise<void> {
  await ctx.db.patch("runCalls", call._id, { outcome: JSON.stringify(outcome) });
  await wakeCaller(ctx, call.parentRunId);
}

/**
 * The caller has ended: the runs that it waited for are of no use to anybody, and are stopped. An incomplete one only where the caller
 * was stopped as well: where that failed, a person may still want to go on with it.
 */
async function abandonCalls(ctx: MutationCtx, caller: Doc<"runs">): Promise<void> {
  for (const { call, child } of await openCalls(ctx, caller._id)) {
    const isKept = child?.state === "incomplete" && caller.state !== "cancelled";
    await giveUp(ctx, call, isKept ? null : child);
  }
}

/** The caller goes on without the end of one that it called. */
async function abandonCall(
  ctx: MutationCtx,
  caller: Doc<"runs">,
  command: Extract<Command, { kind: "abandon" }>,
): Promise<void> {
  const call = await findCall(ctx, caller._id, command);
  if (call?.isOpen) await giveUp(ctx, call, call.childRunId ? await ctx.db.get("runs", call.childRunId) : null);
}

async function giveUp(ctx: MutationCtx, call: Call, child: Doc<"runs"> | null): Promise<void> {
  await ctx.db.patch("runCalls", call._id, { isOpen: false, outcome: undefined });
  await dropReturned(ctx, child);
  if (call.waits && child && !isEnded(child.state)) await stepRun(ctx, child, { kind: "cancel" }, { holder: "queue" });
}

/** Calls that one pass of the sweeper looks at. */
const SWEEP_BATCH = 100;

/**
 * Finds callers that were not told how a call went: that the run has ended or is gone was noticed by nobody, or the caller was not woken.
 * Looks at calls in the order in which they were made; returns where to go on where there may be more, else null.
 */
export async function sweepCalls(ctx: MutationCtx, after: number | null): Promise<number | null> {
  const calls = await ctx.db
    .query("runCalls")
    .withIndex("by_isOpen", (q) => q.eq("isOpen", true).gt("_creationTime", after ?? 0))
    .take(SWEEP_BATCH);
  for (const call of calls) {
    if (call.outcome !== undefined) {
      await wakeCaller(ctx, call.parentRunId);
      continue;
    }
    const child = call.childRunId && (await ctx.db.get("runs", call.childRunId));
    if (child && !isEnded(child.state)) continue;
    await answerCall(ctx, call, child ? await endOf(ctx, child) : goneRun(call));
  }
  return calls.length === SWEEP_BATCH ? (calls.at(-1)?._creationTime ?? null) : null;
}

/** What can still be told of a run that ended unnoticed: what it returned is not known any more. */
async function endOf(ctx: QueryCtx, child: Doc<"runs">): Promise<Failure> {
  if (child.state !== "succeeded") return await failureOf(ctx, child);
  const message = `The called run ${child._id} has ended, but what it returned was lost. Call it again.`;
  return { ok: false, error: { kind: "terminal", code: "scenario_failed", message } };
}

const goneRun = ({ childRunId }: Call): Failure => ({
  ok: false,
  error: {
    kind: "terminal",
    code: "scenario_failed",
    message: `The called run ${childRunId} does not exist any more.`,
  },
});
