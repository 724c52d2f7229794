/**
 * What a person decides about an incomplete run: go on where it stopped (with edited data if they want), call the operation done,
 * begin anew, or let its own retries rest. Each decision is noted in the operation, by the engine, and in the audit log.
 */
import { findAction } from "@patchbay/catalog/runtime";
import type { JsonValue } from "@patchbay/core";
import { stoppedOperation, type StoppedOperation } from "@patchbay/engine";
import { isIntegrationError, REDACTED } from "@patchbay/sdk";
import { recordAudit, type AuditAction } from "../audit/model.ts";
import type { Doc } from "../_generated/dataModel.d.ts";
import type { OrgMutationCtx, QueryCtx } from "../functions.ts";
import { appError } from "../lib/errors.ts";
import { readJson } from "../lib/json.ts";
import { requireOwned } from "../lib/ids.ts";
import { createPorts } from "./enginePorts.ts";
import { getLog } from "./log.ts";
import type { StartResult } from "./model.ts";
import { isCut } from "./packing.ts";
import { loadPlan } from "./plans.ts";
import { replayRun } from "./replay.ts";
import { loadState, stepRun } from "./step.ts";

/** A decision is about the stop that somebody has seen: with another `generation` the run has moved on since. */
export interface AboutStop {
  runId: string;
  generation?: number;
}

/** Characters of JSON that a person may put into a run. */
const MAX_GIVEN_CHARACTERS = 500_000;

/**
 * Goes on with an incomplete run from where it stopped; the operation is performed again. `changes`: JSON text of an object whose
 * fields replace those of the operation's input. Throws `conflict` for a run that is not incomplete, or has moved on, and `invalid`
 * naming the fields where the input would not be accepted.
 */
export async function retryRun(ctx: OrgMutationCtx, args: AboutStop & { changes?: string }): Promise<void> {
  const run = await requireIncomplete(ctx, args);
  const by = ctx.actor.userId;
  if (args.changes === undefined) {
    await stepRun(ctx, run, { kind: "retry", by }, { holder: "queue" });
    return await record(ctx, run, "run.retried");
  }
  const changes = readChanges(args.changes);
  const stopped = await requireStopped(ctx, run, changes);
  checkInput(stopped);
  await stepRun(ctx, run, { kind: "retry", by, changes }, { holder: "queue" });
  const fields = Object.keys(changes).join(", ").slice(0, 500);
  await record(ctx, run, "run.retriedEdited", { node: stopped.nodeId, fields });
}

/** Goes on as if the operation had been performed, with `output` (JSON text). Throws as `retryRun` does. */
export async function resolveRun(ctx: OrgMutationCtx, args: AboutStop & { output: string }): Promise<void> {
  const run = await requireIncomplete(ctx, args);
  const output = readGiven(args.output, "output");
  const stopped = await requireStopped(ctx, run);
  await stepRun(ctx, run, { kind: "resolve", output, by: ctx.actor.userId }, { holder: "queue" });
  await record(ctx, run, "run.resolved", { node: stopped.nodeId });
}

/** Lets an incomplete run wait for a person instead of trying again by itself. Throws `conflict` where it does not. */
export async function stopRetries(ctx: OrgMutationCtx, args: AboutStop): Promise<void> {
  const run = await requireIncomplete(ctx, args);
  if (run.waitReason !== "break") throw appError("conflict", "The run does not try again by itself.");
  const generation = run.generation + 1;
  await ctx.db.patch("runs", run._id, { queue: undefined, dueAt: undefined, waitReason: undefined, generation });
  await record(ctx, run, "run.retriesStopped");
}

/**
 * Begins anew with the same event, on what the run was pinned to or on the published version; the incomplete run is discarded, and
 * the two are tied to each other. Throws as `retryRun` does.
 */
export async function restartRun(
  ctx: OrgMutationCtx,
  args: AboutStop & { source: "original" | "published" },
): Promise<StartResult> {
  const run = await requireIncomplete(ctx, args);
  const { source } = args;
  const { dryRun } = run;
  const started = await replayRun(ctx, { runId: run._id, source, link: "restarted", ...(dryRun && { dryRun }) });
  if (started.kind === "invalid") return started;
  await stepRun(ctx, run, { kind: "cancel" }, { holder: "queue" });
  await record(ctx, run, "run.restarted", { restartedAs: started.runId });
  return started;
}

