import type { Definition, DefinitionNode, Edge, Filter, JsonValue, NodeId } from "../definition/schema.ts";
import type { ManifestCatalog } from "../manifest/catalog.ts";
import { rewriteReferences } from "../mapping/rewrite.ts";
import { renumberSensitiveField } from "../definition/sensitive.ts";
import { propertiesOf } from "../definition/checkConfig.ts";

export type IdMap = ReadonlyMap<NodeId, NodeId>;

type Settings = NonNullable<Definition["settings"]>;

/** The definition with nodes renumbered, and with everything that refers to them: edges, formulas, node fields. */
export function renumberNodes(definition: Definition, map: IdMap, catalog?: ManifestCatalog): Definition {
  return {
    ...definition,
    nodes: definition.nodes.map((node) => ({ ...rewriteNode(node, map, catalog), id: map.get(node.id) ?? node.id })),
    edges: definition.edges.map((edge) => renumberEdge(edge, map)),
    ...(definition.settings && { settings: renumberSettings(definition.settings, map) }),
  };
}

function renumberSettings(settings: Settings, map: IdMap): Settings {
  if (!settings.sensitiveFields) return settings;
  return { ...settings, sensitiveFields: settings.sensitiveFields.map((text) => renumberSensitiveField(text, map)) };
}

/** The edge with its ends and the formulas of its filter renumbered. */
export function renumberEdge(edge: Edge, map: IdMap): Edge {
  const moved = { ...edge, from: map.get(edge.from) ?? edge.from, to: map.get(edge.to) ?? edge.to };
  return edge.filter ? { ...moved, filter: rewriteFilter(edge.filter, map) } : moved;
}

/** The node with what its config refers to renumbered; its own id stays. */
export function rewriteNode(node: DefinitionNode, map: IdMap, catalog?: ManifestCatalog): DefinitionNode {
  const references = nodeReferenceFields(node, catalog);
  const config = Object.fromEntries(
    Object.entries(node.config).map(([key, value]) => [
      key,
      references.has(key) && typeof value === "number" ? (map.get(value) ?? value) : rewriteValue(value, map),
    ]),
  );
  return { ...node, config };
}

/** Config fields that hold a node id: those with `x-control: "nodeRef"`, or without a catalog the aggregator's `source`. */
function nodeReferenceFields(node: DefinitionNode, catalog?: ManifestCatalog): ReadonlySet<string> {
  const schema = catalog?.getNodeKind(node.type, node.typeVersion)?.node.input;
  if (!schema) return new Set(node.type === "tools.aggregate" ? ["source"] : []);
  const properties = Object.entries(propertiesOf(schema));
  return new Set(properties.flatMap(([name, property]) => (property["x-control"] === "nodeRef" ? [name] : [])));
}

function rewriteValue(value: JsonValue, map: IdMap): JsonValue {
  if (typeof value === "string") return rewriteReferences(value, map);
  if (Array.isArray(value)) return value.map((item) => rewriteValue(item, map));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, rewriteValue(item, map)]));
}

const rewriteFilter = (filter: Filter, map: IdMap): Filter => ({
  ...filter,
  conditions: filter.conditions.map((group) =>
    group.map((condition) => ({
      ...condition,
      left: rewriteReferences(condition.left, map),
      ...(condition.right !== undefined && { right: rewriteReferences(condition.right, map) }),
    })),
  ),
});
