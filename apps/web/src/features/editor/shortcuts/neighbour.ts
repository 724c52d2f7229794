import type { Definition, NodeId } from "@patchbay/core";
import { indexDefinition } from "../store/definitionIndex.ts";

export type Direction = "before" | "after" | "above" | "below";

/** The node that an arrow key leads to: along the cable, or to the route above or below. Null where there is none. */
export function neighbour(definition: Definition, from: NodeId, direction: Direction): NodeId | null {
  const index = indexDefinition(definition);
  const outputs = (id: NodeId) => {
    const error = index.error.get(id);
    return [...(index.next.get(id) ?? []), ...(error ? [error] : [])].map((edge) => edge.to);
  };
  const parent = index.incoming.get(from)?.[0]?.from;
  if (direction === "before") return parent ?? null;
  if (direction === "after") return outputs(from)[0] ?? null;
  const siblings = parent === undefined ? [] : outputs(parent);
  const at = siblings.indexOf(from);
  return at < 0 ? null : (siblings[at + (direction === "above" ? -1 : 1)] ?? null);
}
