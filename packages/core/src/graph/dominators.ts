import type { NodeId } from "../definition/schema.ts";
import type { Graph } from "./graph.ts";

/**
 * For each node the one through which every way to it leads last: its parent; where branches meet, the node at which they
 * part. `undefined` for a trigger, for nodes that nothing leads to, and where branches have no common beginning. Computed when
 * asked for; circles end.
 */
export function createDominators(graph: Graph): (nodeId: NodeId) => NodeId | undefined {
  const known = new Map<NodeId, NodeId | undefined>();
  const open = new Set<NodeId>();

  const dominatorOf = (nodeId: NodeId): NodeId | undefined => {
    if (known.has(nodeId)) return known.get(nodeId);
    const parents = parentsOf(graph, nodeId);
    if (parents.length < 2 || open.has(nodeId)) return parents[0];
    open.add(nodeId);
    const found = commonAncestor(parents);
    open.delete(nodeId);
    known.set(nodeId, found);
    return found;
  };

  const waysUp = (nodeId: NodeId): NodeId[] => {
    const chain = new Set<NodeId>();
    for (let id: NodeId | undefined = nodeId; id !== undefined && !chain.has(id); id = dominatorOf(id)) chain.add(id);
    return [...chain];
  };

  const commonAncestor = ([first, ...others]: NodeId[]): NodeId | undefined => {
    let candidates = first === undefined ? [] : waysUp(first);
    for (const other of others) {
      const reachable = new Set(waysUp(other));
      candidates = candidates.filter((id) => reachable.has(id));
    }
    return candidates[0];
  };

  return dominatorOf;
}

/** The nodes from which edges lead here, each once; edges from nowhere are left out. */
export function parentsOf(graph: Graph, nodeId: NodeId): NodeId[] {
  return [...new Set(graph.incoming(nodeId).map((edge) => edge.from))].filter((id) => graph.nodes.has(id));
}