/** The organization's run, which must be incomplete and must not have moved on. Throws `not_found` or `conflict`. */
export async function requireIncomplete(ctx: OrgMutationCtx, args: AboutStop): Promise<Doc<"runs">> {
  const owner = { organizationId: ctx.actor.organizationId, id: args.runId };
  const run = await requireOwned(ctx, "runs", { ...owner, what: "run" });
  const { state, generation } = run;
  if (state !== "incomplete") {
    throw appError("conflict", `Only an incomplete run can be retried; this one is ${state}.`, { state });
  }
  if (args.generation !== undefined && args.generation !== generation) {
    throw appError("conflict", "The run has gone on since you looked at it. Look again before you decide.", {
      generation,
    });
  }
  return run;
}

/** Where an incomplete run stopped, and the input that a retry would perform there; null where that cannot be told any more. */
export async function getStopped(
  ctx: QueryCtx,
  run: Doc<"runs">,
  changes?: Record<string, JsonValue>,
): Promise<StoppedOperation | null> {
  const log = await getLog(ctx, run);
  if (log === null) return null;
  const plan = await loadPlan(ctx, run);
  const { state } = await loadState(ctx, run, log);
  return stoppedOperation(plan, state, { ports: createPorts(Date.now()), ...(changes && { changes }) });
}

async function requireStopped(
  ctx: QueryCtx,
  run: Doc<"runs">,
  changes?: Record<string, JsonValue>,
): Promise<StoppedOperation> {
  const stopped = await getStopped(ctx, run, changes);
  if (stopped === null) throw appError("conflict", "The run has no operation that it stopped at.");
  return stopped;
}

function readChanges(text: string): Record<string, JsonValue> {
  const changes = readGiven(text, "changes");
  if (typeof changes !== "object" || changes === null || Array.isArray(changes)) {
    throw appError("invalid", "The changes must be an object: a value for each field to replace.", {
      field: "changes",
    });
  }
  const hidden = Object.keys(changes).filter((field) => holdsMark(changes[field] ?? null));
  if (hidden.length > 0) {
    const message = `${hidden.join(", ")}: what stands for a hidden or cut value would be sent as it is. Type the value in, or leave the field as it was.`;
    throw appError("invalid", message, {
      issues: hidden.map((field) => ({ code: "invalid", message, path: [field] })),
    });
  }
  if (Object.keys(changes).length === 0) throw appError("invalid", "Nothing was changed.", { field: "changes" });
  return changes;
}

/** Whether a value holds what the log shows in place of a secret, or of something too large. */
function holdsMark(value: JsonValue): boolean {
  if (typeof value === "string") return value.includes(REDACTED);
  if (typeof value !== "object" || value === null) return false;
  if (isCut(value) || ("_hidden" in value && value._hidden === true)) return true;
  return Object.values(value).some((item) => item !== undefined && holdsMark(item));
}

function readGiven(text: string, field: string): JsonValue {
  if (text.length > MAX_GIVEN_CHARACTERS) throw appError("too_large", `The ${field} is too large.`, { field });
  const read = readJson(text);
  if (!read.ok) throw appError("invalid", `The ${field} ${read.fault}.`, { field });
  return read.value as JsonValue;
}

/** Throws `invalid` where the node would refuse the input. Its message names the fields. */
function checkInput(stopped: StoppedOperation): void {
  if (stopped.input === null) {
    const message = stopped.error?.message ?? "The other fields could not be evaluated.";
    throw appError("invalid", `The input still cannot be made: ${message}`, { nodeId: stopped.nodeId });
  }
  try {
    findAction(stopped.type, stopped.typeVersion)?.parseInput(stopped.input);
  } catch (thrown) {
    if (!isIntegrationError(thrown)) throw thrown;
    const { message, details } = thrown.data;
    throw appError("invalid", message, { nodeId: stopped.nodeId, issues: issuesOf(details) });
  }
}

/** What is wrong with which field, as the HTTP API and the form tell it. */
function issuesOf(details: JsonValue | undefined): { code: string; message: string; path: (string | number)[] }[] {
  const { fields } = (details ?? {}) as { fields?: { field: (string | number)[]; message: string }[] };
  return (fields ?? []).map(({ field, message }) => ({ code: "invalid", message, path: field }));
}

async function record(
  ctx: OrgMutationCtx,
  run: Doc<"runs">,
  action: AuditAction,
  details?: Record<string, string | number>,
): Promise<void> {
  const { actor } = ctx;
  const resource = { type: "run" as const, id: run._id };
  const event = { organizationId: actor.organizationId, actor, action, resource };
  await recordAudit(ctx, details ? { ...event, details } : event);
}
