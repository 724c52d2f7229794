/**
 * The interpreter: takes a run from one point where the outside is needed to the next. Pure and deterministic: the same
 * plan, state, event and port answers give the same result, whether the state was kept in memory or read back from JSON.
 *
 * Invariants
 *  1. The environment at a node is exactly the current bundles of the frames on the stack; nothing else can be read.
 *  2. Bundles move depth first: whatever follows from a bundle is finished before the frame's next bundle begins.
 *  3. At most one operation is pending, and then nothing else happens until its result, timer, retry or cancel.
 *  4. An event that does not fit the state changes nothing (`accepted` is false): results are fenced by their operation
 *     and attempt.
 *  5. A `write` gets a second `perform` only when the first provably had no effect, its node allows repeating, or a
 *     person retries the parked run.
 *  6. Every operation that begins is emitted exactly once when it ends, and is then forgotten: the state holds what is
 *     left to do, never what is done.
 *  7. Exactly one `finish` ends a run, and no command follows it.
 *  8. `advance` changes neither the plan nor the state that it is given.
 */
import { resumeCall } from "./calls.ts";
import type { Command, Event, OperationRecord } from "./events.ts";
import { failAttempt, parkUnknown } from "./failures.ts";
import { beginLife, countParkedTime, endOverdue, failWhole } from "./lifetime.ts";
import { resolveParked, retryParked } from "./stopped.ts";
import { completeOperation, createFrame, followTopFrame } from "./flow.ts";
import { delayOutput, enterNode, perform } from "./nodes.ts";
import type { Plan } from "./plan.ts";
import type { Budget, Ports } from "./ports.ts";
import { copyState, type Pending, type RunState } from "./state.ts";
import { startNode } from "./singleNode.ts";
import {
  beginOperation,
  begunOf,
  emitOperation,
  endRun,
  requireNode,
  createTurn,
  waitUntil,
  drawSeed,
  type Turn,
} from "./turn.ts";
import { endWait, isAsking, skipAnswer, takeAnswer } from "./waits.ts";

export interface Advance {
  /** False where the event does not fit the state: then the state is unchanged, and there is nothing to do. */
  accepted: boolean;
  state: RunState;
  commands: Command[];
  /** Operations that ended, to be appended to the run's log. */
  operations: OperationRecord[];
}

/** Goes on with a run after an event, until the outside is needed, the run ends, or the budget is used up. */
export function advance(plan: Plan, state: RunState, event: Event, host: { ports: Ports; budget: Budget }): Advance {
  const turn = createTurn(plan, copyState(state), host.ports, host.budget);
  if (!accept(turn, event)) return { accepted: false, state, commands: [], operations: [] };
  countParkedTime(turn);
  endOverdue(turn);
  while (turn.state.phase === "ready") {
    if (turn.stepsLeft <= 0) {
      turn.commands.push({ kind: "pause" });
      break;
    }
    if (turn.state.at !== null) enterNode(turn, turn.state.at);
    else followTopFrame(turn);
  }
  countParkedTime(turn);
  return { accepted: true, state: turn.state, commands: turn.commands, operations: turn.operations };
}

/** Applies the event; false where it does not fit the state. */
function accept(turn: Turn, event: Event): boolean {
  const { phase, pending } = turn.state;
  switch (event.kind) {
    case "start":
      return phase === "new" && start(turn, event);
    case "startNode":
      return phase === "new" && startNode(turn, event);
    case "continue":
      return phase === "ready";
    case "result":
      return applyResult(turn, event);
    case "lost":
      return loseAttempt(turn, event);
    case "resumed":
      return resumeCall(turn, event);
    case "timer":
      return phase === "waiting" && pending !== null && pending.reason !== "call" && wake(turn, pending);
    case "retry":
      return phase === "parked" && retryParked(turn, event);
    case "resolve":
      return phase === "parked" && resolveParked(turn, event);
    case "deferred":
      return defer(turn, event);
    case "release":
      return phase === "waiting" && pending !== null && release(turn, pending);
    case "limit":
      if (phase === "ended") return false;
      failWhole(turn, event.error);
      return true;
    case "answer":
      return takeAnswer(turn, event);
    case "skip":
      return skipAnswer(turn, event);
    case "cancel":
      return phase !== "ended" && cancel(turn);
  }
}

