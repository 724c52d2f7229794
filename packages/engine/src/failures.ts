/** What happens when an operation fails: retry, `unknown`, the node's error route with its directives, or the end. */
import type { Control, JsonValue, OperationError } from "@patchbay/core";
import { toCallFailure } from "./calls.ts";
import type { RunError } from "./events.ts";
import { createFrame, passes } from "./flow.ts";
import { judge, type Verdict } from "./retry.ts";
import type { Frame, Pending } from "./state.ts";
import { begunOf, emitOperation, endRun, requireNode, type Begun, type Turn } from "./turn.ts";

/** An attempt at an effect has failed: try again later, ask a person, or fail the operation. */
export function failAttempt(turn: Turn, pending: Pending, error: OperationError): void {
  const verdict = judgeAttempt(turn, pending, error);
  if (verdict.kind === "unknown") return parkUnknown(turn, pending, error);
  if (verdict.kind === "retry") return waitForRetry(turn, pending, error, verdict.delayMs);
  const operation = begunOf(turn, pending);
  turn.state.pending = null;
  turn.state.phase = "ready";
  failOperation(turn, operation, error);
}

/** What the node's policy says about a failed attempt. */
export function judgeAttempt(turn: Turn, pending: Pending, error: OperationError): Verdict {
  const node = requireNode(turn.plan, pending.node);
  return judge({
    effect: node.effect,
    whenUnknown: node.whenUnknown,
    policy: node.retry,
    attemptsMade: pending.attempt - pending.firstAttempt + 1,
    error: node.control === "call" ? toCallFailure(error) : error,
    random: turn.ports.random(),
  });
}

/** Records an operation that is given up before it has ended: what may have been written is `unknown`. */
export function endUnfinished(turn: Turn, pending: Pending, message: string): void {
  const operation = begunOf(turn, pending);
  const uncertain =
    pending.phase === "unknown" || (pending.phase === "performing" && operation.node.effect === "write");
  const error = { kind: "cancelled" as const, code: "run_cancelled", message };
  emitOperation(turn, operation, { state: uncertain ? "unknown" : "failed", error: pending.error ?? error });
}

function waitForRetry(turn: Turn, pending: Pending, error: OperationError, delayMs: number): void {
  const dueMs = turn.ports.nowMs + delayMs;
  turn.state.pending = { ...pending, phase: "waiting", reason: "retry", dueMs, error };
  turn.state.phase = "waiting";
}

/** A write whose outcome nobody knows: the run, or the lane, stops here until a person decides. */
export function parkUnknown(turn: Turn, pending: Pending, error: OperationError): void {
  turn.state.pending = { ...pending, phase: "unknown", error };
  turn.state.phase = "parked";
  turn.state.parked = { error: locate(error, begunOf(turn, pending)) };
}

/** The operation has failed for good: its error route takes over, or the scenario's catch-all route, or the run ends. */
export function failOperation(turn: Turn, operation: Begun, error: OperationError): void {
  const { state } = turn;
  if (state.only !== undefined) return failRun(turn, operation, error);
  const frame: Frame = {
    ...createFrame(operation, "error", [{ error: toJson(error) }]),
    attempts: operation.attempt,
  };
  state.stack.push(frame);
  for (const edge of operation.node.error) {
    const result = passes(turn, edge);
    if (!result.ok || !result.passed) continue;
    emitOperation(turn, operation, { state: "handled", error });
    state.at = edge.to;
    return;
  }
  const caught = findCaught(turn);
  if (caught) {
    emitOperation(turn, operation, { state: "failed", error });
    return endByCatchAll(turn, caught);
  }
  if (catchAll(turn, operation, error)) return;
  emitOperation(turn, operation, { state: "failed", error });
  endRun(turn, { outcome: "failed", error: locate(error, operation) });
}

/** The frame of the catch-all route, while it runs. */
function findCaught(turn: Turn): Frame | undefined {
  return turn.state.stack.find((frame) => frame.kind === "caught");
}

/** The trigger's error route takes what no other error route has taken; false where there is none or its filter refuses. */
function catchAll(turn: Turn, operation: Begun, error: OperationError): boolean {
  const { state, plan } = turn;
  const trigger = requireNode(plan, plan.trigger);
  state.stack.push(createFrame({ node: trigger, path: operation.path }, "caught", [caughtBundle(error, operation)]));
  for (const edge of trigger.error) {
    const result = passes(turn, edge);
    if (!result.ok || !result.passed) continue;
    emitOperation(turn, operation, { state: "handled", error });
    state.at = edge.to;
    return true;
  }
  state.stack.pop();
  return false;
}

