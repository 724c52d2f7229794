import type { Definition } from "@patchbay/core";
import { nodeFace, type NodeFace } from "@/lib/nodeFaces";

export interface NamedNode extends NodeFace {
  /** The node's own name, else its app's. */
  name: string;
  type: string;
}

/** A node of a definition with its face; of an id that is not in it (any more), a stand-in. */
export function namedNode(definition: Definition, nodeId: number): NamedNode {
  const node = definition.nodes.find((each) => each.id === nodeId);
  if (!node)
    return { name: `Node ${nodeId}`, type: "", app: "", title: "", action: "", color: undefined, icon: undefined };
  const face = nodeFace(node.type);
  return { ...face, name: node.name || face.title, type: node.type };
}
