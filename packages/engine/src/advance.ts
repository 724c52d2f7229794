/**
 * The interpreter: takes a run from one point where the outside is needed to the next. Pure and deterministic: the same
 * plan, state, event and port answers give the same result, whether the state was kept in memory or read back from JSON.
 *
 * Invariants
 *  1. The environment at a node is exactly the current bundles of the frames on the stack; nothing else can be read.
 *  2. Bundles move depth first: whatever follows from a bundle is finished before the frame's next bundle begins.
 *  3. At most one operation is pending in each strand (the run's own, or a lane's), and then nothing else happens there until its
 *     result, timer, retry or cancel.
 *  4. An event that does not fit the state changes nothing (`accepted` is false): results are fenced by their operation
 *     and attempt.
 *  5. A `write` gets a second `perform` only when the first provably had no effect, its node allows repeating, or a
 *     person retries the parked run.
 *  6. Every operation that begins is emitted exactly once when it ends, and is then forgotten: the state holds what is
 *     left to do, never what is done.
 *  7. Exactly one `finish` ends a run, and no command follows it.
 *  8. `advance` changes neither the plan nor the state that it is given.
 *  9. Bundles processed side by side lead to the same end as one after the other, for the same results of effects.
 */
import { resumeCall } from "./calls.ts";
import type { Command, Event, OperationRecord, RunEnd } from "./events.ts";
import { endUnfinished, failAttempt, parkUnknown } from "./failures.ts";
import { beginLife, countParkedTime, endOverdue, failWhole } from "./lifetime.ts";
import { resolveParked, retryParked } from "./stopped.ts";
import { completeOperation, createFrame, goOn } from "./flow.ts";
import { deliverToLanes, endStopped, notMade } from "./lanes.ts";
import { delayOutput, perform } from "./nodes.ts";
import { earliestTimer, lanesOf, leavesOf, pendingsOf } from "./pending.ts";
import type { Plan } from "./plan.ts";
import type { Budget, Ports } from "./ports.ts";
import { copyState, type Lane, type Pending, type RunState } from "./state.ts";
import { startNode } from "./singleNode.ts";
import {
  beginOperation,
  begunOf,
  emitOperation,
  endRun,
  requireNode,
  createTurn,
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
  goOn(turn);
  countParkedTime(turn);
  const standing = standingOf(turn.state);
  if (standing) turn.commands.push(standing);
  return { accepted: true, state: turn.state, commands: turn.commands, operations: turn.operations };
}

/** The command that says how the run stands; null while it only waits for what the host performs. */
function standingOf(state: RunState): Command | null {
  const { phase, end, returned, deadlineMs = Infinity } = state;
  if (phase === "ready") return { kind: "pause" };
  if (phase === "ended") return end ? finish(end, returned) : null;
  if (phase === "performing" && lanesOf(state).length === 0) return null;
  const timer = earliestTimer(state);
  if (phase === "parked") {
    const parked = leavesOf(state).find((leaf) => leaf.phase === "parked")?.parked;
    return parked ? { kind: "park", error: parked.error, ...(timer && { retryAtMs: timer.dueMs }) } : null;
  }
  // Never beyond the end of the run's life.
  return timer && { kind: "wait", dueMs: Math.min(timer.dueMs, deadlineMs), reason: timer.reason };
}

function finish(end: RunEnd, returned: RunState["returned"]): Command {
  if (end.outcome === "failed") return { kind: "finish", outcome: "failed", error: end.error };
  if (end.outcome === "cancelled" || !returned) return { kind: "finish", outcome: end.outcome };
  return { kind: "finish", outcome: "succeeded", returned };
}

/** Applies the event, where the run has lanes to those that it is for; false where it does not fit the state. */
function accept(turn: Turn, event: Event): boolean {
  const { phase } = turn.state;
  switch (event.kind) {
    case "start":
      return phase === "new" && start(turn, event);
    case "startNode":
      return phase === "new" && startNode(turn, event);
    case "continue":
      return phase === "ready";
    case "limit":
      if (phase === "ended") return false;
      failWhole(turn, event.error);
      return true;
    case "cancel":
      return phase !== "ended" && cancel(turn);
    default:
      return lanesOf(turn.state).length > 0 ? acceptInLanes(turn, event) : acceptHere(turn, event);
  }
}

/** An event that is for one strand, or for each that it fits. */
type StrandEvent = Exclude<Event, { kind: "start" | "startNode" | "continue" | "limit" | "cancel" }>;

