import { compileConfig, controlOf, evaluateConfig, shapesAt, upstreamNodes } from "@patchbay/core";
import type {
  CallableScenarios,
  Definition,
  DefinitionNode,
  JsonValue,
  ManifestCatalog,
  NodeId,
  Shape,
} from "@patchbay/core";
import type { ListeningInfo, SampleRow } from "../backend/types.ts";
import { nodeFace } from "../canvas/nodeFace.ts";
import { flowOrder, indexDefinition } from "../store/definitionIndex.ts";

/** Where a node's sample value comes from. */
export type SampleOrigin = "run" | "request" | "computed" | "example";

export interface SourceNode {
  id: NodeId;
  title: string;
  subtitle: string;
  color: string;
  icon: string;
  sample: JsonValue | undefined;
  /** What is known of its bundles, from the manifest, the form and what was really seen. */
  shape: Shape | undefined;
  origin: SampleOrigin | null;
}

export interface Sample {
  value: JsonValue;
  origin: SampleOrigin;
}

export type SampleMap = ReadonlyMap<NodeId, Sample>;

/**
 * The best sample for each node: what the last run gave, else the last request that was listened to, else the manifest's. What
 * an iterator or variables come to is computed from the samples before them, so that it fits the form as it is now.
 */
export function collectSamples(
  definition: Definition,
  catalog: ManifestCatalog,
  rows: readonly SampleRow[],
  listening: ListeningInfo | null | undefined,
): SampleMap {
  const samples = new Map<NodeId, Sample>();
  const lastRequest = listening?.samples[0];
  for (const node of definition.nodes) {
    const kind = catalog.getNodeKind(node.type, node.typeVersion);
    if (kind?.node.sampleOutput !== undefined)
      samples.set(node.id, { value: kind.node.sampleOutput, origin: "example" });
    const request = kind?.role === "trigger" && lastRequest ? parseJson(lastRequest.bundle) : undefined;
    if (request !== undefined) samples.set(node.id, { value: request, origin: "request" });
  }
  for (const row of rows) {
    const value = parseJson(row.output);
    const known = samples.get(row.nodeId);
    // A request that was just listened to is newer than the last run.
    if (value !== undefined && known?.origin !== "request") samples.set(row.nodeId, { value, origin: "run" });
  }
  const { nodes } = indexDefinition(definition);
  for (const id of flowOrder(definition)) {
    const value = computeSample(nodes.get(id)!, catalog, samples);
    if (value !== undefined) samples.set(id, { value, origin: "computed" });
  }
  return samples;
}

function computeSample(node: DefinitionNode, catalog: ManifestCatalog, samples: SampleMap): JsonValue | undefined {
  const isIterator = controlOf(node, catalog) === "iterate";
  if (!isIterator && node.type !== "tools.setVariables") return undefined;
  const scope = { getBundle: (id: NodeId) => samples.get(id)?.value, nowMs: Date.now() };
  const result = evaluateConfig(compileConfig(node.config), scope);
  if (!result.ok || result.missing.length > 0) return undefined;
  const { array, variables } = result.value;
  if (isIterator) {
    const items = Array.isArray(array) ? array : [];
    return items[0] === undefined ? undefined : { value: items[0], index: 1, total: items.length };
  }
  if (!Array.isArray(variables) || variables.length === 0) return undefined;
  return Object.fromEntries(variables.flatMap((row) => (isNamed(row) ? [[row.name, row.value ?? null]] : [])));
}

function isNamed(row: JsonValue): row is { name: string; value?: JsonValue } {
  return typeof row === "object" && row !== null && "name" in row && typeof row.name === "string" && row.name !== "";
}

function parseJson(text: string): JsonValue | undefined {
  try {
    return JSON.parse(text) as JsonValue;
  } catch {
    return undefined;
  }
}

/** The nodes whose bundles can be read at `nodeId`, nearest first, with how they look and a sample of each. */
export function sourceNodes(
  definition: Definition,
  catalog: ManifestCatalog,
  nodeId: NodeId,
  samples: SampleMap,
  callables?: CallableScenarios,
): SourceNode[] {
  const { nodes } = indexDefinition(definition);
  const failed = failedBefore(definition, nodeId);
  const shapeOf = shapesAt(definition, catalog, nodeId, seenSamples(samples), callables);
  return upstreamNodes(definition, nodeId, catalog).flatMap((id) => {
    const node = nodes.get(id);
    if (!node) return [];
    const face = nodeFace(catalog, node);
    const known = samples.get(id);
    const sample = id === failed ? errorOf(face.isTrigger ? known : undefined) : known;
    // A router passes its bundle on; there is nothing of its own to read.
    if (face.isRouter) return [];
    return [
      {
        id,
        title: node.name ?? face.title,
        subtitle: face.subtitle,
        color: face.color,
        icon: face.icon,
        sample: sample?.value,
        shape: shapeOf(id),
        origin: sample?.origin ?? null,
      },
    ];
  });
}

/** By the map that they come from: shapes stay the same objects while the samples do. */
const seen = new WeakMap<SampleMap, ReadonlyMap<NodeId, JsonValue>>();

/** Samples that nodes really gave; an example says nothing of what there may be. */
function seenSamples(samples: SampleMap): ReadonlyMap<NodeId, JsonValue> {
  const known =
    seen.get(samples) ??
    new Map(
      [...samples].flatMap(([id, { value, origin }]) =>
        origin === "run" || origin === "request" ? [[id, value]] : [],
      ),
    );
  seen.set(samples, known);
  return known;
}

/** On an error route, the failed node's bundle is what went wrong; on the trigger's, it stands beside the event. */
function errorOf(event: Sample | undefined): Sample {
  return { value: { ...fieldsOf(event?.value), ...errorSample }, origin: "example" };
}

function fieldsOf(value: JsonValue | undefined): Record<string, JsonValue> {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? value : {};
}

const errorSample = {
  error: { kind: "retryable", code: "action_failed", message: "The service answered with status 503." },
};

/** The node whose error route leads to `nodeId`, if one does. */
function failedBefore(definition: Definition, nodeId: NodeId): NodeId | null {
  const { incoming } = indexDefinition(definition);
  const seen = new Set<NodeId>();
  for (let at = nodeId; !seen.has(at);) {
    seen.add(at);
    const edge = incoming.get(at)?.[0];
    if (!edge) return null;
    if (edge.kind === "error") return edge.from;
    at = edge.from;
  }
  return null;
}
