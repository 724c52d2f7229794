import type { Definition, DefinitionNode, NodeId } from "../definition/schema.ts";
import type { ManifestCatalog } from "../manifest/catalog.ts";
import type { Control } from "../manifest/schema.ts";
import { createGraph, type Graph } from "./graph.ts";

/** The aggregator's type while no catalog is at hand (design 02 fixes it). */
const AGGREGATE_TYPE = "tools.aggregate";

/** What the engine does itself at a node; `undefined` for nodes that integrations perform. */
export function controlOf(node: DefinitionNode, catalog: ManifestCatalog): Control | undefined {
  const kind = catalog.getNodeKind(node.type, node.typeVersion);
  return kind?.role === "action" ? kind.node.control : undefined;
}

/** The node whose bundles an aggregator collects; `null` when the node is none, names none or is disabled. */
export function aggregatedSource(node: DefinitionNode, catalog?: ManifestCatalog): NodeId | null {
  if (node.disabled) return null;
  const isAggregator = catalog ? controlOf(node, catalog) === "aggregate" : node.type === AGGREGATE_TYPE;
  return isAggregator && typeof node.config.source === "number" ? node.config.source : null;
}

/**
 * Ids of the nodes whose bundles can be read at a node, nearest first. Behind an aggregator neither its source nor
 * what lies between can be read: they have finished. On an error route the node that failed can be read; its bundle is
 * `{ error: { kind, code, message, ... } }`.
 */
export function upstreamNodes(definition: Definition, nodeId: NodeId, catalog?: ManifestCatalog): NodeId[] {
  return upstreamIn(createGraph(definition), nodeId, catalog);
}

/** As `upstreamNodes`, for callers that ask for many nodes of one graph. */
export function upstreamIn(graph: Graph, nodeId: NodeId, catalog?: ManifestCatalog): NodeId[] {
  return readableOn(graph, pathToRoot(graph, nodeId), catalog);
}

/** What can be read on an edge that leaves a node: the node itself, too. */
export function readableAfter(graph: Graph, nodeId: NodeId, catalog?: ManifestCatalog): NodeId[] {
  return graph.nodes.has(nodeId) ? readableOn(graph, [nodeId, ...pathToRoot(graph, nodeId)], catalog) : [];
}

function readableOn(graph: Graph, path: readonly NodeId[], catalog?: ManifestCatalog): NodeId[] {
  const readable: NodeId[] = [];
  let index = 0;
  while (index < path.length) {
    const id = path[index]!;
    readable.push(id);
    const source = aggregatedSource(graph.nodes.get(id)!, catalog);
    const sourceIndex = source === null ? -1 : path.indexOf(source, index + 1);
    index = sourceIndex < 0 ? index + 1 : sourceIndex + 1;
  }
  return readable;
}

/** The nodes before a node, nearest first. Ends at the trigger, or where a cycle closes. */
export function pathToRoot(graph: Graph, nodeId: NodeId): NodeId[] {
  const path: NodeId[] = [];
  const seen = new Set([nodeId]);
  let current = graph.incoming(nodeId)[0]?.from;
  while (current !== undefined && !seen.has(current) && graph.nodes.has(current)) {
    seen.add(current);
    path.push(current);
    current = graph.incoming(current)[0]?.from;
  }
  return path;
}
