/** How a parked run goes on: what persons decide about the operation at which it stopped. */
import type { JsonValue, NodeId, OperationError } from "@patchbay/core";
import type { Decision, Event } from "./events.ts";
import { completeOperation } from "./flow.ts";
import { perform } from "./nodes.ts";
import { lanesOf } from "./pending.ts";
import type { Plan } from "./plan.ts";
import type { Ports } from "./ports.ts";
import { copyState, type Broken, type Pending, type RunState } from "./state.ts";
import { beginOperation, begunOf, createTurn, evaluateInput, requireNode, type Begun, type Turn } from "./turn.ts";

type Changes = Record<string, JsonValue>;
type Retry = Extract<Event, { kind: "retry" }>;

/** A parked run goes on where it stopped: at an `unknown` operation, or at the node that `error.break` gave up. */
export function retryParked(turn: Turn, event: Retry): true {
  const { pending } = turn.state;
  delete turn.state.parked;
  if (pending) retryUnknown(turn, pending, event);
  else retryBroken(turn, event);
  return true;
}

function retryUnknown(turn: Turn, pending: Pending, event: Retry): void {
  const decision = decide(turn, event, event.changes && fieldsOf(pending.input, event.changes));
  const input = { ...pending.input, ...event.changes };
  perform(turn, { ...pending, input, decisions: [...(pending.decisions ?? []), decision] }, "first");
}

function retryBroken(turn: Turn, event: Retry): void {
  const { broken } = turn.state;
  turn.state.phase = "ready";
  if (!broken) return;
  const before = event.changes && fieldsOf(inputAt(turn, broken).input, event.changes);
  const changed = event.changes && { changes: { ...broken.changes, ...event.changes } };
  turn.state.broken = { ...broken, ...changed, decisions: [...(broken.decisions ?? []), decide(turn, event, before)] };
}

/** The operation counts as done, with an output that somebody gives: it is not performed. */
export function resolveParked(turn: Turn, event: Extract<Event, { kind: "resolve" }>): boolean {
  const { pending, broken } = turn.state;
  const operation = pending ? begunOf(turn, pending) : broken && inputAt(turn, broken).operation;
  if (!operation) return false;
  const decision: Decision = { kind: "done", atMs: turn.ports.nowMs, ...(event.by !== undefined && { by: event.by }) };
  operation.decisions = [...((pending ?? broken)?.decisions ?? []), decision];
  if (broken && !pending) beginAgain(turn, operation);
  turn.state.at = null;
  turn.state.pending = null;
  turn.state.phase = "ready";
  delete turn.state.parked;
  completeOperation(turn, operation, event.output);
  return true;
}

/** `inputAt` works on a copy: what it began counts from here on. */
function beginAgain(turn: Turn, operation: Begun): void {
  const { id, startedAt } = beginOperation(turn, operation.node);
  operation.id = id;
  operation.startedAt = startedAt;
}

function decide(turn: Turn, { by, changes }: Retry, before: Changes | undefined): Decision {
  const kind = by === undefined ? "automatic" : changes ? "edited" : "retried";
  return { kind, atMs: turn.ports.nowMs, ...(by !== undefined && { by }), ...(before && { before }) };
}

/** The fields that are about to change, as they were; those that were empty are null. */
function fieldsOf(input: Changes | null, changes: Changes): Changes | undefined {
  if (input === null) return undefined;
  return Object.fromEntries(Object.keys(changes).map((field) => [field, input[field] ?? null]));
}

/** Where the operation is one that was broken off: takes over what was decided, and gives the fields that were replaced. */
export function takeDecisions(turn: Turn, operation: Begun): Changes | undefined {
  const { broken } = turn.state;
  if (broken?.node !== operation.node.id || broken.path !== operation.path) return undefined;
  const { decisions, ...rest } = broken;
  if (decisions) operation.decisions = decisions;
  turn.state.broken = rest;
  return broken.changes;
}

/** The operation that would follow a retry, evaluated on a copy. `input` is null where a formula fails. */
function inputAt(
  turn: Turn,
  broken: Broken,
  changes?: Changes,
): { operation: Begun; input: Changes | null; error: OperationError | null } {
  const copy: Turn = { ...turn, state: copyState(turn.state), commands: [], operations: [] };
  const operation = beginOperation(copy, requireNode(turn.plan, broken.node));
  const merged = changes || broken.changes ? { ...broken.changes, ...changes } : undefined;
  const error = evaluateInput(copy, operation, merged);
  return { operation, input: error ? null : operation.input, error };
}

/** The operation at which a parked run stopped; of several lanes, the first. */
export interface StoppedOperation {
  nodeId: NodeId;
  bundlePath: string;
  type: string;
  typeVersion: number;
  /** `unknown`: nobody knows whether it was performed. `broken`: it failed, and `error.break` kept the run. */
  reason: "unknown" | "broken";
  /** The input that a retry with `changes` would perform it with; null where a formula fails. */
  input: Record<string, JsonValue> | null;
  error: OperationError | null;
}

/** Tells where a parked run stopped and what a retry would do there; null for a run that is not parked. Changes nothing. */
export function stoppedOperation(
  plan: Plan,
  state: RunState,
  args: { ports: Ports; changes?: Record<string, JsonValue> },
): StoppedOperation | null {
  if (state.phase !== "parked") return null;
  const lane = lanesOf(state).find(({ phase }) => phase === "parked");
  if (lane) return stoppedOperation(plan, { ...state, ...lane, stack: [...state.stack, ...lane.stack] }, args);
  const { pending, broken } = state;
  const stopped = pending ?? broken;
  if (!stopped) return null;
  const { type, typeVersion } = requireNode(plan, stopped.node);
  const place = { nodeId: stopped.node, bundlePath: stopped.path, type, typeVersion };
  if (pending) return { ...place, reason: "unknown", input: { ...pending.input, ...args.changes }, error: null };
  const turn = createTurn(plan, state, args.ports, { steps: 1 });
  const { input, error } = inputAt(turn, stopped as Broken, args.changes);
  return { ...place, reason: "broken", input, error };
}
