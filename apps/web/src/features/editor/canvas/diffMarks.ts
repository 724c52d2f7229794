import type { DefinitionDiff, NodeId } from "@patchbay/core";
import { edgeKey } from "../store/definitionIndex.ts";
import type { EdgeKey } from "../store/definitionIndex.ts";

export type DiffMark = "added" | "removed" | "changed" | "moved";

/** What a comparison says about the nodes and cables of one of its two sides. */
export interface DiffMarks {
  nodes: ReadonlyMap<NodeId, DiffMark>;
  edges: ReadonlyMap<EdgeKey, DiffMark>;
}

/** Side `before` shows what was removed, side `after` what was added; what changed or moved is marked on both. */
export function diffMarks(diff: DefinitionDiff, side: "before" | "after"): DiffMarks {
  const nodes = new Map<NodeId, DiffMark>();
  const edges = new Map<EdgeKey, DiffMark>();
  for (const { id, layoutOnly } of diff.nodes.changed) nodes.set(id, layoutOnly ? "moved" : "changed");
  for (const { edge } of diff.edges.changed) edges.set(edgeKey(edge), "changed");
  const only = side === "before" ? "removed" : "added";
  for (const node of diff.nodes[only]) nodes.set(node.id, only);
  for (const edge of diff.edges[only]) edges.set(edgeKey(edge), only);
  return { nodes, edges };
}
