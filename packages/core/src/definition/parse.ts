import type { z } from "zod";
import { migrateDefinition } from "../migration/migrate.ts";
import type { Issue } from "./issue.ts";
import { findDuplicates } from "./rules/duplicates.ts";
import { definitionSchema, type Definition } from "./schema.ts";

export type ParsedDefinition = { ok: true; definition: Definition } | { ok: false; issues: Issue[] };

/**
 * Reads a definition from JSON of any known format. Checks structure only: types, sizes, and that node ids and edges
 * are unique. What the graph means is checked by `validateDefinition`.
 */
export function parseDefinition(json: unknown): ParsedDefinition {
  const migrated = migrateDefinition(json);
  if (!migrated.ok) return { ok: false, issues: [migrated.issue] };
  const parsed = definitionSchema.safeParse(migrated.definition);
  if (!parsed.success) return { ok: false, issues: parsed.error.issues.map((issue) => toIssue(issue, json)) };
  const issues = findDuplicates(parsed.data);
  return issues.length > 0 ? { ok: false, issues } : { ok: true, definition: parsed.data };
}

function toIssue(issue: z.core.$ZodIssue, json: unknown): Issue {
  const path = issue.path.map((key) => (typeof key === "symbol" ? String(key) : key));
  const [list, index, ...rest] = path;
  const place = { code: "structure", severity: "error" as const, fix: "Correct the definition's JSON." };
  if (list === "nodes" && typeof index === "number") {
    const node = itemAt(json, "nodes", index);
    const nodeId = typeof node?.id === "number" ? node.id : undefined;
    const field = rest[0] === "config" ? rest.slice(1) : rest;
    const name = nodeId === undefined ? `nodes[${index}]` : `Node ${nodeId}`;
    return { ...place, message: `${name}, ${rest.join(".") || "node"}: ${issue.message}`, nodeId, field };
  }
  if (list === "edges" && typeof index === "number") {
    const edge = itemAt(json, "edges", index);
    const known = typeof edge?.from === "number" && typeof edge.to === "number";
    const kind = edge?.kind === "error" ? "error" : "next";
    const ends = known ? ({ from: edge.from as number, to: edge.to as number, kind } as const) : undefined;
    const name = ends ? `Edge ${ends.from} -> ${ends.to}` : `edges[${index}]`;
    return { ...place, message: `${name}, ${rest.join(".") || "edge"}: ${issue.message}`, edge: ends, field: rest };
  }
  return { ...place, message: `${path.join(".") || "Definition"}: ${issue.message}`, field: path };
}

function itemAt(json: unknown, list: "nodes" | "edges", index: number): Record<string, unknown> | undefined {
  const items = (json as Record<string, unknown>)[list];
  const item: unknown = Array.isArray(items) ? items[index] : undefined;
  return typeof item === "object" && item !== null ? (item as Record<string, unknown>) : undefined;
}
