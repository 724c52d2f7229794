/** Calls of other scenarios, and what a called one gives back. The host runs the called scenario, as a run of its own. */
import type { JsonValue, OperationError } from "@patchbay/core";
import type { CallCommand, Event } from "./events.ts";
import { failAttempt } from "./failures.ts";
import { completeOperation } from "./flow.ts";
import type { Pending } from "./state.ts";
import { begunOf, type Begun, type Turn } from "./turn.ts";

/** The command for the call that the operation waits for. */
export function commandOfCall({ id, node, path, attempt, input }: Pending): CallCommand {
  return {
    kind: "call",
    operationId: id,
    nodeId: node,
    bundlePath: path,
    attempt,
    scenarioId: typeof input.scenarioId === "string" ? input.scenarioId : "",
    inputs: isRecord(input.inputs) ? input.inputs : {},
    mode: input.mode === "start" ? "start" : "wait",
  };
}

/** Asks the host to call the scenario; the run waits until `resumed` tells how that went. */
export function requestCall(turn: Turn, pending: Pending): void {
  turn.state.pending = { ...pending, phase: "waiting", reason: "call" };
  turn.state.phase = "waiting";
  turn.commands.push(commandOfCall(pending));
}

/** The called scenario has ended, or was refused. Another attempt calls it anew. */
export function resumeCall(turn: Turn, event: Extract<Event, { kind: "resumed" }>): boolean {
  const { phase, pending } = turn.state;
  if (phase !== "waiting" || pending?.reason !== "call") return false;
  if (pending.id !== event.operationId || pending.attempt !== event.attempt) return false;
  const { outcome } = event;
  if (event.simulated) pending.simulated = event.simulated;
  const durationMs = Math.max(0, turn.ports.nowMs - pending.attemptAt);
  const record = { number: pending.attempt, startedAt: pending.attemptAt, durationMs };
  pending.attempts.push(outcome.ok ? record : { ...record, error: outcome.error });
  if (!outcome.ok) {
    failAttempt(turn, pending, outcome.error);
    return true;
  }
  turn.state.pending = null;
  turn.state.phase = "ready";
  completeOperation(turn, begunOf(turn, pending), outcome.output);
  return true;
}

/**
 * The error of a call as the retry policy takes it. A called run that failed is called anew where the node's policy says so; a call
 * that could not be made at all (`invalid`), or that a person stopped (`cancelled`), is not.
 */
export function toCallFailure(error: OperationError): OperationError {
  return error.kind === "terminal" ? { ...error, kind: "retryable" } : error;
}

/** Sets what the run gives its caller; the run goes on. Of several, the last one counts. */
export function returnOutputs(turn: Turn, operation: Begun, input: Record<string, JsonValue>): void {
  const rows = Array.isArray(input.outputs) ? input.outputs : [];
  turn.state.returned = Object.fromEntries(
    rows.flatMap((row) => (isRecord(row) && typeof row.name === "string" ? [[row.name, row.value ?? null]] : [])),
  );
  completeOperation(turn, operation, turn.state.returned);
}

function isRecord(value: JsonValue | undefined): value is Record<string, JsonValue> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
