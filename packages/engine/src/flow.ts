/** How bundles move: frames, edges, and what comes after a node's last bundle. */
import { evaluateFilter, type JsonValue } from "@patchbay/core";
import type { PlanEdge, PlanNode } from "./plan.ts";
import { collectionsOf, emitCollection } from "./collecting.ts";
import { endByCatchAll, failOperation } from "./failures.ts";
import { endLane, followLanes } from "./lanes.ts";
import { enterNode } from "./nodes.ts";
import type { Frame } from "./state.ts";
import {
  beginOperation,
  childPath,
  emitOperation,
  endRun,
  requireNode,
  scopeOf,
  topFrame,
  type Begun,
  type Turn,
} from "./turn.ts";

/** Finished bundles are dropped from a frame once there are this many and they are the greater part. */
const TRIM_AT = 256;

/** Ends the operation well and hands its one bundle down. */
export function completeOperation(turn: Turn, operation: Begun, output: JsonValue): void {
  emitOperation(turn, operation, { state: "succeeded", output });
  forgetBroken(turn, operation);
  turn.state.stack.push(createFrame(operation, "bundles", [output]));
}

/** A broken operation that ended otherwise is history: its count of breaks starts anew. */
function forgetBroken(turn: Turn, operation: Begun): void {
  const { broken } = turn.state;
  if (broken && broken.node === operation.node.id && broken.path === operation.path) turn.state.broken = null;
}

export function createFrame(
  operation: { node: PlanNode; path: string },
  kind: Frame["kind"],
  bundles: JsonValue[],
): Frame {
  return { node: operation.node.id, kind, bundles, index: 0, offset: 0, edge: 0, taken: false, path: operation.path };
}

/** Goes on with the run, or with the lane that stands in its place, until the outside is needed or the budget is used up. */
export function goOn(turn: Turn): void {
  const { state } = turn;
  while (state.phase === "ready" && turn.stepsLeft > 0) {
    if (state.at !== null) enterNode(turn, state.at);
    else followTopFrame(turn);
  }
}

/** One step of the top frame: tries its next edge, or goes to its next bundle, or leaves it. */
function followTopFrame(turn: Turn): void {
  const frame = topFrame(turn.state);
  if (!frame || frame.node === turn.state.only) return endRun(turn, { outcome: "succeeded" });
  if (frame.parallel && followLanes(turn, frame, frame.parallel)) return;
  if (frame.index >= frame.bundles.length) return leaveFrame(turn, frame);
  const node = requireNode(turn.plan, frame.node);
  // The one edge of an error route was taken when the node failed.
  const edges = frame.kind === "error" || frame.kind === "caught" ? [] : node.next;
  const edge = edges[frame.edge];
  if (!edge) return nextBundle(frame);
  frame.edge += 1;
  turn.stepsLeft -= 1;
  if (frame.taken && (edge.fallback || node.control === "ifElse")) return;
  tryEdge(turn, frame, edge);
}

function tryEdge(turn: Turn, frame: Frame, edge: PlanEdge): void {
  const result = passes(turn, edge);
  if (!result.ok) {
    const target = beginOperation(turn, requireNode(turn.plan, edge.to));
    return failOperation(turn, target, result.error);
  }
  if (!result.passed) return;
  frame.taken = true;
  turn.state.at = edge.to;
}

/** Evaluates the edge's filter on the current environment and counts what came and what passed. */
export function passes(turn: Turn, edge: PlanEdge): ReturnType<typeof evaluateFilter> {
  const result = edge.filter
    ? evaluateFilter(
        edge.filter,
        scopeOf(turn, () => `edge ${edge.index}:${childPath(turn.state)}`),
      )
    : { ok: true as const, passed: true, missing: [] };
  const count = (turn.state.edges[edge.index] ??= [0, 0]);
  count[0] += 1;
  if (result.ok && result.passed) count[1] += 1;
  return result;
}

export function nextBundle(frame: Frame): void {
  frame.index += 1;
  frame.edge = 0;
  frame.taken = false;
  if (frame.index < TRIM_AT || frame.index * 2 < frame.bundles.length) return;
  // A new array: the old one may be shared with an earlier state.
  frame.bundles = frame.bundles.slice(frame.index);
  frame.offset += frame.index;
  frame.index = 0;
}

/** All bundles of the frame are done: the nodes that collected them emit, one after the other, in its place. */
function leaveFrame(turn: Turn, frame: Frame): void {
  if (frame.kind === "caught") return endByCatchAll(turn, frame);
  if (frame.lane) return endLane(turn, frame);
  turn.state.stack.pop();
  const [next, ...after] = [...collectionsOf(turn, frame), ...(frame.after ?? [])];
  if (next) emitCollection(turn, next, after);
}
