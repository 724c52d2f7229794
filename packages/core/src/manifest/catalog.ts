import type { ActionManifest, ConnectionType, Manifest, TriggerManifest } from "./schema.ts";

export type NodeKind =
  | { role: "trigger"; manifest: Manifest; node: TriggerManifest }
  | { role: "action"; manifest: Manifest; node: ActionManifest };

/** Look-ups over a list of manifests, made once. */
export interface ManifestCatalog {
  manifests: readonly Manifest[];
  /** `"http.request"` in any typeVersion the manifests carry; the newest where none is given. */
  getNodeKind(type: string, typeVersion?: number): NodeKind | null;
  /** `"http.bearer"`. */
  getConnectionType(type: string): ConnectionType | null;
}

export function createManifestCatalog(manifests: readonly Manifest[]): ManifestCatalog {
  const kinds = new Map<string, NodeKind[]>();
  const connections = new Map<string, ConnectionType>();
  const add = (kind: NodeKind) => {
    const type = `${kind.manifest.name}.${kind.node.name}`;
    kinds.set(
      type,
      [...(kinds.get(type) ?? []), kind].sort((a, b) => b.node.typeVersion - a.node.typeVersion),
    );
  };
  for (const manifest of manifests) {
    for (const node of manifest.actions) add({ role: "action", manifest, node });
    for (const node of manifest.triggers) add({ role: "trigger", manifest, node });
    for (const connection of manifest.connections) connections.set(`${manifest.name}.${connection.name}`, connection);
  }
  return {
    manifests,
    getNodeKind(type, typeVersion) {
      const found = kinds.get(type);
      if (!found) return null;
      if (typeVersion === undefined) return found[0] ?? null;
      return found.find((kind) => kind.node.typeVersion === typeVersion) ?? null;
    },
    getConnectionType: (type) => connections.get(type) ?? null,
  };
}
