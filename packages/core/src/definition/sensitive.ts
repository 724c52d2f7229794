/** Fields that the scenario's settings name as sensitive: `1.body.card.number`, `3.body.items[].email`, or a whole bundle, `2`. */
import type { PathStep } from "../mapping/ast.ts";
import { formatReference, parsePath } from "../mapping/path.ts";
import type { NodeId } from "./schema.ts";

export interface SensitiveField {
  nodeId: NodeId;
  /** Within what the node emits; empty for all of it. An item stands for every item of its list. */
  path: PathStep[];
}

/** Null where the text is not a node's id and a path. */
export function parseSensitiveField(text: string): SensitiveField | null {
  const match = /^\s*(?:\{\{)?\s*(\d{1,9})(?:\.|(?=\[)|\s*(?=\}\}|$))(.*?)\s*(?:\}\})?\s*$/u.exec(text);
  if (!match) return null;
  const path = parsePath(match[2] ?? "");
  return path && { nodeId: Number(match[1]), path };
}

/** The text with the node's id replaced as `map` says; what cannot be read stays. */
export function renumberSensitiveField(text: string, map: ReadonlyMap<NodeId, NodeId>): string {
  const field = parseSensitiveField(text);
  const to = field && map.get(field.nodeId);
  return field && to !== null && to !== undefined ? formatReference(to, field.path) : text;
}
