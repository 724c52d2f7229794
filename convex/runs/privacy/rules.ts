/** Which values of a scenario's operations must not be stored readably: compiled once per definition. */
import { manifestCatalog } from "@patchbay/catalog/manifests";
import { parseSensitiveField, type Definition, type DefinitionNode, type NodeId, type PathStep } from "@patchbay/core";

/** `value`: what stands at the path. `byName`: of the names and values there, those whose names tell of credentials. */
export interface Rule {
  /** Keys; `EACH` for every item of a list. */
  path: readonly (string | typeof EACH)[];
  kind: "value" | "byName";
}

export const EACH = Symbol("each item");

export interface NodeRules {
  /** Nothing of the node's data is stored. */
  hidden: boolean;
  input: readonly Rule[];
  output: readonly Rule[];
}

export interface Rules {
  nodes: ReadonlyMap<NodeId, NodeRules>;
  /** Whether some node's data is hidden as a whole: then nothing that the run holds may be stored readably. */
  hidesNodes: boolean;
}

/** The rules of a definition; null where it has nothing to hide. */
export function compileRules(definition: Definition): Rules | null {
  const chosen = chosenFields(definition);
  const nodes = new Map<NodeId, NodeRules>();
  for (const node of definition.nodes) {
    const rules = rulesOf(node, chosen.get(node.id) ?? []);
    if (rules.hidden || rules.input.length > 0 || rules.output.length > 0) nodes.set(node.id, rules);
  }
  if (nodes.size === 0) return null;
  return { nodes, hidesNodes: [...nodes.values()].some((rules) => rules.hidden) };
}

function rulesOf(node: DefinitionNode, chosen: readonly Rule[]): NodeRules {
  const kind = manifestCatalog.getNodeKind(node.type, node.typeVersion)?.node;
  return {
    hidden: node.hideData ?? false,
    input: schemaRules(kind?.input),
    output: [...schemaRules(kind?.output), ...chosen],
  };
}

function chosenFields(definition: Definition): Map<NodeId, Rule[]> {
  const chosen = new Map<NodeId, Rule[]>();
  for (const text of definition.settings?.sensitiveFields ?? []) {
    const field = parseSensitiveField(text);
    if (!field) continue;
    const rule: Rule = { path: field.path.map(toKey), kind: "value" };
    chosen.set(field.nodeId, [...(chosen.get(field.nodeId) ?? []), rule]);
  }
  return chosen;
}

const toKey = (step: PathStep) => (step.kind === "key" ? step.key : EACH);

/** Fields that the manifest's schema marks with `x-secret`. */
function schemaRules(schema: unknown, path: Rule["path"] = []): Rule[] {
  if (typeof schema !== "object" || schema === null) return [];
  const { "x-secret": secret, properties, items } = schema as Record<string, unknown>;
  if (secret === true) return [{ path, kind: "value" }];
  if (secret === "byName") return [{ path, kind: "byName" }];
  const inside = Object.entries(properties ?? {}).flatMap(([name, property]) => schemaRules(property, [...path, name]));
  return [...inside, ...schemaRules(items, [...path, EACH])];
}

const CREDENTIAL_NAME =
  /^(proxy-)?authorization$|cookie|signature|secret|password|passwd|passphrase|credential|(^|[-_.])(api[-_]?key|apikey|auth|hmac|token|sig)([-_.]|$)|[-_](key|token)$|token$/i;
/** What carries no credential although its name sounds like one. */
const HARMLESS_NAME = /^(idempotency-key|x-idempotency-key|page-?token|next-?page-?token)$/i;

/** Whether a header or query parameter of this name is likely to carry credentials. */
export const isCredentialName = (name: string): boolean => CREDENTIAL_NAME.test(name) && !HARMLESS_NAME.test(name);