function caughtBundle(error: OperationError, operation: Begun): JsonValue {
  return { error: toJson(locate(error, operation)) };
}

/** The catch-all route came to its end without a directive, or failed itself: the run fails with what it has caught. */
export function endByCatchAll(turn: Turn, caught: Frame): void {
  endRun(turn, { outcome: "failed", error: errorOf(caught) });
}

/** Ends the run whatever error routes there are: for limits of the run itself. */
export function failRun(turn: Turn, operation: Begun, error: OperationError): void {
  emitOperation(turn, operation, { state: "failed", error });
  endRun(turn, { outcome: "failed", error: locate(error, operation) });
}

/** Carries out a directive for the nearest failed node above. */
export function direct(
  turn: Turn,
  operation: Begun,
  directive: { control: Directive; input: Record<string, JsonValue> },
): void {
  const { stack } = turn.state;
  const depth = stack.findLastIndex((frame) => frame.kind === "error");
  const failed = stack[depth];
  if (!failed) return failOperation(turn, operation, misplaced(operation));
  emitOperation(turn, operation, { state: "succeeded", output: null });
  stack.length = depth;
  switch (directive.control) {
    case "ignore":
      return;
    case "resume":
      return resume(turn, failed, directive.input.output ?? null);
    case "break":
      return breakOff(turn, failed, directive.input);
    case "commit":
      return endRun(turn, { outcome: "succeeded" });
    case "rollback":
      return endRun(turn, { outcome: "failed", error: located(failed) });
  }
}

type Directive = Extract<Control, "resume" | "ignore" | "break" | "commit" | "rollback">;

/** The failed node counts as done, with substitute output. */
function resume(turn: Turn, failed: Frame, output: JsonValue): void {
  const node = requireNode(turn.plan, failed.node);
  turn.state.stack.push(createFrame({ node, path: failed.path }, "bundles", [output]));
}

/** Parks the run where the node failed; it is performed again by the retry that follows, by itself or by hand. */
function breakOff(turn: Turn, failed: Frame, input: Record<string, JsonValue>): void {
  const { state } = turn;
  const known = state.broken?.node === failed.node && state.broken.path === failed.path ? state.broken : null;
  const breaks = (known?.breaks ?? 0) + 1;
  state.broken = { node: failed.node, path: failed.path, attempts: failed.attempts ?? 0, breaks };
  if (known?.changes) state.broken.changes = known.changes;
  state.at = failed.node;
  state.phase = "parked";
  const error = located(failed);
  // Nobody will want to go on with a dry run.
  if (state.dryRun) return endRun(turn, { outcome: "failed", error });
  const retries = numberOr(input.attempts, 0);
  state.parked = { error };
  if (breaks > retries) return;
  const delayMs = Math.min(numberOr(input.intervalSeconds, 900) * 1_000 * 2 ** (breaks - 1), MAX_BREAK_DELAY_MS);
  state.parked.retryAtMs = turn.ports.nowMs + delayMs;
}

const MAX_BREAK_DELAY_MS = 7 * 86_400_000;

function numberOr(value: JsonValue | undefined, otherwise: number): number {
  return typeof value === "number" && Number.isFinite(value) ? value : otherwise;
}

function located(failed: Frame): RunError {
  return { ...errorOf(failed), nodeId: failed.node, bundlePath: failed.path };
}

function errorOf(frame: Frame): OperationError {
  return (frame.bundles[0] as unknown as { error: OperationError }).error;
}

function locate(error: OperationError, operation: { node: { id: number }; path: string }): RunError {
  return { ...error, nodeId: operation.node.id, bundlePath: operation.path };
}

/** Errors are plain JSON apart from properties that are present and undefined. */
function toJson(error: OperationError): JsonValue {
  return Object.fromEntries(Object.entries(error).filter(([, value]) => value !== undefined));
}

function misplaced(operation: Begun): OperationError {
  return {
    kind: "invalid",
    code: "scenario_invalid",
    message: `"${operation.node.type}" works only at the end of an error route. Move it there, or remove it.`,
    notPerformed: true,
  };
}
