import type { Definition } from "../definition/schema.ts";
import { edgeKey } from "../graph/graph.ts";

/**
 * The definition with its lists in a fixed order and without empty optional parts: two definitions mean the same exactly when
 * the canonical JSON of their normal forms is the same. Content hashes are made of it.
 */
export function normalizeDefinition(definition: Definition): Definition {
  const { notes, settings, ...rest } = definition;
  return {
    ...rest,
    nodes: definition.nodes.toSorted((a, b) => a.id - b.id),
    edges: sortBy(definition.edges, edgeKey),
    ...(notes && notes.length > 0 && { notes: sortBy(notes, ({ id }) => id) }),
    ...(settings && Object.values(settings).some((value) => value !== undefined) && { settings }),
  };
}

const sortBy = <T>(items: readonly T[], keyOf: (item: T) => string): T[] =>
  items.toSorted((a, b) => (keyOf(a) < keyOf(b) ? -1 : keyOf(a) > keyOf(b) ? 1 : 0));