function acceptHere(turn: Turn, event: StrandEvent): boolean {
  const { phase, pending, parked } = turn.state;
  switch (event.kind) {
    case "result":
      return applyResult(turn, event);
    case "lost":
      return loseAttempt(turn, event);
    case "resumed":
      return resumeCall(turn, event);
    case "deferred":
      return defer(turn, event);
    case "timer":
      if (parked) return parked.retryAtMs !== undefined && tryAgain(turn, parked.retryAtMs);
      return phase === "waiting" && pending !== null && wake(turn, pending);
    case "release":
      return phase === "waiting" && pending !== null && release(turn, pending);
    case "retry":
      return phase === "parked" && retryParked(turn, event);
    case "resolve":
      return phase === "parked" && resolveParked(turn, event);
    case "answer":
      return takeAnswer(turn, event);
    case "skip":
      return skipAnswer(turn, event);
  }
}

function acceptInLanes(turn: Turn, event: StrandEvent): boolean {
  const deliver = () => accept(turn, event);
  switch (event.kind) {
    case "timer":
    case "release":
      return deliverToLanes(turn, { isFor: () => true, deliver });
    case "retry":
    case "resolve":
      return turn.state.phase === "parked" && decideInLanes(turn, event);
    default: {
      const isFor = (lane: Lane) => pendingsOf(lane).some(({ id }) => id === event.operationId);
      return deliverToLanes(turn, { isFor, deliver });
    }
  }
}

/** What a person says about one operation is about the first at which the run stopped; time is up for each lane on its own. */
function decideInLanes(turn: Turn, event: Extract<Event, { kind: "retry" | "resolve" }>): boolean {
  const isParked = ({ phase }: Lane) => phase === "parked";
  if (event.kind === "retry" && event.by === undefined) {
    deliverToLanes(turn, { isFor: isParked, deliver: () => accept(turn, { kind: "timer" }) });
    return true;
  }
  const isForAll = event.kind === "retry" && !event.changes;
  const first = lanesOf(turn.state).find(isParked);
  const isFor = (lane: Lane) => isParked(lane) && (isForAll || lane === first);
  return deliverToLanes(turn, { isFor, deliver: () => accept(turn, event) });
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
  if (turn.state.stopped) endStopped(turn, pending, outcome);
  else if (!outcome.ok) failAttempt(turn, pending, outcome.error);
  else {
    turn.state.pending = null;
    turn.state.phase = "ready";
    completeOperation(turn, begunOf(turn, pending), outcome.output);
  }
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
  if (turn.state.stopped) endStopped(turn, pending, { ok: false, error });
  else if (node.effect === "write" && node.whenUnknown === "ask") parkUnknown(turn, pending, error);
  else if (pending.lost > MAX_LOST) failAttempt(turn, pending, { ...error, kind: "terminal" });
  // A lost attempt says nothing about the service: it does not count against the policy.
  else perform(turn, { ...pending, firstAttempt: pending.firstAttempt + 1 }, "next");
  return true;
}

/** What `error.break` gave up is performed again by itself, when its time has come. */
function tryAgain(turn: Turn, retryAtMs: number): true {
  return turn.ports.nowMs < retryAtMs || retryParked(turn, { kind: "retry" });
}

/** Too early, it changes nothing, and the run asks for the rest of the wait. No time ends the wait for a called run. */
function wake(turn: Turn, pending: Pending): true {
  if (pending.reason === "call" || turn.ports.nowMs < (pending.dueMs ?? 0)) return true;
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
  if (turn.state.stopped) {
    endStopped(turn, pending, notMade);
    return true;
  }
  const { untilMs: dueMs, reason } = event;
  // Whoever was to perform it is alive: what was lost before says nothing any more.
  const waiting = { phase: "waiting" as const, reason, dueMs, lost: 0 };
  turn.state.pending = { ...pending, ...waiting, firstAttempt: pending.firstAttempt + 1 };
  turn.state.phase = "waiting";
  return true;
}

/** Performs what waits for its next attempt; false for other waits. */
function release(turn: Turn, pending: Pending): boolean {
  if (pending.reason !== "retry" && pending.reason !== "breaker") return false;
  perform(turn, pending, "next");
  return true;
}

function cancel(turn: Turn): true {
  for (const pending of pendingsOf(turn.state)) endUnfinished(turn, pending, "The run was stopped.");
  endRun(turn, { outcome: "cancelled" });
  return true;
}
