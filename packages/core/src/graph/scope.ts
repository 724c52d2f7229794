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
export const upstreamNodes = (definition: Definition, nodeId: NodeId, catalog?: ManifestCatalog): NodeId[] =>
  listScope(createScopes(createGraph(definition), catalog).at(nodeId));

/** What can be read at a place, nearest first, as a list that nodes share with those before them. */
export interface ScopeLink {
  nodeId: NodeId;
  rest: ScopeLink | null;
}

export interface Scopes {
  /** What a node's config can read. */
  at(nodeId: NodeId): ScopeLink | null;
  /** What can be read on the edges that leave a node: the node itself, too. */
  after(nodeId: NodeId): ScopeLink | null;
}

/** The scopes of all nodes of a graph. Made in one step per node, however long the chain is. */
export function createScopes(graph: Graph, catalog?: ManifestCatalog): Scopes {
  const links = new Map<NodeId, ScopeLink | null>();

  /** Links the nodes before `nodeId` from the root down, as far as that has not been done. */
  const at = (nodeId: NodeId): ScopeLink | null => {
    const parent = parentOf(graph, nodeId);
    return parent === undefined ? null : after(parent);
  };
  const after = (nodeId: NodeId): ScopeLink | null => {
    const pending: NodeId[] = [];
    const seen = new Set<NodeId>();
    for (let id: NodeId | undefined = nodeId; id !== undefined && !links.has(id) && !seen.has(id);) {
      if (!graph.nodes.has(id)) break;
      pending.push(id);
      seen.add(id);
      id = parentOf(graph, id);
    }
    for (const id of pending.reverse()) links.set(id, linkOf(id));
    return links.get(nodeId) ?? null;
  };
  const linkOf = (id: NodeId): ScopeLink => {
    const parent = parentOf(graph, id);
    const before = parent === undefined ? null : (links.get(parent) ?? null);
    const source = aggregatedSource(graph.nodes.get(id)!, catalog);
    const collected = source === null ? null : findInScope(before, source);
    return { nodeId: id, rest: collected ? collected.rest : before };
  };
  return { at, after };
}

/** The node's place in a scope; `null` when it cannot be read there. */
export function findInScope(scope: ScopeLink | null, nodeId: NodeId): ScopeLink | null {
  let link = scope;
  while (link && link.nodeId !== nodeId) link = link.rest;
  return link;
}

function listScope(scope: ScopeLink | null): NodeId[] {
  const ids: NodeId[] = [];
  for (let link = scope; link; link = link.rest) ids.push(link.nodeId);
  return ids;
}

const parentOf = (graph: Graph, nodeId: NodeId): NodeId | undefined => {
  const parent = graph.incoming(nodeId)[0]?.from;
  return parent !== undefined && graph.nodes.has(parent) ? parent : undefined;
};

/** Whether a node lies on the way from the trigger to another one, or is that one. */
export function isOnPath(graph: Graph, nodeId: NodeId, end: NodeId): boolean {
  const seen = new Set<NodeId>();
  for (let id: NodeId | undefined = end; id !== undefined && !seen.has(id); id = parentOf(graph, id)) {
    if (id === nodeId) return true;
    seen.add(id);
  }
  return false;
}
