import type { Definition, DefinitionNode, NodeId } from "../definition/schema.ts";
import type { ManifestCatalog } from "../manifest/catalog.ts";
import type { Control } from "../manifest/schema.ts";
import { createDominators, parentsOf } from "./dominators.ts";
import { createGraph, type Graph } from "./graph.ts";

/** Types of the nodes that collect, while no catalog is at hand (design 02 fixes them). */
const AGGREGATE_TYPES = /^tools\.aggregate/;
const MERGE_TYPE = "router.merge";

/** What the engine does itself at a node; `undefined` for nodes that integrations perform. */
export function controlOf(node: DefinitionNode, catalog: ManifestCatalog): Control | undefined {
  const kind = catalog.getNodeKind(node.type, node.typeVersion);
  return kind?.role === "action" ? kind.node.control : undefined;
}

/** The node whose bundles an aggregator collects; `null` when the node is none, names none or is disabled. */
export function aggregatedSource(node: DefinitionNode, catalog?: ManifestCatalog): NodeId | null {
  if (node.disabled) return null;
  const isAggregator = catalog ? controlOf(node, catalog) === "aggregate" : AGGREGATE_TYPES.test(node.type);
  return isAggregator && typeof node.config.source === "number" ? node.config.source : null;
}

/** Whether a node joins the branches that lead to it. */
export function isMerge(node: DefinitionNode, catalog?: ManifestCatalog): boolean {
  return catalog ? controlOf(node, catalog) === "merge" : node.type === MERGE_TYPE;
}

/**
 * The node that each collecting node waits for, by the collecting node: an aggregator's source, and the node at which the
 * branches of a merge part. Disabled ones collect nothing.
 */
export function collectedSources(definition: Definition, catalog: ManifestCatalog): Map<NodeId, NodeId> {
  const scopes = createScopes(createGraph(definition), catalog);
  return new Map(
    definition.nodes.flatMap(({ id }) => {
      const source = scopes.sourceOf(id);
      return source === null ? [] : [[id, source]];
    }),
  );
}

/**
 * Ids of the nodes whose bundles can be read at a node, nearest first. Behind an aggregator neither its source nor
 * what lies between can be read: they have finished; behind a merge, neither its branches nor the node where they part. At the
 * merge itself the nodes of all its branches can be read; those of branches that were not taken are empty. On an error route the
 * node that failed can be read; its bundle is `{ error: { kind, code, message, ... } }`. On the trigger's error route, the
 * scenario's catch-all, the trigger's bundle has `error` (with `nodeId` and `bundlePath`) beside its own fields.
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
  /** The node that a collecting node waits for; null for others, and where there is none. */
  sourceOf(nodeId: NodeId): NodeId | null;
  /** See `createDominators`. */
  dominatorOf(nodeId: NodeId): NodeId | undefined;
}

/** The scopes of all nodes of a graph. Made in one step per node, however long the chain is. */
export function createScopes(graph: Graph, catalog?: ManifestCatalog): Scopes {
  const links = new Map<NodeId, ScopeLink | null>();
  const dominatorOf = createDominators(graph);

  const sourceOf = (nodeId: NodeId): NodeId | null => {
    const node = graph.nodes.get(nodeId);
    if (!node || node.disabled) return null;
    if (isMerge(node, catalog)) return dominatorOf(nodeId) ?? null;
    return aggregatedSource(node, catalog);
  };

  const at = (nodeId: NodeId): ScopeLink | null => {
    const parents = parentsOf(graph, nodeId);
    for (const parent of parents) link(parent);
    return join(parents, dominatorOf(nodeId));
  };
  const after = (nodeId: NodeId): ScopeLink | null => {
    link(nodeId);
    return links.get(nodeId) ?? null;
  };

  /** Links a node and those before it, as far as that has not been done; what it leads back to counts as unreadable. */
  const link = (nodeId: NodeId): void => {
    const stack = [nodeId];
    const open = new Set<NodeId>();
    for (let id = stack.at(-1); id !== undefined; id = stack.at(-1)) {
      const parents = open.has(id) || links.has(id) ? [] : parentsOf(graph, id);
      const missing = parents.filter((parent) => !links.has(parent) && !open.has(parent));
      open.add(id);
      if (missing.length > 0) stack.push(...missing);
      else {
        stack.pop();
        if (!links.has(id) && graph.nodes.has(id)) links.set(id, linkOf(id, parentsOf(graph, id)));
      }
    }
  };

  const linkOf = (id: NodeId, parents: NodeId[]): ScopeLink => {
    const before = join(parents, dominatorOf(id));
    const source = sourceOf(id);
    const collected = source === null ? null : findInScope(before, source);
    return { nodeId: id, rest: collected ? collected.rest : before };
  };

  /** What can be read where branches meet: everything of each of them, down to where they part. */
  const join = (parents: NodeId[], parting: NodeId | undefined): ScopeLink | null => {
    const [first, ...others] = parents;
    if (first === undefined) return null;
    let joined = links.get(first) ?? null;
    for (const other of others) {
      const own: NodeId[] = [];
      for (let l = links.get(other) ?? null; l && l.nodeId !== parting; l = l.rest) own.push(l.nodeId);
      for (const id of own.reverse()) if (!findInScope(joined, id)) joined = { nodeId: id, rest: joined };
    }
    return joined;
  };

  return { at, after, sourceOf, dominatorOf };
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

/** Whether a node lies on a way from the trigger to another one, or is that one. */
export function isOnPath(graph: Graph, nodeId: NodeId, end: NodeId): boolean {
  const seen = new Set<NodeId>();
  const stack = [end];
  for (let id = stack.pop(); id !== undefined; id = stack.pop()) {
    if (id === nodeId) return true;
    if (seen.has(id)) continue;
    seen.add(id);
    stack.push(...parentsOf(graph, id));
  }
  return false;
}