function start(turn: Turn, event: Extract<Event, { kind: "start" }>): true {
  turn.state.phase = "ready";
  turn.state.seed = drawSeed(turn);
  beginLife(turn);
  if (event.dryRun) turn.state.dryRun = true;
  const operation = beginOperation(turn, requireNode(turn.plan, turn.plan.trigger));
  emitOperation(turn, operation, { state: "succeeded", output: event.bundle });
  turn.state.stack.push(createFrame(operation, "event", [event.bundle]));
  return true;
}

/** The pending operation, if it is the one that an event is about. */
function underWay(turn: Turn, event: { operationId: number; attempt: number }): Pending | null {
  const { phase, pending } = turn.state;
  const isSame = pending?.id === event.operationId && pending.attempt === event.attempt;
  return phase === "performing" && isSame ? pending : null;
}

function applyResult(turn: Turn, event: Extract<Event, { kind: "result" }>): boolean {
  const pending = underWay(turn, event);
  if (!pending) return false;
  const { outcome, startedAtMs, endedAtMs } = event;
  if (event.simulated) pending.simulated = event.simulated;
  const record = { number: event.attempt, startedAt: startedAtMs, durationMs: Math.max(0, endedAtMs - startedAtMs) };
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

/** How often an operation may lose its performer before it counts as failed: one that kills its host must not go on. */
const MAX_LOST = 5;

function loseAttempt(turn: Turn, event: Extract<Event, { kind: "lost" }>): boolean {
  const pending = underWay(turn, event);
  if (!pending) return false;
  const node = requireNode(turn.plan, pending.node);
  const error = {
    kind: "internal" as const,
    code: "action_result_lost",
    message: "The process that performed this operation ended before its result was stored.",
  };
  const durationMs = Math.max(0, turn.ports.nowMs - pending.attemptAt);
  pending.attempts.push({ number: pending.attempt, startedAt: pending.attemptAt, durationMs, error });
  pending.lost += 1;
  if (node.effect === "write" && node.whenUnknown === "ask") parkUnknown(turn, pending, error);
  else if (pending.lost > MAX_LOST) failAttempt(turn, pending, { ...error, kind: "terminal" });
  // A lost attempt says nothing about the service: it does not count against the policy.
  else perform(turn, { ...pending, firstAttempt: pending.firstAttempt + 1 }, "next");
  return true;
}

function wake(turn: Turn, pending: Pending): true {
  const { dueMs = 0, reason = "delay" } = pending;
  if (turn.ports.nowMs < dueMs) {
    waitUntil(turn, { dueMs, reason: reason === "call" ? "delay" : reason });
    return true;
  }
  if (release(turn, pending)) return true;
  if (isAsking(pending)) {
    endWait(turn, pending);
    return true;
  }
  turn.state.pending = null;
  turn.state.phase = "ready";
  completeOperation(turn, begunOf(turn, pending), delayOutput(turn, pending));
  return true;
}

/** The attempt was not made: the next one stands in its place, and counts instead of it. */
function defer(turn: Turn, event: Extract<Event, { kind: "deferred" }>): boolean {
  const pending = underWay(turn, event);
  if (!pending) return false;
  const { untilMs: dueMs, reason } = event;
  // Whoever was to perform it is alive: what was lost before says nothing any more.
  const waiting = { phase: "waiting" as const, reason, dueMs, lost: 0 };
  turn.state.pending = { ...pending, ...waiting, firstAttempt: pending.firstAttempt + 1 };
  turn.state.phase = "waiting";
  waitUntil(turn, { dueMs, reason });
  return true;
}

/** Performs what waits for its next attempt; false for other waits. */
function release(turn: Turn, pending: Pending): boolean {
  if (pending.reason !== "retry" && pending.reason !== "breaker") return false;
  perform(turn, pending, "next");
  return true;
}

function cancel(turn: Turn): true {
  const { pending } = turn.state;
  if (pending) {
    const operation = begunOf(turn, pending);
    const uncertain =
      pending.phase === "unknown" || (pending.phase === "performing" && operation.node.effect === "write");
    const error = { kind: "cancelled" as const, code: "run_cancelled", message: "The run was stopped." };
    emitOperation(turn, operation, { state: uncertain ? "unknown" : "failed", error: pending.error ?? error });
  }
  endRun(turn, { outcome: "cancelled" });
  return true;
}
