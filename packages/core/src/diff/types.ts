import type { Definition, DefinitionNode, Edge, JsonValue, NodeId } from "../definition/schema.ts";

export type Note = NonNullable<Definition["notes"]>[number];
export type FieldPath = (string | number)[];

/** One changed value. Absent `before` or `after` means that there was or is none. */
export interface FieldChange {
  path: FieldPath;
  before?: JsonValue;
  after?: JsonValue;
}

export interface NodeChange {
  id: NodeId;
  fields: FieldChange[];
  /** Only the position on the canvas changed. */
  layoutOnly: boolean;
}
export interface EdgeChange {
  edge: Pick<Edge, "from" | "to" | "kind">;
  fields: FieldChange[];
}
export interface NoteChange {
  id: string;
  fields: FieldChange[];
  layoutOnly: boolean;
}

/**
 * What leads from one definition to another. Plain JSON; `applyDiff` and `reverseDiff` are its inverse pair. The order of
 * nodes, edges and notes in their lists carries no meaning and is not part of it.
 */
export interface DefinitionDiff {
  nodes: { added: DefinitionNode[]; removed: DefinitionNode[]; changed: NodeChange[] };
  edges: { added: Edge[]; removed: Edge[]; changed: EdgeChange[] };
  notes: { added: Note[]; removed: Note[]; changed: NoteChange[] };
  settings: FieldChange[];
}
