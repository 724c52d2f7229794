import type { Definition, DefinitionNode, Edge, Filter, JsonValue, NodeId } from "@patchbay/core";
import { edgeKey, indexDefinition } from "./definitionIndex.ts";
import type { EdgeKey } from "./definitionIndex.ts";
import { alignedPositions } from "./placement.ts";
import type { Position } from "./placement.ts";

/**
 * Every change to a definition, as pure functions from one definition to the next. They keep unchanged nodes and edges
 * as the same objects (the canvas renders by identity) and return their argument when there is nothing to do.
 */

export type OutputKind = Edge["kind"];

/** Where a new node is patched in. */
export type Attachment =
  | { kind: "loose" }
  | { kind: "after"; from: NodeId; output: OutputKind }
  | { kind: "onEdge"; edge: EdgeKey }
  /** Beside what the edge leads to, through a router that is put into the edge. */
  | { kind: "branch"; edge: EdgeKey; router: DefinitionNode };

export function addNode(definition: Definition, node: DefinitionNode, attachment: Attachment): Definition {
  const grown = { ...definition, nodes: [...definition.nodes, node] };
  if (attachment.kind === "loose") return grown;
  if (attachment.kind === "onEdge") return splitEdge(grown, attachment.edge, node.id);
  if (attachment.kind === "branch") return branch(grown, attachment, node.id);
  return withEdge(grown, { from: attachment.from, to: node.id, kind: attachment.output });
}

/** Puts an existing, unconnected node into an edge: the first half keeps filter, order and fallback. */
export function splitEdge(definition: Definition, key: EdgeKey, nodeId: NodeId): Definition {
  const edge = indexDefinition(definition).edges.get(key);
  if (!edge) return definition;
  const edges = definition.edges.flatMap((each) =>
    each === edge
      ? [
          { ...edge, to: nodeId },
          { from: nodeId, to: edge.to, kind: "next" as const },
        ]
      : [each],
  );
  return { ...definition, edges };
}

/** Puts a router into an edge and leads a second route to `to`. */
export function branch(
  definition: Definition,
  { edge, router }: { edge: EdgeKey; router: DefinitionNode },
  to: NodeId,
): Definition {
  const routed = addNode(definition, router, { kind: "onEdge", edge });
  return withEdge(routed, { from: router.id, to, kind: "next" });
}

/** Adds an edge; from a node that has routes already it comes after them (before the fallback). */
function withEdge(definition: Definition, edge: Edge): Definition {
  const siblings = edge.kind === "next" ? (indexDefinition(definition).next.get(edge.from) ?? []) : [];
  if (siblings.length === 0) return { ...definition, edges: [...definition.edges, edge] };
  const order = Math.max(...siblings.map((sibling) => sibling.order ?? 0)) + 1;
  return { ...definition, edges: [...definition.edges, { ...edge, order }] };
}

export type ConnectRefusal =
  "same_node" | "already_connected" | "into_trigger" | "target_has_input" | "cycle" | "output_taken";

export interface ConnectRequest {
  from: NodeId;
  to: NodeId;
  output: OutputKind;
  /** Whether `from` may have several outputs. */
  isRouter: boolean;
  isTargetTrigger: boolean;
  /** Whether several nodes may lead to `to`. */
  isTargetMerge: boolean;
}

/** Why two nodes cannot be connected, or null when they can. */
export function refuseConnection(definition: Definition, request: ConnectRequest): ConnectRefusal | null {
  const { from, to, output, isRouter, isTargetTrigger, isTargetMerge } = request;
  const index = indexDefinition(definition);
  if (from === to) return "same_node";
  if (isTargetTrigger) return "into_trigger";
  if ((index.incoming.get(to) ?? []).some((edge) => edge.from === from)) return "already_connected";
  if (index.incoming.has(to) && (!isTargetMerge || output === "error")) return "target_has_input";
  if (output === "error" ? index.error.has(from) : !isRouter && index.next.has(from)) return "output_taken";
  return isReachable(definition, to, from) ? "cycle" : null;
}

export const refusalMessages: Record<ConnectRefusal, string> = {
  same_node: "A node cannot be connected to itself.",
  already_connected: "These two nodes are connected already.",
  into_trigger: "Nothing can lead into the trigger: it is where every run starts.",
  target_has_input: "That node already has an input. Remove its cable first, or let the branches meet in a Merge.",
  cycle: "That would make a loop. Use Iterate to repeat something for each item.",
  output_taken: "That output is taken. Put a Router in between to go several ways.",
};

/** Connects two nodes; the caller has asked `refuseConnection` first. */
export function connect(definition: Definition, request: ConnectRequest): Definition {
  return withEdge(definition, { from: request.from, to: request.to, kind: request.output });
}

export function isReachable(definition: Definition, from: NodeId, goal: NodeId): boolean {
  const index = indexDefinition(definition);
  const seen = new Set<NodeId>();
  const stack = [from];
  for (let id = stack.pop(); id !== undefined; id = stack.pop()) {
    if (id === goal) return true;
    if (seen.has(id)) continue;
    seen.add(id);
    for (const edge of index.next.get(id) ?? []) stack.push(edge.to);
    const error = index.error.get(id);
    if (error) stack.push(error.to);
  }
  return false;
}

export interface Removal {
  nodes: ReadonlySet<NodeId>;
  edges: ReadonlySet<EdgeKey>;
  notes: ReadonlySet<string>;
}

