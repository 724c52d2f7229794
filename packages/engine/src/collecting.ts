/** Nodes that collect: aggregators, and merges of branches. They wait for their source to finish, then emit in its place. */
import type { JsonValue, NodeId, OperationError } from "@patchbay/core";
import { failOperation, failRun } from "./failures.ts";
import { createFrame } from "./flow.ts";
import type { PlanNode } from "./plan.ts";
import type { Collector } from "./ports.ts";
import type { Collection, Frame } from "./state.ts";
import { beginOperation, emitOperation, findFrame, requireNode, type Begun, type Turn } from "./turn.ts";

/** So many items are collected before a collector that can fold them is asked to: numbers and texts stay small. */
const COMPACT_AT = 1_000;

/** Adds the bundle to what the source's frame collects; the operation itself comes when the source has finished. */
export function collect(turn: Turn, operation: Begun, input: Record<string, JsonValue>): void {
  const { node } = operation;
  if (turn.state.only === node.id) return collectAlone(turn, operation, input);
  const source = node.source === undefined ? undefined : findFrame(turn.state, node.source);
  const collector = collectorOf(turn, node);
  if (!source || source.kind === "error") return failOperation(turn, operation, noSource(node));
  turn.state.operationCount -= 1;
  turn.state.lastOperationId -= 1;
  keepItem(keeperOf(turn, source), collector, { node: node.id, item: collector.item(input) });
}

/** Where a source's items are kept: in its frame, or in the lane below which it is, until the lane's turn has come. */
function keeperOf({ state }: Turn, source: Frame): Frame {
  for (let i = state.stack.length - 1; i >= 0; i--) {
    const frame = state.stack[i];
    if (frame && (frame === source || frame.lane)) return frame;
  }
  return source;
}

function keepItem(keeper: Frame, collector: Collector, { node, item }: { node: NodeId; item: JsonValue }): void {
  keeper.collected ??= {};
  const items = (keeper.collected[node] ??= []);
  items.push(item);
  // A lane's items are folded with those of the lanes before it, as if they had come one after the other.
  if (items.length >= COMPACT_AT && collector.compact && !keeper.lane) {
    keeper.collected[node] = collector.compact(items);
  }
}

/** Hands over what a lane has collected, now that the lanes before it have handed over theirs. */
export function takeOver(turn: Turn, collected: NonNullable<Frame["collected"]>): void {
  for (const [id, items] of Object.entries(collected)) {
    const node = requireNode(turn.plan, Number(id));
    const source = node.source === undefined ? undefined : findFrame(turn.state, node.source);
    if (!source) throw new Error(`Node ${id} has collected bundles of a source that is not upstream of it.`);
    const keeper = keeperOf(turn, source);
    const collector = collectorOf(turn, node);
    for (const item of items) keepItem(keeper, collector, { node: node.id, item });
  }
}

/** A collecting node that is executed by itself: what it would emit if this were all there is to collect. */
function collectAlone(turn: Turn, operation: Begun, input: Record<string, JsonValue>): void {
  const collector = collectorOf(turn, operation.node);
  const bundles = collector.finish([collector.item(input)]);
  emitOperation(turn, operation, { state: "succeeded", output: bundles[0] ?? null });
  turn.state.stack.push(createFrame(operation, "bundles", bundles));
}

function noSource(node: PlanNode): OperationError {
  return {
    kind: "invalid",
    code: "scenario_invalid",
    message: `The node's source is not upstream of it${node.source === undefined ? "" : ` (node ${node.source})`}. Choose a source on its path.`,
    notPerformed: true,
  };
}

/** What was collected of a frame's bundles. A merge that no branch has reached does not go on. */
export function collectionsOf(turn: Turn, frame: Frame): Collection[] {
  if (frame.kind === "error") return [];
  const { collectors } = requireNode(turn.plan, frame.node);
  return collectors.flatMap((node) => {
    const items = frame.collected?.[node];
    if (!items && requireNode(turn.plan, node).control === "merge") return [];
    return [{ node, path: frame.path, items: items ?? [] }];
  });
}

/** The operation of a collecting node, at the place of the source that has finished. */
export function emitCollection(turn: Turn, collection: Collection, after: Collection[]): void {
  const operation = beginOperation(turn, requireNode(turn.plan, collection.node), collection.path);
  operation.input = { source: operation.node.source ?? null };
  if (turn.state.operationCount > turn.plan.maxOperations) return failRun(turn, operation, tooMany(turn));
  const bundles = collectorOf(turn, operation.node).finish(collection.items);
  emitOperation(turn, operation, { state: "succeeded", output: bundles[0] ?? null });
  const frame = createFrame(operation, "bundles", bundles);
  if (bundles.length > 1) frame.numbered = true;
  if (after.length > 0) frame.after = after;
  turn.state.stack.push(frame);
}

function collectorOf(turn: Turn, node: PlanNode): Collector {
  const collector = turn.ports.collector(node.type, node.typeVersion);
  if (!collector) throw new Error(`The code of "${node.type}" in version ${node.typeVersion} is not installed.`);
  return collector;
}

/** The run has done as many operations as it may. */
export function tooMany(turn: Turn): OperationError {
  const { maxOperations } = turn.plan;
  return {
    kind: "terminal",
    code: "scenario_limit",
    message: `The run reached its limit of ${maxOperations} operations. Raise it in the scenario's settings, or process fewer bundles per run.`,
    notPerformed: true,
  };
}
