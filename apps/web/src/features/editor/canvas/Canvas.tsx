"use client";

import "@xyflow/react/dist/base.css";
import "./canvas.css";
import type { NodeId } from "@patchbay/core";
import { Background, BackgroundVariant, MiniMap, ReactFlow, ReactFlowProvider, useReactFlow } from "@xyflow/react";
import type { Connection, EdgeChange, FinalConnectionState, NodeMouseHandler } from "@xyflow/react";
import { useCallback, useMemo, useRef, useState } from "react";
import type { MouseEvent, ReactNode } from "react";
import type { OutputKind } from "../store/commands.ts";
import { edgeKey, indexDefinition } from "../store/definitionIndex.ts";
import { snap } from "../store/placement.ts";
import type { Position } from "../store/placement.ts";
import { CableEdge } from "./CableEdge.tsx";
import { useCanvas, useCanvasStore } from "./canvasState.ts";
import { CanvasEventsContext } from "./canvasEvents.ts";
import type { CanvasEvents } from "./canvasEvents.ts";
import { ConnectionLine } from "./ConnectionLine.tsx";
import { HoverContext } from "./EdgeLabel.tsx";
import { noteIdOf } from "./flowElements.ts";
import type { CableEdge as CableEdgeType, FlowNode } from "./flowElements.ts";
import { discCentre, distanceToSegment } from "./geometry.ts";
import { NodeDisc } from "./NodeDisc.tsx";
import { NoteCard } from "./NoteCard.tsx";
import { useFlowElements } from "./useFlowElements.ts";

// At module level: new objects per render would make React Flow render every node again (design 08).
const nodeTypes = { disc: NodeDisc, note: NoteCard };
const edgeTypes = { cable: CableEdge };
const deleteKeys: string[] = [];
const fitOptions = { padding: 0.25, maxZoom: 1 };
const MANY_NODES = 500;
/** A node let go closer than this to a cable is put into it. */
const DROP_DISTANCE = 28;

export interface CanvasProps {
  /** Absent on a canvas that only shows. */
  events?: CanvasEvents;
  onNodeClick?: (id: NodeId) => void;
  onPaneClick?: () => void;
  hasMiniMap?: boolean;
  /** Begins with everything in view; off where something else sets the view. */
  isFitted?: boolean;
  label: string;
  /** Laid over the canvas, with access to its view. */
  children?: ReactNode;
}

/** What `Canvas` and everything that moves its view (`useCanvasView`) must be inside of. */
export function CanvasProvider({ children }: { children: ReactNode }) {
  return <ReactFlowProvider>{children}</ReactFlowProvider>;
}

/** The graph, drawn from the canvas store around. Only this folder knows React Flow. */
export function Canvas(props: CanvasProps) {
  return (
    <CanvasEventsContext value={props.events ?? null}>
      <Flow {...props} />
    </CanvasEventsContext>
  );
}

function Flow({ events, onNodeClick, onPaneClick, hasMiniMap = true, isFitted = true, label, children }: CanvasProps) {
  const isEditable = useCanvas((state) => state.actions !== null) && events !== undefined;
  const nodeCount = useCanvas((state) => state.definition.nodes.length);
  const { nodes, edges, onNodesChange, endDrag } = useFlowElements(events?.onSelect);
  const hover = useHover();
  const connecting = useConnecting(events);
  const onDragStop = useDragStop(events, endDrag);
  const onEdgesChange = useEdgeSelection(events);
  const clickNode: NodeMouseHandler<FlowNode> = useCallback(
    (event, node) => {
      if (noteIdOf(node.id) !== null || event.shiftKey || event.metaKey || event.ctrlKey) return;
      (events?.onNodeClick ?? onNodeClick)?.(Number(node.id));
    },
    [events, onNodeClick],
  );
  return (
    <HoverContext value={hover.context}>
      <ReactFlow<FlowNode, CableEdgeType>
        className="pb-canvas"
        aria-label={label}
        nodes={nodes}
        edges={edges}
        nodeTypes={nodeTypes}
        edgeTypes={edgeTypes}
        onNodesChange={onNodesChange}
        onEdgesChange={onEdgesChange}
        onNodeClick={clickNode}
        onEdgeDoubleClick={(_event, edge) => events?.onEdgeClick(edge.id)}
        onPaneClick={onPaneClick ?? events?.onPaneClick}
        onEdgeMouseEnter={hover.enter}
        onEdgeMouseLeave={hover.leave}
        onNodeDragStop={onDragStop}
        onSelectionDragStop={onDragStop}
        {...connecting}
        connectionLineComponent={ConnectionLine}
        connectionRadius={56}
        connectOnClick={false}
        deleteKeyCode={deleteKeys}
        disableKeyboardA11y
        nodesDraggable={isEditable}
        nodesConnectable={isEditable}
        elementsSelectable
        edgesFocusable
        snapToGrid
        snapGrid={[20, 20]}
        minZoom={0.15}
        maxZoom={2}
        fitView={isFitted}
        fitViewOptions={fitOptions}
        onlyRenderVisibleElements={nodeCount > MANY_NODES}
        elevateNodesOnSelect={false}
        proOptions={{ hideAttribution: true }}
      >
        <Background variant={BackgroundVariant.Dots} gap={20} size={1.6} />
        {hasMiniMap && nodeCount > 1 ? <Map /> : null}
        {children}
      </ReactFlow>
    </HoverContext>
  );
}

