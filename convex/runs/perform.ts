/** Performs one attempt at an effect, inside the executor. The only place where connections are opened. */
import { findAction, findConnection } from "@patchbay/catalog/runtime";
import type { JsonValue, OperationError } from "@patchbay/core";
import { operationKey, type EffectOutcome } from "@patchbay/engine";
import { createRedactor, errors, toOperationError, type ActionContext, type Redactor } from "@patchbay/sdk";
import { internal } from "../_generated/api.js";
import type { Id } from "../_generated/dataModel.d.ts";
import type { ActionCtx } from "../functions.ts";
import { openSecrets } from "../connections/secrets.ts";
import { verdictOf, type Gate, type Verdict } from "./breaker.ts";
import { missing } from "./enginePorts.ts";
import type { Task, Work } from "./work.ts";

type PerformTask = Extract<Task, { kind: "perform" }>;

/** An attempt that is under way; `stop` makes it give up, its result will not be used. */
export interface Attempt {
  performed: Promise<Performed>;
  stop(): void;
}

/** What came of an attempt, and what it tells about its connection; or that it was not made: the connection's breaker is open. */
export type Performed =
  | {
      outcome: EffectOutcome;
      report?: { connectionId: Id<"connections">; verdict: Verdict; message: string };
      /** Secrets of the connection that the operation's own input contains: the run has to hide them, too. */
      exposed?: string[];
    }
  | { deferredBy: Id<"connections"> };

/** Starts the attempt. Its outcome never rejects, and holds no secret of the connection. */
export function startAttempt(ctx: ActionCtx, work: Work & { task: PerformTask }): Attempt {
  const abort = new AbortController();
  return { performed: perform(ctx, work, abort), stop: () => abort.abort() };
}

async function perform(ctx: ActionCtx, work: Work & { task: PerformTask }, abort: AbortController): Promise<Performed> {
  let redact: Redactor = (value) => value;
  let connection: OpenConnection | null = null;
  let outcome: EffectOutcome;
  try {
    connection = await openConnection(ctx, { ...work, connectionId: work.task.connectionId });
    if (connection) redact = createRedactor(connection.secrets);
    if (connection && !(await mayPass(ctx, work, connection))) {
      if (work.task.whenUnavailable !== "fail") return { deferredBy: connection.id };
      return { outcome: { ok: false, error: unavailable(connection) } };
    }
    outcome = { ok: true, output: redact(await runWithin(work, abort, connection?.use)) };
  } catch (thrown) {
    outcome = { ok: false, error: redactError(toOperationError(thrown), redact) };
  }
  if (!connection) return { outcome };
  return { ...withReport(outcome, connection), ...findExposed(work.task.input, connection.secrets) };
}

/** Whether the connection's breaker lets the operation through. */
async function mayPass(
  ctx: ActionCtx,
  { runId }: Work & { task: PerformTask },
  { gate, id: connectionId }: OpenConnection,
): Promise<boolean> {
  if (gate === null || gate === "off" || gate.state === "counting") return true;
  if (gate.state === "open") return false;
  if (gate.trialRunId === runId) return true;
  if (gate.trialRunId !== null && gate.trialUntil > Date.now()) return false;
  return await ctx.runMutation(internal.runs.breakerWork.takeTrial, { connectionId, runId });
}

/** Successes are worth telling only where there are failures to forget. */
function withReport(outcome: EffectOutcome, { gate, id: connectionId }: OpenConnection): Performed {
  const verdict = verdictOf(outcome);
  if (gate === "off" || (gate === null && verdict !== "failed")) return { outcome };
  return { outcome, report: { connectionId, verdict, message: outcome.ok ? "" : outcome.error.message.slice(0, 500) } };
}

function unavailable({ gate }: OpenConnection): OperationError {
  const { failures = 0, message = "" } = typeof gate === "object" && gate !== null ? gate : {};
  return errors.retryable(
    `The connection is paused: its service failed ${failures} times in a row. The last time: ${message}`,
    { code: "connection_unavailable", notPerformed: true },
  ).data;
}

/** Those of the secrets that a JSON text contains in any form. */
function findExposed(text: string, secrets: readonly string[]): { exposed?: string[] } {
  const value = JSON.parse(text) as JsonValue;
  const found = secrets.filter((secret) => JSON.stringify(createRedactor([secret])(value)) !== JSON.stringify(value));
  return found.length > 0 ? { exposed: found } : {};
}

/** Runs the action's code, and gives up when its time is over even where the code does not. */
async function runWithin(
  { runId, task }: Work & { task: PerformTask },
  abort: AbortController,
  connection: ActionContext["connection"],
): Promise<JsonValue> {
  const run = findAction(task.type, task.typeVersion)?.run;
  if (!run) throw errors.terminal(missing(task.type, task.typeVersion).message, { notPerformed: true });
  const context: ActionContext = {
    fetch: (input, init) => fetch(input, init),
    signal: abort.signal,
    idempotencyKey: operationKey(runId, task),
    nowMs: () => Date.now(),
    ...(connection && { connection }),
  };
  let timer: ReturnType<typeof setTimeout> | undefined;
  const overdue = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => {
      reject(errors.timeout(`The operation took longer than ${task.timeoutMs / 1_000} s.`));
      abort.abort();
    }, task.timeoutMs);
  });
  try {
    return await Promise.race([run(JSON.parse(task.input), context), overdue]);
  } finally {
    clearTimeout(timer);
  }
}

interface OpenConnection {
  id: Id<"connections">;
  gate: Gate | "off" | null;
  use: NonNullable<ActionContext["connection"]>;
  secrets: string[];
}

/** A node's connection, opened for one use; null where it has none. Throws `auth` where it cannot be. */
export async function openConnection(
  ctx: Pick<ActionCtx, "runQuery">,
  node: { organizationId: Id<"organizations">; connectionId?: string | undefined },
): Promise<OpenConnection | null> {
  const { organizationId, connectionId } = node;
  if (connectionId === undefined) return null;
  const stored = await ctx.runQuery(internal.runs.internal.getConnection, { organizationId, connectionId });
  if (stored === null) {
    throw errors.auth("The connection that this node uses was deleted. Choose another one.", { notPerformed: true });
  }
  const opened = await openSecrets(stored).catch(() => {
    throw errors.auth("The connection's credentials could not be opened. Enter them again.", { notPerformed: true });
  });
  // A type that the catalog no longer has says nothing of what is secret: then all of it is.
  const secrets = findConnection(opened.type)?.secretValues(opened.values) ?? Object.values(opened.values);
  return { id: stored.id, gate: stored.gate, use: opened, secrets };
}

export function redactError(error: OperationError, redact: Redactor): OperationError {
  const redacted: OperationError = { ...error, message: textOf(redact(error.message)) };
  if (error.details !== undefined) redacted.details = redact(error.details);
  return redacted;
}

/** Redacting a text gives a text. */
const textOf = (value: JsonValue): string => (typeof value === "string" ? value : JSON.stringify(value));
