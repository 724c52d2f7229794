import type { Definition, DefinitionNode, Edge as DefinitionEdge, ManifestCatalog, NodeId } from "@patchbay/core";
import { Position as Side } from "@xyflow/react";
import type { Edge, Node, NodeHandle } from "@xyflow/react";
import { edgeKey, flowOrder, indexDefinition } from "../store/definitionIndex.ts";
import type { EdgeKey } from "../store/definitionIndex.ts";
import type { Position } from "../store/placement.ts";
import { DISC, ERROR_ANGLE, HANDLE_SIZE, handleCorner, outputAngle, spareAngle } from "./geometry.ts";
import type { Angle } from "./geometry.ts";
import { nodeFace, nodeTitle } from "./nodeFace.ts";
import type { NodeFace } from "./nodeFace.ts";

export type Note = NonNullable<Definition["notes"]>[number];

export interface Output {
  /** The handle's id: `next`, `error`, `spare`, or `to:5` for a router's route to node 5. */
  id: string;
  angle: Angle;
  /** The edge that is patched in. */
  edge: EdgeKey | null;
}

export type DiscNode = Node<{ node: DefinitionNode; face: NodeFace; outputs: readonly Output[] }, "disc">;
export type NoteNode = Node<{ note: Note }, "note">;
export type FlowNode = DiscNode | NoteNode;
export type CableEdge = Edge<{ edge: DefinitionEdge; angle: Angle; isFromRouter: boolean }, "cable">;

export const INPUT_HANDLE = "in";
const INPUT_ANGLE = Math.PI;

/** The outputs of a node, in the order of its routes, with the angles at which their plugs leave the disc. */
export function outputsOf(definition: Definition, id: NodeId, face: NodeFace): Output[] {
  const index = indexDefinition(definition);
  const next = index.next.get(id) ?? [];
  const outputs: Output[] = [];
  if (face.isRouter || next.length > 1) {
    next.forEach((edge, place) => {
      outputs.push({ id: `to:${edge.to}`, angle: outputAngle(place, next.length), edge: edgeKey(edge) });
    });
    outputs.push({ id: "spare", angle: spareAngle(next.length), edge: null });
  } else if (!face.isEnd) {
    outputs.push({ id: "next", angle: 0, edge: next[0] ? edgeKey(next[0]) : null });
  }
  const error = index.error.get(id);
  if (error) outputs.push({ id: "error", angle: ERROR_ANGLE, edge: edgeKey(error) });
  return outputs;
}

function handlesOf(outputs: readonly Output[]): NodeHandle[] {
  const size = { width: HANDLE_SIZE, height: HANDLE_SIZE };
  return [
    { id: INPUT_HANDLE, type: "target", position: Side.Left, ...handleCorner(INPUT_ANGLE), ...size },
    ...outputs.map((output) => ({
      id: output.id,
      type: "source" as const,
      position: Side.Right,
      ...handleCorner(output.angle),
      ...size,
    })),
  ];
}

interface CachedNode {
  node: DefinitionNode;
  outputKey: string;
  isSelected: boolean;
  dragged: Position | undefined;
  flowNode: DiscNode;
}

/**
 * Turns a definition into React Flow's nodes and edges, keeping the objects of what did not change: React Flow and
 * the memoised components then skip it. One projector per canvas.
 */
