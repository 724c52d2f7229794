import { compareEdges, edgeKey } from "@patchbay/core";
import type { Definition, DefinitionNode, Edge, NodeId } from "@patchbay/core";

/** `"2 next 5"`: an edge's identity as one text, made by core's `edgeKey`. */
export type EdgeKey = string;

export { edgeKey };

export interface DefinitionIndex {
  nodes: ReadonlyMap<NodeId, DefinitionNode>;
  edges: ReadonlyMap<EdgeKey, Edge>;
  /** `next` edges that leave a node, in the order in which a router tries them: by `order`, fallback last. */
  next: ReadonlyMap<NodeId, readonly Edge[]>;
  /** The error edge that leaves a node. */
  error: ReadonlyMap<NodeId, Edge>;
  incoming: ReadonlyMap<NodeId, readonly Edge[]>;
}

const cache = new WeakMap<Definition, DefinitionIndex>();

/** Look-ups for a definition, made once per definition object (definitions are never mutated). */
export function indexDefinition(definition: Definition): DefinitionIndex {
  const known = cache.get(definition);
  if (known) return known;
  const index = buildIndex(definition);
  cache.set(definition, index);
  return index;
}

function buildIndex(definition: Definition): DefinitionIndex {
  const next = new Map<NodeId, Edge[]>();
  const error = new Map<NodeId, Edge>();
  const incoming = new Map<NodeId, Edge[]>();
  for (const edge of definition.edges) {
    if (edge.kind === "error") error.set(edge.from, edge);
    else push(next, edge.from, edge);
    push(incoming, edge.to, edge);
  }
  for (const routes of next.values()) routes.sort(compareEdges);
  return {
    nodes: new Map(definition.nodes.map((node) => [node.id, node])),
    edges: new Map(definition.edges.map((edge) => [edgeKey(edge), edge])),
    next,
    error,
    incoming,
  };
}

function push(map: Map<NodeId, Edge[]>, key: NodeId, edge: Edge): void {
  const list = map.get(key);
  if (list) list.push(edge);
  else map.set(key, [edge]);
}

/** Node ids from the trigger along the cables: routes in order, then the error route. Unreached nodes come last. */
export function flowOrder(definition: Definition): NodeId[] {
  const index = indexDefinition(definition);
  const seen = new Set<NodeId>();
  const visit = (start: NodeId) => {
    const stack = [start];
    for (let id = stack.pop(); id !== undefined; id = stack.pop()) {
      if (seen.has(id) || !index.nodes.has(id)) continue;
      seen.add(id);
      const error = index.error.get(id);
      if (error) stack.push(error.to);
      for (const edge of [...(index.next.get(id) ?? [])].reverse()) stack.push(edge.to);
    }
  };
  for (const node of definition.nodes) if (!index.incoming.has(node.id)) visit(node.id);
  for (const node of definition.nodes) visit(node.id);
  return [...seen];
}
