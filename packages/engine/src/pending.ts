/** What of a run is under way, for hosts that look at its state from outside. */
import { commandOfCall } from "./calls.ts";
import type { CallCommand, OperationRecord, PerformCommand, WaitReason } from "./events.ts";
import type { Plan, PlanNode } from "./plan.ts";
import type { Lane, Pending, RunState, Strand } from "./state.ts";

/** The lanes on top of the strand, in the order of their bundles; none where it goes on by itself. */
export function lanesOf(strand: Strand): readonly Lane[] {
  return strand.stack[strand.stack.length - 1]?.parallel?.lanes ?? [];
}

/** The strands that go on by themselves: the run's own, or, where it has lanes, those of the lanes. */
export function leavesOf(strand: Strand): Strand[] {
  const lanes = lanesOf(strand);
  return lanes.length === 0 ? [strand] : lanes.flatMap(leavesOf);
}

/** The operations under way, in the order of their bundles: at most one in each lane. */
export function pendingsOf(strand: Strand): Pending[] {
  const lanes = lanesOf(strand);
  if (lanes.length > 0) return lanes.flatMap(pendingsOf);
  return strand.pending ? [strand.pending] : [];
}

/** The attempts that are with the host: for one that stored the state and performs later, or whose performer is gone. */
export function pendingCommands(plan: Plan, state: RunState): PerformCommand[] {
  return pendingsOf(state).flatMap((pending) => {
    const node = plan.nodes.get(pending.node);
    return node && pending.phase === "performing" ? (performCommand(node, pending) ?? []) : [];
  });
}

/** The command for the pending attempt; null for a node without an effect. */
export function performCommand(node: PlanNode, pending: Pending): PerformCommand | null {
  if (node.effect === "pure") return null;
  const command: PerformCommand = {
    kind: "perform",
    operationId: pending.id,
    nodeId: node.id,
    bundlePath: pending.path,
    type: node.type,
    typeVersion: node.typeVersion,
    input: pending.input,
    effect: node.effect,
    attempt: pending.attempt,
    timeoutMs: node.timeoutMs,
  };
  if (node.connectionId !== undefined) command.connectionId = node.connectionId;
  if (node.whenUnavailable === "fail") command.whenUnavailable = "fail";
  return command;
}

/** The calls that the run waits for: for a host that looks after what it stored before. */
export function pendingCalls(state: RunState): CallCommand[] {
  return pendingsOf(state).flatMap((pending) =>
    pending.phase === "waiting" && pending.reason === "call" ? [commandOfCall(pending)] : [],
  );
}

/** What the run waits for that comes by itself at a time. */
export interface Timer {
  dueMs: number;
  reason: WaitReason;
}

/** The earliest timer of all lanes: a wait's, or of one that broke off and tries again by itself. Null where there is none. */
export function earliestTimer(strand: Strand): Timer | null {
  let earliest: Timer | null = null;
  for (const { phase, pending, parked } of leavesOf(strand)) {
    const dueMs = phase === "waiting" ? pending?.dueMs : phase === "parked" ? parked?.retryAtMs : undefined;
    if (dueMs === undefined || (earliest && earliest.dueMs <= dueMs)) continue;
    const reason = pending?.reason ?? "retry";
    earliest = { dueMs, reason: reason === "call" ? "delay" : reason };
  }
  return earliest;
}

/** The operations under way as the run page shows them. */
export function pendingOperations(state: RunState, nowMs: number): OperationRecord[] {
  return pendingsOf(state).map((pending) => describePending(pending, nowMs));
}

function describePending(pending: Pending, nowMs: number): OperationRecord {
  const record: OperationRecord = {
    id: pending.id,
    nodeId: pending.node,
    bundlePath: pending.path,
    state: pending.phase === "performing" ? "running" : pending.phase,
    input: pending.input,
    output: null,
    error: pending.error ?? null,
    attempts: pending.attempts,
    startedAt: pending.startedAt,
    durationMs: Math.max(0, nowMs - pending.startedAt),
  };
  if (pending.missing) record.missing = pending.missing;
  if (pending.decisions) record.decisions = pending.decisions;
  if (pending.simulated) record.simulated = pending.simulated;
  return record;
}