export function createProjector(catalog: ManifestCatalog) {
  let nodeCache = new Map<NodeId, CachedNode>();
  let edgeCache = new WeakMap<DefinitionEdge, CableEdge>();

  const projectNode = (
    definition: Definition,
    node: DefinitionNode,
    isSelected: boolean,
    dragged: Position | undefined,
  ): CachedNode => {
    const known = nodeCache.get(node.id);
    const face = known?.node.type === node.type ? known.flowNode.data.face : nodeFace(catalog, node);
    const outputs = outputsOf(definition, node.id, face);
    const outputKey = outputs.map((output) => `${output.id}@${output.edge}@${output.angle}`).join();
    const isSame = known?.node === node && known.outputKey === outputKey;
    if (isSame && known.isSelected === isSelected && known.dragged === dragged) return known;
    // The data object is what the disc's memo looks at: a drag or a selection leaves it alone.
    const data = isSame ? known.flowNode.data : { node, face, outputs };
    const flowNode: DiscNode = {
      id: String(node.id),
      type: "disc",
      position: dragged ?? node.position,
      data,
      selected: isSelected,
      width: DISC,
      height: DISC,
      measured: { width: DISC, height: DISC },
      handles: handlesOf(outputs),
      ariaLabel: describeNode(catalog, node, face),
      ariaRole: "group",
      domAttributes: { "aria-roledescription": "node" },
    };
    return { node, outputKey, isSelected, dragged, flowNode };
  };

  return {
    nodes(definition: Definition, selected: ReadonlySet<NodeId>, dragged: ReadonlyMap<string, Position>): FlowNode[] {
      const byId = indexDefinition(definition).nodes;
      const next = new Map<NodeId, CachedNode>();
      for (const id of flowOrder(definition)) {
        next.set(id, projectNode(definition, byId.get(id)!, selected.has(id), dragged.get(String(id))));
      }
      nodeCache = next;
      return [...next.values()].map((cached) => cached.flowNode);
    },
    notes(definition: Definition, selected: ReadonlySet<string>, dragged: ReadonlyMap<string, Position>): NoteNode[] {
      return (definition.notes ?? []).map((note) => ({
        id: noteFlowId(note.id),
        type: "note",
        position: dragged.get(noteFlowId(note.id)) ?? note.position,
        data: { note },
        selected: selected.has(note.id),
        width: note.size?.width ?? 200,
        height: note.size?.height ?? 120,
        measured: note.size ?? { width: 200, height: 120 },
        ariaLabel: `Note: ${note.text.slice(0, 80)}`,
      }));
    },
    edges(definition: Definition, selected: ReadonlySet<EdgeKey>): CableEdge[] {
      const index = indexDefinition(definition);
      const next = new WeakMap<DefinitionEdge, CableEdge>();
      const edges: CableEdge[] = [];
      for (const node of definition.nodes) {
        const face = nodeFace(catalog, node);
        for (const output of outputsOf(definition, node.id, face)) {
          const edge = output.edge === null ? undefined : index.edges.get(output.edge);
          if (!edge || !index.nodes.has(edge.to)) continue;
          const cable = projectEdge(definition, edge, output, selected.has(edgeKey(edge)), face.isRouter);
          edges.push(cable);
          next.set(edge, cable);
        }
      }
      edgeCache = next;
      return edges;
    },
  };

  function projectEdge(
    definition: Definition,
    edge: DefinitionEdge,
    output: Output,
    isSelected: boolean,
    isFromRouter: boolean,
  ): CableEdge {
    const known = edgeCache.get(edge);
    const data = known?.data?.angle === output.angle ? known.data : { edge, angle: output.angle, isFromRouter };
    if (known?.selected === isSelected && known.sourceHandle === output.id && known.data === data) return known;
    return {
      id: edgeKey(edge),
      type: "cable",
      source: String(edge.from),
      target: String(edge.to),
      sourceHandle: output.id,
      targetHandle: INPUT_HANDLE,
      selected: isSelected,
      data,
      ariaLabel: describeEdge(catalog, definition, edge),
      interactionWidth: 24,
    };
  }
}

const NOTE_PREFIX = "note:";
export const noteFlowId = (id: string): string => NOTE_PREFIX + id;
export const noteIdOf = (flowId: string): string | null =>
  flowId.startsWith(NOTE_PREFIX) ? flowId.slice(NOTE_PREFIX.length) : null;

function describeNode(catalog: ManifestCatalog, node: DefinitionNode, face: NodeFace): string {
  const parts = [`${node.id}: ${nodeTitle(catalog, node)}`, face.subtitle];
  if (face.isTrigger) parts.push("trigger");
  if (node.disabled) parts.push("disabled");
  return parts.join(", ");
}

function describeEdge(catalog: ManifestCatalog, definition: Definition, edge: DefinitionEdge): string {
  const nodes = indexDefinition(definition).nodes;
  const name = (id: NodeId) => `${id} ${nodeTitle(catalog, nodes.get(id)!)}`;
  const kind = edge.kind === "error" ? "Error cable" : "Cable";
  const filter = edge.filter ? `, filter ${edge.filter.label ?? "without label"}` : edge.fallback ? ", fallback" : "";
  return `${kind} from ${name(edge.from)} to ${name(edge.to)}${filter}`;
}