function Map() {
  const color = useCallback(
    (node: FlowNode) => (node.type === "disc" ? node.data.face.color : "var(--color-line-2)"),
    [],
  );
  return (
    <MiniMap<FlowNode>
      className="!m-3 overflow-hidden rounded-control border border-line-2"
      position="bottom-left"
      style={{ width: 158, height: 110 }}
      nodeColor={color}
      nodeBorderRadius={999}
      nodeStrokeWidth={0}
      maskStrokeWidth={1}
      maskStrokeColor="var(--color-control)"
      pannable
      zoomable
      ariaLabel="Overview of the canvas"
    />
  );
}

/** The hovered edge; leaving is delayed so that the pointer can reach the buttons on the cable. */
function useHover() {
  const [hoveredEdge, set] = useState<string | null>(null);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const setHoveredEdge = useCallback((key: string | null) => {
    clearTimeout(timer.current);
    if (key !== null) set(key);
    else timer.current = setTimeout(() => set(null), 160);
  }, []);
  const context = useMemo(() => ({ hoveredEdge, setHoveredEdge }), [hoveredEdge, setHoveredEdge]);
  const enter = useCallback((_event: MouseEvent, edge: CableEdgeType) => setHoveredEdge(edge.id), [setHoveredEdge]);
  const leave = useCallback(() => setHoveredEdge(null), [setHoveredEdge]);
  return { context, enter, leave };
}

const outputKindOf = (handle: string | null | undefined): OutputKind => (handle === "error" ? "error" : "next");

function useConnecting(events: CanvasEvents | undefined) {
  const store = useCanvasStore();
  const { screenToFlowPosition } = useReactFlow<FlowNode, CableEdgeType>();
  const isValidConnection = useCallback(
    (connection: Connection | CableEdgeType) =>
      events?.canConnect(Number(connection.source), outputKindOf(connection.sourceHandle), Number(connection.target)) ??
      false,
    [events],
  );
  const onConnect = useCallback(
    (connection: Connection) =>
      events?.onConnect(Number(connection.source), outputKindOf(connection.sourceHandle), Number(connection.target)),
    [events],
  );
  const onConnectEnd = useCallback(
    (event: globalThis.MouseEvent | TouchEvent, state: FinalConnectionState) => {
      if (!events || !state.fromNode || state.isValid) return;
      const from = Number(state.fromNode.id);
      const handle = state.fromHandle?.id ?? "next";
      if (state.toNode) {
        if (state.toNode.id !== state.fromNode.id)
          events.onRefused(from, outputKindOf(handle), Number(state.toNode.id));
        return;
      }
      const point = "clientX" in event ? event : event.changedTouches[0];
      if (!point) return;
      const at = screenToFlowPosition({ x: point.clientX, y: point.clientY });
      const edge = handle.startsWith("to:")
        ? null
        : existingEdge(store.getState().definition, from, outputKindOf(handle));
      events.onCableDropped(from, { id: handle, edge }, snap({ x: at.x, y: at.y - 36 }));
    },
    [events, store, screenToFlowPosition],
  );
  return { isValidConnection, onConnect, onConnectEnd };
}

function existingEdge(
  definition: Parameters<typeof indexDefinition>[0],
  from: NodeId,
  output: OutputKind,
): string | null {
  const index = indexDefinition(definition);
  const routes = index.next.get(from) ?? [];
  if (output === "error") return null;
  return routes.length === 1 && routes[0] ? edgeKey(routes[0]) : null;
}

function useDragStop(events: CanvasEvents | undefined, endDrag: () => ReadonlyMap<string, Position>) {
  const store = useCanvasStore();
  return useCallback(() => {
    const moved = endDrag();
    if (!events || moved.size === 0) return;
    const nodes = new globalThis.Map<NodeId, Position>();
    const notes = new globalThis.Map<string, Position>();
    for (const [id, position] of moved) {
      const noteId = noteIdOf(id);
      if (noteId === null) nodes.set(Number(id), position);
      else notes.set(noteId, position);
    }
    const only = nodes.size === 1 && notes.size === 0 ? [...nodes][0] : undefined;
    const edge = only ? edgeUnder(store.getState().definition, only[0], only[1]) : null;
    if (only && edge !== null) events.onDroppedOnEdge(only[0], only[1], edge);
    else events.onMoved({ nodes, notes });
  }, [events, endDrag, store]);
}

/** The cable that an unconnected node was let go over. */
function edgeUnder(definition: Parameters<typeof indexDefinition>[0], id: NodeId, position: Position): string | null {
  const index = indexDefinition(definition);
  if (index.incoming.has(id) || index.next.has(id) || index.error.has(id)) return null;
  const centre = discCentre(position);
  for (const [key, edge] of index.edges) {
    const from = index.nodes.get(edge.from);
    const to = index.nodes.get(edge.to);
    if (edge.kind === "error" || !from || !to) continue;
    if (distanceToSegment(centre, discCentre(from.position), discCentre(to.position)) < DROP_DISTANCE) return key;
  }
  return null;
}

function useEdgeSelection(events: CanvasEvents | undefined) {
  const store = useCanvasStore();
  return useCallback(
    (changes: EdgeChange<CableEdgeType>[]) => {
      const edges = new Set(store.getState().selectedEdges);
      let isChanged = false;
      for (const change of changes) {
        if (change.type !== "select") continue;
        isChanged = true;
        if (change.selected) edges.add(change.id);
        else edges.delete(change.id);
      }
      const { selectedNodes, selectedNotes } = store.getState();
      if (isChanged) events?.onSelect({ nodes: selectedNodes, edges, notes: selectedNotes });
    },
    [store, events],
  );
}
