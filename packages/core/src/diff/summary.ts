import type { DefinitionDiff } from "./types.ts";

/** How much a diff changes, for lists of versions. */
export interface DiffSummary {
  /** Nodes. */
  added: number;
  /** Nodes. */
  removed: number;
  /** Nodes, connections between nodes that exist on both sides, notes and, once, the settings. */
  changed: number;
  /** Nodes and notes that only changed their place. */
  moved: number;
  /** One line: `2 nodes added, 1 connection changed`. */
  text: string;
}

/** Whether there is no difference at all. */
export const isEmptyDiff = (diff: DefinitionDiff): boolean =>
  [diff.nodes, diff.edges, diff.notes].every(
    ({ added, removed, changed }) => added.length + removed.length + changed.length === 0,
  ) && diff.settings.length === 0;

/** Whether only the picture changed: nothing about what the scenario does. Notes are part of the picture. */
export const isLayoutOnly = (diff: DefinitionDiff): boolean =>
  diff.nodes.added.length + diff.nodes.removed.length === 0 &&
  diff.nodes.changed.every((change) => change.layoutOnly) &&
  diff.edges.added.length + diff.edges.removed.length + diff.edges.changed.length === 0 &&
  diff.settings.length === 0;

export function summarizeDiff(diff: DefinitionDiff): DiffSummary {
  const moved = diff.nodes.changed.filter((change) => change.layoutOnly).length;
  const movedNotes = diff.notes.changed.filter((change) => change.layoutOnly).length;
  const nodes = diff.nodes.changed.length - moved;
  const edges = countEdges(diff);
  const notes = diff.notes.added.length + diff.notes.removed.length + diff.notes.changed.length - movedNotes;
  const settings = diff.settings.length > 0 ? 1 : 0;
  return {
    added: diff.nodes.added.length,
    removed: diff.nodes.removed.length,
    changed: nodes + edges + notes + settings,
    moved: moved + movedNotes,
    text: describe([
      [diff.nodes.added.length, "node", "added"],
      [diff.nodes.removed.length, "node", "removed"],
      [nodes, "node", "changed"],
      [edges, "connection", "changed"],
      [notes, "note", "changed"],
      [settings, "setting", "changed"],
      [moved + movedNotes, "item", "moved"],
    ]),
  };
}

/** Connections of added or removed nodes come and go with them and do not count on their own. */
function countEdges({ nodes, edges }: DefinitionDiff): number {
  const comeOrGone = new Set([...nodes.added, ...nodes.removed].map(({ id }) => id));
  const relinked = [...edges.added, ...edges.removed].filter(
    ({ from, to }) => !comeOrGone.has(from) && !comeOrGone.has(to),
  );
  return edges.changed.length + relinked.length;
}

function describe(parts: [count: number, noun: string, verb: string][]): string {
  const texts = parts
    .filter(([count]) => count > 0)
    .map(([count, noun, verb]) => `${count} ${noun}${count === 1 ? "" : "s"} ${verb}`);
  return texts.length > 0 ? texts.join(", ") : "No changes";
}
