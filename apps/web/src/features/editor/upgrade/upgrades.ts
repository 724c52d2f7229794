import type { Definition, DefinitionNode, ManifestCatalog, NodeId } from "@patchbay/core";

/** What is different in the node's next typeVersion; null where it is at the newest. */
export function upgradeChanges(catalog: ManifestCatalog, node: DefinitionNode): string | null {
  const kind = catalog.getNodeKind(node.type, node.typeVersion);
  return kind?.role === "action" ? (kind.node.upgrade?.changes ?? null) : null;
}

/** Nodes that have a newer typeVersion, in the definition's order. */
export function outdatedNodes(catalog: ManifestCatalog, definition: Definition): NodeId[] {
  return definition.nodes.filter((node) => upgradeChanges(catalog, node) !== null).map(({ id }) => id);
}

/** The definition with nodes replaced by what they were upgraded to; places and names stay those of the moment. */
export function applyUpgrades(definition: Definition, upgraded: readonly DefinitionNode[]): Definition {
  const byId = new Map(upgraded.map((node) => [node.id, node]));
  const nodes = definition.nodes.map((node) => {
    const after = byId.get(node.id);
    return after ? { ...node, type: after.type, typeVersion: after.typeVersion, config: after.config } : node;
  });
  return { ...definition, nodes };
}
