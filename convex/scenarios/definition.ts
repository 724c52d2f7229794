/** Definitions at the edge of the database: text in, checked structure and hash out. */
import {
  canonicalJson,
  normalizeDefinition,
  parseDefinition,
  validateDefinition,
  type CallableScenarios,
  type Definition,
  type Issue,
} from "@patchbay/core";
import { manifestCatalog } from "@patchbay/catalog/manifests";
import { v } from "convex/values";
import { sha256Hex, utf8 } from "../lib/bytes.ts";
import { readJson } from "../lib/json.ts";

/** Definitions are stored in one row each, and rows stay under 1 MiB. */
const MAX_DEFINITION_BYTES = 900_000;

const nodeId = v.number();

/** `Issue` of core, as a Convex validator; the assignment below ties the two. */
export const issueValidator = v.object({
  code: v.string(),
  severity: v.union(v.literal("error"), v.literal("warning")),
  message: v.string(),
  fix: v.optional(v.string()),
  nodeId: v.optional(nodeId),
  edge: v.optional(v.object({ from: nodeId, to: nodeId, kind: v.union(v.literal("next"), v.literal("error")) })),
  field: v.optional(v.array(v.union(v.string(), v.number()))),
  range: v.optional(v.object({ from: v.number(), to: v.number() })),
});

export interface ReadDefinition {
  definition: Definition;
  /** JSON text as it is stored: only what the schema knows. */
  text: string;
  /** SHA-256 of the canonical JSON, in hexadecimal. */
  contentHash: string;
}

/** Reads definition text from a client: its structure only, since drafts may be half-finished. */
export async function readDefinition(
  text: string,
): Promise<({ ok: true } & ReadDefinition) | { ok: false; issues: Issue[] }> {
  if (utf8(text).length > MAX_DEFINITION_BYTES) return { ok: false, issues: [tooLarge()] };
  const json = readJson(text);
  if (!json.ok) return { ok: false, issues: [error("malformed_json", `The definition ${json.fault}.`)] };
  const parsed = parseDefinition(json.value);
  if (!parsed.ok) return { ok: false, issues: parsed.issues };
  return { ok: true, ...(await storable(parsed.definition)) };
}

/** A definition made or changed by our own code, ready to be stored. */
export async function storable(definition: Definition): Promise<ReadDefinition> {
  const text = JSON.stringify(definition);
  return { definition, text, contentHash: await sha256Hex(canonicalJson(normalizeDefinition(definition))) };
}

/** Reads definition text that this backend stored itself. */
export function parseStored(text: string): Definition {
  const parsed = parseDefinition(JSON.parse(text));
  if (!parsed.ok) throw new Error("A stored definition does not fit its schema.");
  return parsed.definition;
}

/** What forbids publishing the definition: errors only, in the order of the nodes. */
export function publishErrors(definition: Definition, callables?: CallableScenarios): Issue[] {
  const issues = validateDefinition(definition, manifestCatalog, undefined, undefined, callables);
  return issues.filter((issue) => issue.severity === "error");
}

/** The node types in order of the nodes, each once, for lists. */
export function nodeTypesOf(definition: Definition): string[] {
  return [...new Set(definition.nodes.map((node) => node.type))].slice(0, MAX_LISTED_NODE_TYPES);
}
const MAX_LISTED_NODE_TYPES = 24;

const error = (code: string, message: string): Issue => ({ code, severity: "error", message });
const tooLarge = () =>
  error("definition_too_large", `The definition is larger than ${MAX_DEFINITION_BYTES / 1000} KB. Split the scenario.`);
