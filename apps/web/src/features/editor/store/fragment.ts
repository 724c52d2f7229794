import { DEFINITION_FORMAT, parseDefinition, pasteNodes } from "@patchbay/core";
import type { Definition, DefinitionNode, ManifestCatalog, NodeClip, NodeId } from "@patchbay/core";
import type { Position } from "./placement.ts";

const MARK = "patchbay/nodes";

/** Copied nodes as JSON for the clipboard: a small definition, so that a whole one can be pasted too. */
export function writeClip(clip: NodeClip): string {
  return JSON.stringify({ kind: MARK, format: DEFINITION_FORMAT, ...clip }, null, 2);
}

/** Reads what `writeClip` wrote, or a whole definition; null for any other text. */
export function readClip(text: string): NodeClip | null {
  if (!text.trimStart().startsWith("{")) return null;
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    // Something else was copied: not ours to paste.
    return null;
  }
  const parsed = parseDefinition(json);
  if (!parsed.ok || parsed.definition.nodes.length === 0) return null;
  return { nodes: parsed.definition.nodes, edges: parsed.definition.edges };
}

export interface PasteRequest {
  firstId: NodeId;
  offset: Position;
  catalog: ManifestCatalog;
}

/** Adds copies with new ids (core's `pasteNodes`). A trigger is left out where the definition has one already. */
export function pasteClip(
  definition: Definition,
  clip: NodeClip,
  request: PasteRequest,
): { definition: Definition; ids: NodeId[] } {
  const isTrigger = (node: DefinitionNode) => request.catalog.getNodeKind(node.type)?.role === "trigger";
  const hasTrigger = definition.nodes.some(isTrigger);
  const nodes = clip.nodes.filter((node) => !(hasTrigger && isTrigger(node)));
  const kept = new Set(nodes.map((node) => node.id));
  const edges = clip.edges.filter((edge) => kept.has(edge.from) && kept.has(edge.to));
  const pasted = pasteNodes(definition, { nodes, edges }, request);
  return { definition: pasted.definition, ids: pasted.nodeIds };
}
