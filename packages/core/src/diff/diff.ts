import type { Definition } from "../definition/schema.ts";
import { edgeKey } from "../graph/graph.ts";
import type { DefinitionDiff, FieldChange } from "./types.ts";
import { diffValues, setAtPath, type Json } from "./values.ts";

/** What leads from `before` to `after`. Both must have unique ids (`parseDefinition` sees to that). */
export function diffDefinitions(before: Definition, after: Definition): DefinitionDiff {
  const nodes = diffLists(before.nodes, after.nodes, ({ id }) => id);
  const edges = diffLists(before.edges, after.edges, edgeKey);
  const notes = diffLists(before.notes ?? [], after.notes ?? [], ({ id }) => id);
  const settings: FieldChange[] = [];
  diffValues(before.settings ?? {}, after.settings ?? {}, [], settings);
  return {
    nodes: {
      ...nodes,
      changed: nodes.changed.map(({ item, fields }) => ({ id: item.id, fields, layoutOnly: isLayout(fields) })),
    },
    edges: {
      ...edges,
      changed: edges.changed.map(({ item: { from, to, kind }, fields }) => ({ edge: { from, to, kind }, fields })),
    },
    notes: {
      ...notes,
      changed: notes.changed.map(({ item, fields }) => ({ id: item.id, fields, layoutOnly: isLayout(fields) })),
    },
    settings,
  };
}

const isLayout = (fields: FieldChange[]): boolean =>
  fields.every(({ path }) => path[0] === "position" || path[0] === "size");

interface ListDiff<T> {
  added: T[];
  removed: T[];
  changed: { item: T; fields: FieldChange[] }[];
}

function diffLists<T extends object>(
  before: readonly T[],
  after: readonly T[],
  keyOf: (item: T) => unknown,
): ListDiff<T> {
  const remaining = new Map(before.map((item) => [keyOf(item), item]));
  const result: ListDiff<T> = { added: [], removed: [], changed: [] };
  for (const item of after) {
    const key = keyOf(item);
    const old = remaining.get(key);
    remaining.delete(key);
    if (!old) {
      result.added.push(item);
      continue;
    }
    const fields: FieldChange[] = [];
    diffValues(old as Json, item as Json, [], fields);
    if (fields.length > 0) result.changed.push({ item, fields });
  }
  result.removed.push(...remaining.values());
  return result;
}

/**
 * The definition with the changes made to it. Kept items stay in their order, added ones come last. Made for the
 * definition the diff starts from; on another one it does what still makes sense: what is already there is not added
 * again, and changes to what is gone are left out.
 */
export function applyDiff(definition: Definition, diff: DefinitionDiff): Definition {
  const changedNodes = new Map(diff.nodes.changed.map((change) => [change.id, change.fields]));
  const changedEdges = new Map(diff.edges.changed.map((change) => [edgeKey(change.edge), change.fields]));
  const changedNotes = new Map(diff.notes.changed.map((change) => [change.id, change.fields]));
  const notes = applyToList(definition.notes ?? [], diff.notes, changedNotes, ({ id }) => id);
  const settings = applyFields(definition.settings ?? {}, diff.settings);
  const result: Definition = {
    ...definition,
    nodes: applyToList(definition.nodes, diff.nodes, changedNodes, ({ id }) => id),
    edges: applyToList(definition.edges, diff.edges, changedEdges, edgeKey),
  };
  if (notes.length > 0) result.notes = notes;
  else delete result.notes;
  if (Object.keys(settings).length > 0) result.settings = settings;
  else delete result.settings;
  return result;
}

function applyToList<T extends object, K>(
  items: readonly T[],
  diff: { added: T[]; removed: T[] },
  changed: ReadonlyMap<K, FieldChange[]>,
  keyOf: (item: T) => K,
): T[] {
  const removed = new Set(diff.removed.map(keyOf));
  const kept = items.filter((item) => !removed.has(keyOf(item)));
  const present = new Set(kept.map(keyOf));
  return [
    ...kept.map((item) => {
      const fields = changed.get(keyOf(item));
      return fields ? applyFields(item, fields) : item;
    }),
    ...diff.added.filter((item) => !present.has(keyOf(item))),
  ];
}

/** Field changes keep a valid item valid in the definition they were made for, whose other end had these very values. */
const applyFields = <T extends object>(item: T, fields: readonly FieldChange[]): T =>
  fields.reduce<Json>((value, { path, after }) => setAtPath(value, path, after), item as Json) as T;

/** What leads back: `applyDiff(applyDiff(a, d), reverseDiff(d))` is `a`. */
export function reverseDiff(diff: DefinitionDiff): DefinitionDiff {
  const swap = <T, C extends { fields: FieldChange[] }>(list: { added: T[]; removed: T[]; changed: C[] }) => ({
    added: list.removed,
    removed: list.added,
    changed: list.changed.map((change) => ({ ...change, fields: change.fields.map(reverseChange) })),
  });
  return {
    nodes: swap(diff.nodes),
    edges: swap(diff.edges),
    notes: swap(diff.notes),
    settings: diff.settings.map(reverseChange),
  };
}

const reverseChange = ({ path, before, after }: FieldChange): FieldChange => ({
  path,
  ...(after !== undefined && { before: after }),
  ...(before !== undefined && { after: before }),
});
