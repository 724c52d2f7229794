import type { NodeChange } from "@xyflow/react";
import { useCallback, useMemo, useRef, useState } from "react";
import type { Position } from "../store/placement.ts";
import { useCanvas, useCanvasStore } from "./canvasState.ts";
import { createProjector, noteIdOf } from "./flowElements.ts";
import type { CableEdge, FlowNode } from "./flowElements.ts";
import type { CanvasSelection } from "./canvasEvents.ts";

const nothingDragged: ReadonlyMap<string, Position> = new Map();

/**
 * React Flow's nodes and edges for the canvas around, and what to do with the changes it reports: positions are held here while
 * a drag lasts (the definition changes once, at its end), selections go to the store.
 */
export function useFlowElements(onSelect: ((selection: CanvasSelection) => void) | undefined) {
  const store = useCanvasStore();
  const catalog = useCanvas((state) => state.catalog);
  const definition = useCanvas((state) => state.definition);
  const selectedNodes = useCanvas((state) => state.selectedNodes);
  const selectedEdges = useCanvas((state) => state.selectedEdges);
  const selectedNotes = useCanvas((state) => state.selectedNotes);
  const [dragged, setDragged] = useState(nothingDragged);
  const projector = useMemo(() => createProjector(catalog), [catalog]);
  const nodes = useMemo<FlowNode[]>(() => {
    const discs = projector.nodes(definition, selectedNodes, dragged);
    return [...projector.notes(definition, selectedNotes, dragged), ...discs];
  }, [projector, definition, selectedNodes, selectedNotes, dragged]);
  const edges = useMemo<CableEdge[]>(
    () => projector.edges(definition, selectedEdges),
    [projector, definition, selectedEdges],
  );

  const pendingDrag = useRef<Map<string, Position>>(new Map());
  const onNodesChange = useCallback(
    (changes: NodeChange<FlowNode>[]) => {
      const state = store.getState();
      const nodeIds = new Set(state.selectedNodes);
      const noteIds = new Set(state.selectedNotes);
      let isSelecting = false;
      let isDragging = false;
      for (const change of changes) {
        if (change.type === "position" && change.dragging && change.position) {
          pendingDrag.current.set(change.id, change.position);
          isDragging = true;
        }
        if (change.type !== "select") continue;
        isSelecting = true;
        const noteId = noteIdOf(change.id);
        if (noteId !== null) toggle(noteIds, noteId, change.selected);
        else toggle(nodeIds, Number(change.id), change.selected);
      }
      if (isDragging) setDragged(new Map(pendingDrag.current));
      if (isSelecting) onSelect?.({ nodes: nodeIds, edges: store.getState().selectedEdges, notes: noteIds });
    },
    [store, onSelect],
  );
  const endDrag = useCallback((): ReadonlyMap<string, Position> => {
    const moved = new Map(pendingDrag.current);
    pendingDrag.current.clear();
    setDragged(nothingDragged);
    return moved;
  }, []);
  return { nodes, edges, onNodesChange, endDrag };
}

function toggle<T>(set: Set<T>, value: T, isIn: boolean): void {
  if (isIn) set.add(value);
  else set.delete(value);
}
