/**
 * Waiting for an answer from outside: a person's approval, or an event. The address at which a Wait node is answered can be asked for
 * before the run gets there, so it follows from what is known by then: the run's secret seed, the node, and the bundle path
 * that its operation will have. The host makes the token of it, with a key that is not in the state.
 */
import type { AddressKind, JsonValue, NodeId } from "@patchbay/core";
import { failOperation } from "./failures.ts";
import { completeOperation } from "./flow.ts";
import type { AskCommand, Event } from "./events.ts";
import { pendingsOf } from "./pending.ts";
import type { Pending, RunState } from "./state.ts";
import { begunOf, childPath, type Turn } from "./turn.ts";

/** Names an operation that can be answered, as its token is made of it. Secret: it holds the run's seed. */
export function waitName(state: RunState, operation: { nodeId: NodeId; bundlePath: string }): string {
  return `${state.seed}/wait ${operation.nodeId}:${operation.bundlePath}`;
}

/** The address of a Wait node further on; `undefined` where the node is none, or the host has no addresses. */
export function addressOf(turn: Turn, kind: AddressKind, nodeId: NodeId): string | undefined {
  const { addresses } = turn.ports;
  const readable = turn.plan.nodes.get(nodeId)?.readable;
  if (!addresses || !readable) return undefined;
  const bundlePath = pathOfLater(turn.state, readable);
  // Addresses of one run are all made with the same key, also when the host begins to use another one meanwhile.
  const keyId = (turn.state.addressKey ??= addresses.keyId);
  const isKnown = turn.commands.some(
    (command) => command.kind === "expect" && command.nodeId === nodeId && command.bundlePath === bundlePath,
  );
  if (!isKnown) turn.commands.push({ kind: "expect", nodeId, bundlePath });
  return addresses.makeUrl(kind, { name: waitName(turn.state, { nodeId, bundlePath }), keyId });
}

/**
 * The bundle path of a later operation: that below the deepest frame which will still be there. What comes between adds nothing to
 * it; `checkAddresses` sees to that.
 */
function pathOfLater(state: RunState, readable: ReadonlySet<NodeId>): string {
  const depth = state.stack.findLastIndex((frame) => readable.has(frame.node));
  return childPath({ stack: state.stack.slice(0, depth + 1) });
}

/** Begins to wait; the host keeps the answer of whoever was quicker, and hands it in at once. */
export function waitForAnswer(turn: Turn, pending: Pending): void {
  const { input } = pending;
  const seconds = typeof input.timeoutSeconds === "number" ? Math.max(0, input.timeoutSeconds) : 0;
  const dueMs = turn.ports.nowMs + Math.round(seconds * 1_000);
  const reason = input.kind === "event" ? "event" : "approval";
  const waiting: Pending = { ...pending, phase: "waiting", reason, dueMs };
  turn.state.pending = waiting;
  turn.state.phase = "waiting";
  turn.commands.push(askCommand(waiting));
}

/** What the run asks for while it waits, in the order of its bundles: at most one thing in each lane. */
export function pendingAsks(state: RunState): AskCommand[] {
  return pendingsOf(state).flatMap((pending) => (isAsking(pending) ? [askCommand(pending)] : []));
}

const askCommand = ({ id, node, path, input, dueMs = 0 }: Pending): AskCommand => ({
  kind: "ask",
  operationId: id,
  nodeId: node,
  bundlePath: path,
  dueMs,
  input,
});

/** The operation that waits for an answer, if it is the one that an event is about. */
function asked(turn: Turn, operationId: number): Pending | null {
  const { phase, pending } = turn.state;
  return phase === "waiting" && pending?.id === operationId && isAsking(pending) ? pending : null;
}

export const isAsking = ({ phase, reason }: Pick<Pending, "phase" | "reason">): boolean =>
  phase === "waiting" && (reason === "event" || reason === "approval");

/** Goes on with an answer that came in time; at the very moment that the time is over, it is too late. */
export function takeAnswer(turn: Turn, event: Extract<Event, { kind: "answer" }>): boolean {
  const pending = asked(turn, event.operationId);
  if (!pending || event.atMs >= (pending.dueMs ?? 0)) return false;
  goOn(turn, pending, { ...event.answer, timedOut: false });
  return true;
}

/** A person goes on without an answer, whatever the node does when its time is over. */
export function skipAnswer(turn: Turn, event: { operationId: number }): boolean {
  const pending = asked(turn, event.operationId);
  if (!pending) return false;
  goOn(turn, pending, withoutAnswer(pending));
  return true;
}

/** The time is over and nobody has answered. */
export function endWait(turn: Turn, pending: Pending): void {
  if (pending.input.onTimeout !== "fail") return goOn(turn, pending, withoutAnswer(pending));
  const operation = begunOf(turn, pending);
  turn.state.pending = null;
  turn.state.phase = "ready";
  failOperation(turn, operation, {
    kind: "timeout",
    code: "wait_timed_out",
    message: "Nobody answered in time.",
    notPerformed: true,
  });
}

function goOn(turn: Turn, pending: Pending, output: JsonValue): void {
  turn.state.pending = null;
  turn.state.phase = "ready";
  completeOperation(turn, begunOf(turn, pending), output);
}

function withoutAnswer({ reason }: Pending): JsonValue {
  const nobody = { timedOut: true, answeredAt: null, answeredBy: null };
  return reason === "event" ? { body: null, ...nobody } : { decision: null, fields: {}, comment: "", ...nobody };
}

/** What a dry run goes on with. */
export function simulatedAnswer({ input }: Pick<Pending, "input">): JsonValue {
  const somebody = { timedOut: false, answeredAt: null, answeredBy: null };
  return input.kind === "event"
    ? { body: null, ...somebody }
    : { decision: "approved", fields: {}, comment: "", ...somebody };
}
