import { edgeKey } from "../../graph/graph.ts";
import type { Issue } from "../issue.ts";
import type { Definition } from "../schema.ts";

/** Ids of nodes and notes, and the ends of edges, that occur twice. */
export function findDuplicates(definition: Definition): Issue[] {
  const issues: Issue[] = [];
  for (const node of repeated(definition.nodes, ({ id }) => String(id))) {
    const message = `Two nodes have the id ${node.id}.`;
    issues.push({
      code: "duplicate_node",
      severity: "error",
      message,
      fix: "Give one of them a new id.",
      nodeId: node.id,
    });
  }
  for (const { from, to, kind } of repeated(definition.edges, edgeKey)) {
    const message = `Nodes ${from} and ${to} are connected twice.`;
    const fix = "Remove one of the connections.";
    issues.push({ code: "duplicate_edge", severity: "error", message, fix, edge: { from, to, kind } });
  }
  for (const note of repeated(definition.notes ?? [], ({ id }) => id)) {
    issues.push({
      code: "duplicate_note",
      severity: "error",
      message: `Two notes have the id "${note.id}".`,
      fix: "Give one of them a new id.",
    });
  }
  return issues;
}

function repeated<T>(items: readonly T[], keyOf: (item: T) => string): T[] {
  const seen = new Set<string>();
  return items.filter((item) => {
    const key = keyOf(item);
    if (seen.has(key)) return true;
    seen.add(key);
    return false;
  });
}