/**
 * Removes nodes, edges and notes. Where exactly one surviving node stood before a removed chain and one after it, they are
 * connected (with the first edge's filter and place), so that deleting a step in the middle leaves a working path.
 */
export function remove(definition: Definition, removal: Removal): Definition {
  const nodes = definition.nodes.filter((node) => !removal.nodes.has(node.id));
  const kept = definition.edges.filter(
    (edge) => !removal.edges.has(edgeKey(edge)) && !removal.nodes.has(edge.from) && !removal.nodes.has(edge.to),
  );
  const bridges = definition.edges.flatMap((edge) => bridge(definition, removal, edge));
  const notes = definition.notes?.filter((note) => !removal.notes.has(note.id));
  const next: Definition = { ...definition, nodes, edges: [...kept, ...bridges] };
  if (notes && notes.length > 0) next.notes = notes;
  else delete next.notes;
  return next;
}

function bridge(definition: Definition, removal: Removal, entry: Edge): Edge[] {
  if (removal.nodes.has(entry.from) || !removal.nodes.has(entry.to) || removal.edges.has(edgeKey(entry))) return [];
  const index = indexDefinition(definition);
  const seen = new Set<NodeId>();
  let at = entry.to;
  while (removal.nodes.has(at) && !seen.has(at)) {
    seen.add(at);
    const outputs = (index.next.get(at) ?? []).filter((edge) => !removal.edges.has(edgeKey(edge)));
    if (outputs.length !== 1) return [];
    at = outputs[0]!.to;
  }
  return removal.nodes.has(at) || at === entry.from ? [] : [{ ...entry, to: at }];
}

export type NodePatch = Partial<Omit<DefinitionNode, "id">>;

/** Replaces fields of a node; a field given as `undefined` is taken away. */
export function updateNode(definition: Definition, id: NodeId, patch: NodePatch): Definition {
  return {
    ...definition,
    nodes: definition.nodes.map((node) => (node.id === id ? withoutUndefined({ ...node, ...patch }) : node)),
  };
}

/** Sets one field of a node's config; `undefined` takes it away. */
export function setConfigField(
  definition: Definition,
  id: NodeId,
  field: string,
  value: JsonValue | undefined,
): Definition {
  const node = indexDefinition(definition).nodes.get(id);
  if (!node) return definition;
  const config = { ...node.config };
  if (value === undefined) delete config[field];
  else config[field] = value;
  return updateNode(definition, id, { config });
}

function withoutUndefined<T extends object>(value: T): T {
  return Object.fromEntries(Object.entries(value).filter(([, field]) => field !== undefined)) as T;
}

export function updateEdge(
  definition: Definition,
  key: EdgeKey,
  patch: Partial<Omit<Edge, "from" | "to" | "kind">>,
): Definition {
  return {
    ...definition,
    edges: definition.edges.map((edge) => (edgeKey(edge) === key ? withoutUndefined({ ...edge, ...patch }) : edge)),
  };
}

export const setFilter = (definition: Definition, key: EdgeKey, filter: Filter | undefined): Definition =>
  updateEdge(definition, key, { filter });

/** Makes one route the fallback (and no other one), or none. */
export function setFallback(definition: Definition, key: EdgeKey, isFallback: boolean): Definition {
  const chosen = indexDefinition(definition).edges.get(key);
  if (!chosen) return definition;
  const edges = definition.edges.map((edge) => {
    if (edge.from !== chosen.from || edge.kind !== "next") return edge;
    if (edge !== chosen) return edge.fallback && isFallback ? withoutUndefined({ ...edge, fallback: undefined }) : edge;
    return withoutUndefined({
      ...edge,
      fallback: isFallback || undefined,
      filter: isFallback ? undefined : edge.filter,
    });
  });
  return { ...definition, edges };
}

/** Moves a route one place up (-1) or down (+1) among its router's routes. */
export function moveRoute(definition: Definition, key: EdgeKey, by: -1 | 1): Definition {
  const index = indexDefinition(definition);
  const chosen = index.edges.get(key);
  const routes = chosen ? [...(index.next.get(chosen.from) ?? [])] : [];
  const at = routes.findIndex((edge) => edge === chosen);
  const other = at + by;
  if (!chosen || other < 0 || other >= routes.length) return definition;
  [routes[at], routes[other]] = [routes[other]!, routes[at]!];
  const order = new Map(routes.map((edge, place) => [edge, place]));
  return {
    ...definition,
    edges: definition.edges.map((edge) => (order.has(edge) ? { ...edge, order: order.get(edge)! } : edge)),
  };
}

export function moveNodes(definition: Definition, positions: ReadonlyMap<NodeId, Position>): Definition {
  let isChanged = false;
  const nodes = definition.nodes.map((node) => {
    const position = positions.get(node.id);
    if (!position || (position.x === node.position.x && position.y === node.position.y)) return node;
    isChanged = true;
    return { ...node, position };
  });
  return isChanged ? { ...definition, nodes } : definition;
}

export const alignAll = (definition: Definition): Definition => moveNodes(definition, alignedPositions(definition));

export function setNote(definition: Definition, note: NonNullable<Definition["notes"]>[number]): Definition {
  const notes = definition.notes ?? [];
  const isKnown = notes.some((each) => each.id === note.id);
  return {
    ...definition,
    notes: isKnown ? notes.map((each) => (each.id === note.id ? note : each)) : [...notes, note],
  };
}
