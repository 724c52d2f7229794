import type { Definition, DefinitionNode, Edge, JsonValue, NodeId } from "../definition/schema.ts";
import { edgeKey, highestNodeId } from "../graph/graph.ts";
import { renumberNodes } from "../graph/renumber.ts";
import type { FieldPath, Note } from "./types.ts";
import { fieldOf, isPlainObject, isSameJson, keysOf, setAtPath, type Json } from "./values.ts";

/** What a conflict is about. */
export type MergeTarget =
  | { kind: "node"; id: NodeId }
  | { kind: "edge"; from: NodeId; to: NodeId; edgeKind: Edge["kind"] }
  | { kind: "note"; id: string }
  | { kind: "settings" };

export type MergeConflict =
  /** Both sides gave a field different values. The merged definition has `ours`. */
  | { kind: "field"; target: MergeTarget; path: FieldPath; base?: JsonValue; ours?: JsonValue; theirs?: JsonValue }
  /** One side removed what the other changed. The merged definition keeps it, with the change. */
  | { kind: "removed"; target: MergeTarget; removedBy: "ours" | "theirs" }
  /** A connection lost one of its ends, which the other side removed. The merged definition is without it. */
  | { kind: "lostEnd"; edge: Edge; missing: NodeId }
  /** Both sides connected something to the same node. The merged definition has all these connections. */
  | { kind: "secondEntry"; nodeId: NodeId; edges: Edge[] };

export interface MergeResult {
  definition: Definition;
  conflicts: MergeConflict[];
  /** Nodes of ours that got new ids because theirs had used them first: old id to new id. */
  renumbered: ReadonlyMap<NodeId, NodeId>;
}

/**
 * Merges two descendants of one definition by node, edge, note and field. What only one side touched is taken from it. Where
 * both were there first with different values it is a conflict for a person; until then ours stands. `highestId` is the
 * scenario's high-water mark: ids above it are free. The merged graph may be faulty where neither side was (both appended to
 * the same node): validate it.
 */
export function mergeDefinitions(
  base: Definition,
  ours: Definition,
  theirs: Definition,
  options: { highestId?: NodeId } = {},
): MergeResult {
  const renumbered = findRenumbering(base, ours, theirs, options.highestId ?? 0);
  const mine = renumbered.size > 0 ? renumberNodes(ours, renumbered) : ours;
  const conflicts: MergeConflict[] = [];
  const nodes = mergeLists<DefinitionNode>([base.nodes, mine.nodes, theirs.nodes], nodeList, conflicts);
  const allEdges = mergeLists<Edge>([base.edges, mine.edges, theirs.edges], edgeList, conflicts);
  const notes = mergeLists<Note>([base.notes ?? [], mine.notes ?? [], theirs.notes ?? []], noteList, conflicts);
  const settings = mergeFields(
    [base.settings ?? {}, mine.settings ?? {}, theirs.settings ?? {}],
    { target: { kind: "settings" }, conflicts },
    [],
  ) as NonNullable<Definition["settings"]>;
  const edges = dropLostEnds(allEdges, nodes, conflicts);
  reportSecondEntries(edges, [mine, theirs], conflicts);
  const definition: Definition = { format: theirs.format, nodes, edges };
  if (notes.length > 0) definition.notes = notes;
  if (Object.keys(settings).length > 0) definition.settings = settings;
  return { definition, conflicts, renumbered };
}

/** The definition with a field conflict decided. Other kinds are decided by editing. */
export function resolveConflict(
  definition: Definition,
  conflict: Extract<MergeConflict, { kind: "field" }>,
  choice: "base" | "ours" | "theirs",
): Definition {
  const { target, path } = conflict;
  const set = <T extends object>(item: T): T => setAtPath(item as Json, path, conflict[choice]) as T;
  switch (target.kind) {
    case "node":
      return { ...definition, nodes: definition.nodes.map((node) => (node.id === target.id ? set(node) : node)) };
    case "edge": {
      const key = edgeKey({ from: target.from, to: target.to, kind: target.edgeKind });
      return { ...definition, edges: definition.edges.map((edge) => (edgeKey(edge) === key ? set(edge) : edge)) };
    }
    case "note":
      return { ...definition, notes: definition.notes?.map((note) => (note.id === target.id ? set(note) : note)) };
    case "settings":
      return { ...definition, settings: set(definition.settings ?? {}) };
  }
}

/** Two people numbered new nodes alike: ours, which were never saved, get ids that nobody has used. */
function findRenumbering(base: Definition, ours: Definition, theirs: Definition, highest: NodeId): Map<NodeId, NodeId> {
  const known = new Set(base.nodes.map(({ id }) => id));
  const added = new Map(theirs.nodes.filter(({ id }) => !known.has(id)).map((node) => [node.id, node]));
  let nextId = Math.max(highest, highestNodeId(base), highestNodeId(ours), highestNodeId(theirs));
  const map = new Map<NodeId, NodeId>();
  for (const node of ours.nodes) {
    const other = known.has(node.id) ? undefined : added.get(node.id);
    // The same node on both sides: one save that came back by two ways.
    if (other && !isSameJson(node, other)) map.set(node.id, ++nextId);
  }
  return map;
}

