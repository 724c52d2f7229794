import type { Definition, DefinitionNode, Edge, NodeId } from "../definition/schema.ts";

/** Look-ups over a definition's nodes and edges, made once. Faulty graphs (cycles, dangling edges) are fine here. */
export interface Graph {
  nodes: ReadonlyMap<NodeId, DefinitionNode>;
  /** Edges that leave a node: `next` in the order in which routes are tried (a fallback last), then `error`. */
  outgoing(nodeId: NodeId): readonly Edge[];
  incoming(nodeId: NodeId): readonly Edge[];
}

const none: readonly Edge[] = [];

/** The order in which routes are tried: by `order`, then by target id; the fallback last; error edges after all. */
export function compareEdges(a: Edge, b: Edge): number {
  const rank = (edge: Edge) => (edge.kind === "error" ? 2 : edge.fallback ? 1 : 0);
  return rank(a) - rank(b) || (a.order ?? 0) - (b.order ?? 0) || a.to - b.to;
}

export function createGraph(definition: Pick<Definition, "nodes" | "edges">): Graph {
  const nodes = new Map(definition.nodes.map((node) => [node.id, node]));
  const outgoing = groupBy(definition.edges, (edge) => edge.from);
  const incoming = groupBy(definition.edges, (edge) => edge.to);
  for (const edges of outgoing.values()) edges.sort(compareEdges);
  return {
    nodes,
    outgoing: (nodeId) => outgoing.get(nodeId) ?? none,
    incoming: (nodeId) => incoming.get(nodeId) ?? none,
  };
}

function groupBy(edges: readonly Edge[], keyOf: (edge: Edge) => NodeId): Map<NodeId, Edge[]> {
  const groups = new Map<NodeId, Edge[]>();
  for (const edge of edges) {
    const group = groups.get(keyOf(edge));
    if (group) group.push(edge);
    else groups.set(keyOf(edge), [edge]);
  }
  return groups;
}

/** `"1 next 2"`: what identifies an edge. */
export const edgeKey = ({ from, kind, to }: Pick<Edge, "from" | "kind" | "to">): string => `${from} ${kind} ${to}`;

/** Ids of the nodes that directly follow, in the order in which they run; those of the error route last. */
export const children = (definition: Definition, nodeId: NodeId): NodeId[] =>
  createGraph(definition)
    .outgoing(nodeId)
    .map((edge) => edge.to);

/** The `next` edges that leave a node, in the order in which they are tried, the fallback last. */
export const routesOf = (definition: Definition, nodeId: NodeId): Edge[] =>
  definition.edges.filter((edge) => edge.from === nodeId && edge.kind === "next").sort(compareEdges);

/** A node and everything behind it, error routes included, in depth-first order. */
export function subtreeOf(definition: Definition, nodeId: NodeId): NodeId[] {
  const graph = createGraph(definition);
  const found = new Set<NodeId>();
  const stack = [nodeId];
  for (let id = stack.pop(); id !== undefined; id = stack.pop()) {
    if (found.has(id) || !graph.nodes.has(id)) continue;
    found.add(id);
    const next = graph.outgoing(id).map((edge) => edge.to);
    stack.push(...next.reverse());
  }
  return [...found];
}

/** The highest node id in use; 0 when there is none. */
export const highestNodeId = (definition: Pick<Definition, "nodes">): NodeId =>
  definition.nodes.reduce((highest, node) => Math.max(highest, node.id), 0);
