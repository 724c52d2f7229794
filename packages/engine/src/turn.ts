import {
  evaluateConfig,
  evaluateConfigWith,
  type JsonValue,
  type MissingValue,
  type NodeId,
  type OperationError,
  type Scope,
} from "@patchbay/core";
import type { AttemptRecord, Command, Decision, OperationRecord, OperationState, RunEnd, Simulated } from "./events.ts";
import type { Plan, PlanNode } from "./plan.ts";
import type { Budget, Ports } from "./ports.ts";
import { lanesOf } from "./pending.ts";
import type { Frame, Pending, RunState, Strand } from "./state.ts";
import { addressOf } from "./waits.ts";

/** One `advance` while it works: a state of its own to change, and what comes of it. */
export interface Turn {
  plan: Plan;
  /** The run's state; while a lane goes on, the lane's strand stands in it in place of the run's own (`inLane`). */
  state: RunState;
  ports: Ports;
  stepsLeft: number;
  commands: Command[];
  operations: OperationRecord[];
  /** Lanes of the whole run that are on their way. */
  openLanes: number;
}

/** An operation that has begun and not ended. */
export interface Begun {
  id: number;
  node: PlanNode;
  path: string;
  startedAt: number;
  input: Record<string, JsonValue> | null;
  missing?: MissingValue[];
  attempts: AttemptRecord[];
  /** The number of the latest attempt. */
  attempt: number;
  decisions?: Decision[];
  simulated?: Simulated;
}

export function createTurn(plan: Plan, state: RunState, ports: Ports, budget: Budget): Turn {
  const stepsLeft = Math.max(0, budget.steps);
  return { plan, state, ports, stepsLeft, commands: [], operations: [], openLanes: countOpenLanes(state) };
}

/** Whether the lane holds one of the places that there are for lanes: a parked one does. */
export const isOpen = ({ phase }: Strand): boolean => phase !== "done" && phase !== "ended";

function countOpenLanes(strand: Strand): number {
  let count = 0;
  for (const lane of lanesOf(strand)) count += (isOpen(lane) ? 1 : 0) + countOpenLanes(lane);
  return count;
}

/** What decides a run's chance: two numbers of 52 bits each, as text. */
export function drawSeed({ ports }: Turn): string {
  const part = () => Math.floor(ports.random() * 2 ** 52).toString(36);
  return `${part()}-${part()}`;
}

/** The plan's node. Throws where state and plan do not belong together, which pinning rules out. */
export function requireNode(plan: Plan, id: NodeId): PlanNode {
  const node = plan.nodes.get(id);
  if (!node) throw new Error(`The plan has no node ${id}: state and plan do not belong together.`);
  return node;
}

export function topFrame(state: Pick<RunState, "stack">): Frame | undefined {
  return state.stack[state.stack.length - 1];
}

/** The nearest frame of the node, error frames included. */
export function findFrame(state: RunState, node: NodeId): Frame | undefined {
  for (let i = state.stack.length - 1; i >= 0; i--) {
    const frame = state.stack[i];
    if (frame?.node === node) return frame;
  }
  return undefined;
}

/**
 * What formulas see at this moment: the current bundle of each frame on the stack. `place` names the operation or edge
 * within its run: whoever evaluates its formulas again draws the same by chance.
 */
export function scopeOf(turn: Turn, place: () => string): Scope {
  const { state, ports } = turn;
  const scope: Scope = {
    nowMs: ports.nowMs,
    getSeed: () => `${state.seed}/${place()}`,
    getBundle(nodeId) {
      const frame = findFrame(state, nodeId);
      return frame ? currentBundle(state, frame) : undefined;
    },
  };
  if (ports.timeZone !== undefined) scope.timeZone = ports.timeZone;
  if (turn.plan.asks) scope.getAddress = (kind, nodeId) => addressOf(turn, kind, nodeId);
  return scope;
}