interface ListKind<T> {
  keyOf: (item: T) => string | number;
  targetOf: (item: T) => MergeTarget;
}
const nodeList: ListKind<DefinitionNode> = { keyOf: ({ id }) => id, targetOf: ({ id }) => ({ kind: "node", id }) };
const noteList: ListKind<Note> = { keyOf: ({ id }) => id, targetOf: ({ id }) => ({ kind: "note", id }) };
const edgeList: ListKind<Edge> = {
  keyOf: edgeKey,
  targetOf: ({ from, to, kind }) => ({ kind: "edge", from, to, edgeKind: kind }),
};

type Sides<T> = readonly [base: T, ours: T, theirs: T];

function mergeLists<T extends object>(lists: Sides<readonly T[]>, kind: ListKind<T>, conflicts: MergeConflict[]): T[] {
  const [base, ours, theirs] = lists.map((items) => new Map(items.map((item) => [kind.keyOf(item), item])));
  const keys = new Set([...theirs!.keys(), ...ours!.keys()]);
  const merged: T[] = [];
  for (const key of keys) {
    const sides = [base!.get(key), ours!.get(key), theirs!.get(key)] as const;
    const item = mergeItem(sides, kind, conflicts);
    if (item) merged.push(item);
  }
  return merged;
}

function mergeItem<T extends object>(
  [base, ours, theirs]: Sides<T | undefined>,
  kind: ListKind<T>,
  conflicts: MergeConflict[],
): T | undefined {
  if (ours && theirs) {
    const target = kind.targetOf(ours);
    return mergeFields([base ?? {}, ours as Json, theirs as Json], { target, conflicts }, []) as T;
  }
  const present = ours ?? theirs!;
  if (!base) return present;
  if (isSameApartFromLayout(base, present)) return undefined;
  conflicts.push({ kind: "removed", target: kind.targetOf(present), removedBy: ours ? "theirs" : "ours" });
  return present;
}

/** Moving a node is no reason to keep it when the other side removed it. */
function isSameApartFromLayout(a: object, b: object): boolean {
  const withoutLayout = (item: object) => ({ ...item, position: undefined, size: undefined });
  return isSameJson(withoutLayout(a), withoutLayout(b));
}

interface FieldContext {
  target: MergeTarget;
  conflicts: MergeConflict[];
}

function mergeFields(sides: Sides<Json>, context: FieldContext, path: FieldPath): Json {
  const [base, ours, theirs] = sides;
  if (isSameJson(ours, theirs) || isSameJson(base, theirs)) return ours;
  if (isSameJson(base, ours)) return theirs;
  // A place on the canvas is one thing, and not worth a question.
  if (path.length === 1 && (path[0] === "position" || path[0] === "size")) return ours;
  if (isPlainObject(ours) && isPlainObject(theirs) && isPlainObject(base)) {
    const merged: Record<string, Json> = {};
    for (const key of keysOf(theirs, ours)) {
      const value = mergeFields([fieldOf(base, key), fieldOf(ours, key), fieldOf(theirs, key)], context, [
        ...path,
        key,
      ]);
      if (value !== undefined) merged[key] = value;
    }
    return merged as JsonValue;
  }
  if (Array.isArray(base) && Array.isArray(ours) && Array.isArray(theirs)) {
    if (base.length === ours.length && base.length === theirs.length) {
      return base.map(
        (item, index) => mergeFields([item, ours[index], theirs[index]], context, [...path, index]) ?? null,
      );
    }
  }
  context.conflicts.push({
    kind: "field",
    target: context.target,
    path,
    ...(base !== undefined && { base }),
    ...(ours !== undefined && { ours }),
    ...(theirs !== undefined && { theirs }),
  });
  return ours;
}

function dropLostEnds(edges: Edge[], nodes: DefinitionNode[], conflicts: MergeConflict[]): Edge[] {
  const ids = new Set(nodes.map(({ id }) => id));
  return edges.filter((edge) => {
    const missing = [edge.from, edge.to].find((id) => !ids.has(id));
    if (missing === undefined) return true;
    conflicts.push({ kind: "lostEnd", edge, missing });
    return false;
  });
}

/** Only entries that the merge itself doubled: a side that was already wrong says so by its own issues. */
function reportSecondEntries(edges: Edge[], sides: Definition[], conflicts: MergeConflict[]): void {
  const entries = groupByTarget(edges);
  const before = sides.map((side) => groupByTarget(side.edges));
  for (const [nodeId, incoming] of entries) {
    const wasDouble = before.some((side) => (side.get(nodeId)?.length ?? 0) > 1);
    if (incoming.length > 1 && !wasDouble) conflicts.push({ kind: "secondEntry", nodeId, edges: incoming });
  }
}

function groupByTarget(edges: readonly Edge[]): Map<NodeId, Edge[]> {
  const groups = new Map<NodeId, Edge[]>();
  for (const edge of edges) groups.set(edge.to, [...(groups.get(edge.to) ?? []), edge]);
  return groups;
}
