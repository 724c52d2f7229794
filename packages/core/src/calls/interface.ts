/** What of a definition concerns other scenarios: what it takes, what it returns, whom it calls. */
import type { Definition, DefinitionNode } from "../definition/schema.ts";
import type { ManifestCatalog } from "../manifest/catalog.ts";
import type { Control } from "../manifest/schema.ts";
import { readDeclaredInputs, type DeclaredInput } from "./inputs.ts";

/** What a scenario takes and returns. */
export interface CallInterface {
  inputs: DeclaredInput[];
  /** Names of what its return nodes give. */
  outputs: string[];
}

/** A scenario of the organization as its callers know it. */
export interface CallableScenario extends CallInterface {
  id: string;
  name: string;
  /** `ready`, or why calls of it fail: switched off, never published, started by something else, deleted. */
  status: "ready" | "off" | "unpublished" | "otherTrigger" | "deleted";
  /** Names of the scenarios by which a call of it leads back to the caller, itself the last; absent where none does. */
  recursion?: string[];
}

/** Scenarios that a definition may call, by id. One that is not among them does not exist. */
export type CallableScenarios = ReadonlyMap<string, CallableScenario>;

/** What the definition takes and returns; null where it is not started by calls. */
export function callInterfaceOf(definition: Definition, catalog: ManifestCatalog): CallInterface | null {
  const start = definition.nodes.find((node) => {
    const kind = catalog.getNodeKind(node.type, node.typeVersion);
    return kind?.role === "trigger" && kind.node.kind === "call";
  });
  if (!start) return null;
  const returned = nodesWith(definition, catalog, "return").flatMap(({ config }) => namesOf(config.outputs));
  return { inputs: readDeclaredInputs(start.config.inputs), outputs: [...new Set(returned)] };
}

/** Ids of the scenarios that the definition calls, each once. Disabled nodes call nothing. */
export function calledScenarios(definition: Definition, catalog: ManifestCatalog): string[] {
  const ids = nodesWith(definition, catalog, "call").map(({ config }) => config.scenarioId);
  return [...new Set(ids.filter((id) => typeof id === "string" && id !== ""))] as string[];
}

function nodesWith(definition: Definition, catalog: ManifestCatalog, control: Control): DefinitionNode[] {
  return definition.nodes.filter((node) => {
    const kind = node.disabled ? null : catalog.getNodeKind(node.type, node.typeVersion);
    return kind?.role === "action" && kind.node.control === control;
  });
}

function namesOf(rows: DefinitionNode["config"][string] | undefined): string[] {
  return (Array.isArray(rows) ? rows : []).flatMap((row) => {
    if (typeof row !== "object" || row === null || Array.isArray(row)) return [];
    const name = typeof row.name === "string" ? row.name.trim() : "";
    return name === "" || name.includes("{{") ? [] : [name];
  });
}
