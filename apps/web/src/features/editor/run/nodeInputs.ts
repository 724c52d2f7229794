import { upstreamNodes } from "@patchbay/core";
import type { Definition, DefinitionNode, Effect, JsonValue, ManifestCatalog, NodeId } from "@patchbay/core";
import { nodeFace } from "../canvas/nodeFace.ts";
import type { SampleMap } from "../mapping/samples.ts";
import { indexDefinition } from "../store/definitionIndex.ts";

/** One node that can be read at the node to run, with the JSON that stands in for what it emits. */
export interface NodeInput {
  nodeId: NodeId;
  title: string;
  json: string;
  /** Where the JSON is from, for a person. */
  origin: string;
}

const origins = {
  run: "from its last run",
  request: "from the last request",
  computed: "worked out from the samples before it",
  example: "an example: it has not run yet",
} as const;

/** What a run of the node begins with, farthest first; nodes whose formulas the config uses come before others. */
export function inputsOf(
  definition: Definition,
  catalog: ManifestCatalog,
  nodeId: NodeId,
  samples: SampleMap,
): NodeInput[] {
  const { nodes } = indexDefinition(definition);
  return upstreamNodes(definition, nodeId, catalog)
    .toReversed()
    .flatMap((id) => {
      const node = nodes.get(id);
      if (!node) return [];
      const sample = samples.get(id);
      const json = JSON.stringify(sample?.value ?? {}, null, 2);
      const title = node.name ?? nodeFace(catalog, node).title;
      return [{ nodeId: id, title, json, origin: sample ? origins[sample.origin] : "nothing is known of it yet" }];
    });
}

export type ReadInputs = { ok: true; bundles: string } | { ok: false; problems: ReadonlyMap<NodeId, string> };

/** The typed texts as the API takes them, or what is wrong with each. */
export function readInputs(inputs: readonly NodeInput[]): ReadInputs {
  const bundles: Record<string, JsonValue> = {};
  const problems = new Map<NodeId, string>();
  for (const { nodeId, json } of inputs) {
    try {
      bundles[nodeId] = JSON.parse(json) as JsonValue;
    } catch (error) {
      problems.set(nodeId, `This is not JSON: ${error instanceof Error ? error.message : "it cannot be read"}`);
    }
  }
  return problems.size > 0 ? { ok: false, problems } : { ok: true, bundles: JSON.stringify(bundles) };
}

/** What running the node does outside, as its form stands; a field that holds a formula may turn out either way. */
export function effectOf(node: DefinitionNode, catalog: ManifestCatalog): Effect | null {
  const kind = catalog.getNodeKind(node.type, node.typeVersion);
  if (kind?.role !== "action") return null;
  for (const { field, values, effect } of kind.node.effectRules ?? []) {
    const value = node.config[field] ?? defaultOf(kind.node.input, field);
    if (typeof value === "string" && !value.includes("{{") && values.includes(value.toUpperCase())) return effect;
  }
  return kind.node.effect;
}

function defaultOf(schema: Record<string, unknown>, field: string): unknown {
  const properties = schema.properties as Record<string, { default?: unknown }> | undefined;
  return properties?.[field]?.default;
}
