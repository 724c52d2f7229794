import type { NodeId } from "@patchbay/core";
import { edgeKey } from "../store/definitionIndex.ts";
import type { EdgeKey } from "../store/definitionIndex.ts";
import type { EdgeCounts, OperationRecord } from "./operations.ts";

export type BubbleState = "done" | "running" | "waiting" | "handled" | "failed" | "unknown";

/** What a run has done at one node, as its bubble and its fact line show it. */
export interface NodeOverlay {
  state: BubbleState;
  /** Operations in all. */
  total: number;
  /** Operations that have ended, however. */
  ended: number;
  durationMs: number;
  retrying: number;
  /** Operations of a dry run that were not performed. */
  simulated: number;
}

export interface EdgeOverlay {
  passed: number;
  seen: number;
  /** Bundles are on their way along this edge now. */
  isActive: boolean;
}

export interface RunOverlay {
  nodes: ReadonlyMap<NodeId, NodeOverlay>;
  edges: ReadonlyMap<EdgeKey, EdgeOverlay>;
}

const endStates = new Set(["succeeded", "failed", "cancelled", "incomplete"]);

/** Whether a run is under way (waiting counts). */
export const isLive = (run: { state: string }): boolean => !endStates.has(run.state);

/** The most urgent of a node's operations decides what its bubble says. */
const urgency: readonly BubbleState[] = ["failed", "unknown", "running", "waiting", "handled", "done"];

const bubbleOf: Record<OperationRecord["state"], BubbleState> = {
  running: "running",
  waiting: "waiting",
  failed: "failed",
  unknown: "unknown",
  handled: "handled",
  succeeded: "done",
  skipped: "done",
};

/** Sums a run's operations up per node and edge. */
export function buildOverlay(operations: readonly OperationRecord[], edges: readonly EdgeCounts[] = []): RunOverlay {
  const nodes = new Map<NodeId, NodeOverlay>();
  for (const operation of operations) {
    const state = bubbleOf[operation.state];
    const before = nodes.get(operation.nodeId);
    nodes.set(operation.nodeId, {
      state: before && urgency.indexOf(before.state) < urgency.indexOf(state) ? before.state : state,
      total: (before?.total ?? 0) + 1,
      ended: (before?.ended ?? 0) + (state === "running" || state === "waiting" ? 0 : 1),
      durationMs: (before?.durationMs ?? 0) + (operation.durationMs ?? 0),
      retrying: (before?.retrying ?? 0) + (isRetrying(operation) ? 1 : 0),
      simulated: (before?.simulated ?? 0) + (operation.simulated ? 1 : 0),
    });
  }
  const edgeOverlays = new Map<EdgeKey, EdgeOverlay>();
  for (const edge of edges) {
    const isActive = nodes.get(edge.to)?.state === "running";
    edgeOverlays.set(edgeKey(edge), { passed: edge.passed, seen: edge.seen, isActive });
  }
  return { nodes, edges: edgeOverlays };
}

function isRetrying(operation: OperationRecord): boolean {
  return (
    (operation.state === "waiting" || operation.state === "running") &&
    operation.attempts.some((attempt) => attempt.error)
  );
}

/** The operations as they were `playheadMs` after `originMs`: later ones left out, unfinished ones running. */
export function operationsAt(operations: readonly OperationRecord[], momentMs: number): OperationRecord[] {
  return operations.flatMap((operation) => {
    if (operation.startedAt > momentMs) return [];
    const isOver = operation.durationMs !== null && operation.startedAt + operation.durationMs <= momentMs;
    if (isOver || operation.durationMs === null) return [operation];
    return [{ ...operation, state: "running" as const, output: undefined, error: null, durationMs: null }];
  });
}

/** Keeps the objects of nodes and edges that did not change, so that only what changed renders again. */
export function reuseUnchanged(previous: RunOverlay | null, next: RunOverlay): RunOverlay {
  if (!previous) return next;
  return { nodes: reuse(previous.nodes, next.nodes), edges: reuse(previous.edges, next.edges) };
}

function reuse<K, V extends object>(previous: ReadonlyMap<K, V>, next: ReadonlyMap<K, V>): ReadonlyMap<K, V> {
  return new Map(
    [...next].map(([key, value]) => [key, sameFields(previous.get(key), value) ? previous.get(key)! : value]),
  );
}

function sameFields<T extends object>(a: T | undefined, b: T): boolean {
  return a !== undefined && (Object.keys(b) as (keyof T)[]).every((key) => a[key] === b[key]);
}