function currentBundle(state: RunState, frame: Frame): JsonValue | undefined {
  const bundle = frame.bundles[frame.index];
  if (bundle === undefined || frame.kind === "skipped") return undefined;
  if (frame.kind === "caught") return withEvent(state, bundle);
  if (frame.kind !== "items") return bundle;
  const total = frame.lane ? frame.lane.total : frame.offset + frame.bundles.length;
  return { value: bundle, index: frame.offset + frame.index + 1, total };
}

/** On the catch-all route the trigger's bundle has the error beside its own fields. */
function withEvent(state: RunState, caught: JsonValue): JsonValue {
  const event = state.stack[0]?.bundles[0];
  const isObject = (value: JsonValue | undefined) =>
    typeof value === "object" && value !== null && !Array.isArray(value);
  return isObject(event) && isObject(caught) ? { ...(event as object), ...(caught as object) } : caught;
}

/** The bundle path of operations below the top frame: iterators add the number of their current bundle. */
export function childPath(state: Pick<RunState, "stack">): string {
  const frame = topFrame(state);
  if (!frame) return "1";
  return frame.kind === "items" || frame.numbered ? `${frame.path}.${frame.offset + frame.index + 1}` : frame.path;
}

export function beginOperation(turn: Turn, node: PlanNode, path = childPath(turn.state)): Begun {
  turn.state.operationCount += 1;
  turn.state.lastOperationId += 1;
  return {
    id: turn.state.lastOperationId,
    node,
    path,
    startedAt: turn.ports.nowMs,
    input: null,
    attempts: [],
    attempt: 0,
  };
}

/** The operation of a pending one, to end it. */
export function begunOf(turn: Turn, pending: Pending): Begun {
  const begun: Begun = {
    id: pending.id,
    node: requireNode(turn.plan, pending.node),
    path: pending.path,
    startedAt: pending.startedAt,
    input: pending.input,
    attempts: pending.attempts,
    attempt: pending.attempt,
  };
  if (pending.missing) begun.missing = pending.missing;
  if (pending.decisions) begun.decisions = pending.decisions;
  if (pending.simulated) begun.simulated = pending.simulated;
  return begun;
}

/** Evaluates the node's config into the operation's input; fields in `changes` are taken from there. */
export function evaluateInput(
  turn: Turn,
  operation: Begun,
  changes?: Record<string, JsonValue>,
): OperationError | null {
  const { config } = operation.node;
  const scope = scopeOf(turn, () => `${operation.node.id}:${operation.path}`);
  const result = changes ? evaluateConfigWith(config, scope, changes) : evaluateConfig(config, scope);
  if (!result.ok) return result.error;
  operation.input = result.value;
  if (result.missing.length > 0) operation.missing = result.missing;
  return null;
}

/** Hands the ended operation to the host; the engine forgets it. */
export function emitOperation(
  turn: Turn,
  operation: Begun,
  ended: { state: OperationState; output?: JsonValue; error?: OperationError },
): void {
  const record: OperationRecord = {
    id: operation.id,
    nodeId: operation.node.id,
    bundlePath: operation.path,
    state: ended.state,
    input: operation.input,
    output: ended.output ?? null,
    error: ended.error ?? null,
    attempts: operation.attempts.length > 0 ? operation.attempts : [soleAttempt(turn, operation, ended.error)],
    startedAt: operation.startedAt,
    durationMs: Math.max(0, turn.ports.nowMs - operation.startedAt),
  };
  if (operation.missing) record.missing = operation.missing;
  if (operation.decisions) record.decisions = operation.decisions;
  if (operation.simulated) record.simulated = operation.simulated;
  turn.operations.push(record);
}

function soleAttempt(turn: Turn, operation: Begun, error: OperationError | undefined): AttemptRecord {
  const { startedAt } = operation;
  const attempt: AttemptRecord = { number: 1, startedAt, durationMs: Math.max(0, turn.ports.nowMs - startedAt) };
  return error ? { ...attempt, error } : attempt;
}

/** Ends the run. Keeps only what the run page needs of the state. In a lane, the run ends once the lanes before it are done. */
export function endRun(turn: Turn, end: RunEnd): void {
  const { state } = turn;
  state.phase = "ended";
  state.stack = [];
  state.at = null;
  state.pending = null;
  state.broken = null;
  state.end = end;
}
