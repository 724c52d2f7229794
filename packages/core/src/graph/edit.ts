import type { Definition, DefinitionNode, Edge, NodeId } from "../definition/schema.ts";
import type { ManifestCatalog } from "../manifest/catalog.ts";
import { createGraph, edgeKey, routesOf, subtreeOf } from "./graph.ts";
import { renumberEdge, rewriteNode, type IdMap } from "./renumber.ts";

type EdgeEnds = Pick<Edge, "from" | "to" | "kind">;

/** Adds a node behind another one. From a node that has routes already the new edge comes after them. */
export function appendNode(
  definition: Definition,
  node: DefinitionNode,
  after: { from: NodeId; kind: Edge["kind"] },
): Definition {
  const orders = routesOf(definition, after.from).map((edge) => edge.order ?? 0);
  const edge: Edge = { from: after.from, to: node.id, kind: after.kind };
  if (after.kind === "next" && orders.length > 0) edge.order = Math.max(...orders) + 1;
  return { ...definition, nodes: [...definition.nodes, node], edges: [...definition.edges, edge] };
}

/**
 * Puts a node on an edge. The first half keeps the edge's kind, filter, order and fallback, so that the route stays the
 * route it was. An edge that does not exist leaves the definition as it is.
 */
export function insertOnEdge(definition: Definition, ends: EdgeEnds, node: DefinitionNode): Definition {
  const key = edgeKey(ends);
  if (!definition.edges.some((edge) => edgeKey(edge) === key)) return definition;
  const edges = definition.edges.flatMap((edge): Edge[] =>
    edgeKey(edge) === key
      ? [
          { ...edge, to: node.id },
          { from: node.id, to: edge.to, kind: "next" },
        ]
      : [edge],
  );
  return { ...definition, nodes: [...definition.nodes, node], edges };
}

/**
 * Removes a node and its error route, and connects what was before it with what came after, where that is one node. The
 * new edge has the filter of the edge before the node, or else of the one behind it.
 */
export function removeNode(definition: Definition, nodeId: NodeId): Definition {
  const graph = createGraph(definition);
  const [before] = graph.incoming(nodeId);
  const after = graph.outgoing(nodeId).filter((edge) => edge.kind === "next");
  const handlers = graph.outgoing(nodeId).filter((edge) => edge.kind === "error");
  const gone = new Set([nodeId, ...handlers.flatMap((edge) => subtreeOf(definition, edge.to))]);
  const nodes = definition.nodes.filter(({ id }) => !gone.has(id));
  const edges = definition.edges.filter(({ from, to }) => !gone.has(from) && !gone.has(to));
  const [only] = after;
  if (before && only && after.length === 1 && !gone.has(before.from) && !gone.has(only.to)) {
    const filter = before.filter ?? only.filter;
    edges.push({ ...before, to: only.to, ...(filter && { filter }) });
  }
  return { ...definition, nodes, edges };
}

/** Removes nodes one after the other; see `removeNode`. */
export const removeNodes = (definition: Definition, nodeIds: readonly NodeId[]): Definition =>
  nodeIds.reduce((rest, id) => (rest.nodes.some((node) => node.id === id) ? removeNode(rest, id) : rest), definition);

/** Nodes taken out of a definition with the edges between them: what copying puts on the clipboard, as JSON. */
export interface NodeClip {
  nodes: DefinitionNode[];
  edges: Edge[];
}

export function copyNodes(definition: Definition, nodeIds: readonly NodeId[]): NodeClip {
  const wanted = new Set(nodeIds);
  return {
    nodes: definition.nodes.filter(({ id }) => wanted.has(id)),
    edges: definition.edges.filter(({ from, to }) => wanted.has(from) && wanted.has(to)),
  };
}

export interface PasteOptions {
  /** The first free id; the pasted nodes are numbered from here. */
  firstId: NodeId;
  /** How far the copies are moved on the canvas. */
  offset?: { x: number; y: number };
  catalog?: ManifestCatalog;
}

export interface PasteResult {
  definition: Definition;
  /** Ids of the new nodes, in the order of the clip. */
  nodeIds: NodeId[];
  /** From the clip's ids to the new ones. */
  idMap: IdMap;
}

/**
 * Adds copies with new ids. References among the copies follow them; references to nodes outside of the clip stay, and are
 * an issue where those nodes cannot be read.
 */
export function pasteNodes(definition: Definition, clip: NodeClip, options: PasteOptions): PasteResult {
  const { firstId, offset = { x: 0, y: 0 }, catalog } = options;
  const idMap: IdMap = new Map(clip.nodes.map((node, index) => [node.id, firstId + index]));
  const nodes = clip.nodes.map((node): DefinitionNode => ({
    ...rewriteNode(node, idMap, catalog),
    id: idMap.get(node.id)!,
    position: { x: node.position.x + offset.x, y: node.position.y + offset.y },
  }));
  const edges = clip.edges.map((edge) => renumberEdge(edge, idMap));
  return {
    definition: { ...definition, nodes: [...definition.nodes, ...nodes], edges: [...definition.edges, ...edges] },
    nodeIds: nodes.map(({ id }) => id),
    idMap,
  };
}

/** Copies nodes within a definition. */
export const cloneNodes = (definition: Definition, nodeIds: readonly NodeId[], options: PasteOptions): PasteResult =>
  pasteNodes(definition, copyNodes(definition, nodeIds), options);
