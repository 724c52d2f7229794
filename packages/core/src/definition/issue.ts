import type { NodeId } from "./schema.ts";

/** Something wrong or doubtful in a definition. Errors forbid publishing; warnings do not. */
export interface Issue {
  /** Stable, machine-readable: `cycle`, `orphan`, `second_trigger`, `unknown_type`, `formula_syntax` ... */
  code: string;
  severity: "error" | "warning";
  /** What is wrong, for a person. */
  message: string;
  /** What to do about it, for a person. */
  fix?: string;
  nodeId?: NodeId;
  /** The edge concerned, by its ends. */
  edge?: { from: NodeId; to: NodeId; kind: "next" | "error" };
  /** Path inside the node's config (`["headers", 0, "value"]`) or inside the edge's filter. */
  field?: (string | number)[];
  /** Character range of the fault within the field's text. */
  range?: { from: number; to: number };
}
