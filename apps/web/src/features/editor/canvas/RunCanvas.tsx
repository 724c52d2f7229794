"use client";

import type { Definition, NodeId } from "@patchbay/core";
import { manifestCatalog } from "@patchbay/catalog/manifests";
import { useEffect, useMemo, useState } from "react";
import { createStore } from "zustand";
import type { EdgeCounts, OperationRecord } from "../run/operations.ts";
import { buildOverlay, operationsAt, reuseUnchanged } from "../run/runOverlay.ts";
import { Canvas, CanvasProvider } from "./Canvas.tsx";
import { CanvasStoreContext } from "./canvasState.ts";
import type { CanvasState } from "./canvasState.ts";
import { ViewControls } from "./ViewControls.tsx";

export interface RunCanvasProps {
  /** What the run executes. */
  definition: Definition;
  operations: readonly OperationRecord[];
  edgesTaken?: readonly EdgeCounts[];
  selected: NodeId | null;
  onSelect: (id: NodeId | null) => void;
  /** Shows the run as it was this many milliseconds after `originMs` (the first operation's start where absent). */
  playheadMs?: number;
  originMs?: number;
}

/** A scenario's canvas with a run's bubbles and counts on it, to look at and select from, not to edit. */
export function RunCanvas({
  definition,
  operations,
  edgesTaken,
  selected,
  onSelect,
  playheadMs,
  originMs,
}: RunCanvasProps) {
  const [store] = useState(() => createRunCanvasStore(definition));
  const overlay = useMemo(() => {
    if (playheadMs === undefined) return buildOverlay(operations, edgesTaken);
    const origin = originMs ?? Math.min(...operations.map((operation) => operation.startedAt));
    return buildOverlay(operationsAt(operations, origin + playheadMs));
  }, [operations, edgesTaken, playheadMs, originMs]);
  useEffect(() => {
    store.setState((state) => ({
      definition,
      overlay: reuseUnchanged(state.overlay, overlay),
      inspected: selected,
      inspect: onSelect,
    }));
  }, [store, definition, overlay, selected, onSelect]);
  return (
    <CanvasStoreContext value={store}>
      <CanvasProvider>
        <Canvas label="Canvas of the run" hasMiniMap={false} onNodeClick={onSelect} onPaneClick={() => onSelect(null)}>
          <ViewControls className="bottom-3 left-3" />
        </Canvas>
      </CanvasProvider>
    </CanvasStoreContext>
  );
}

function createRunCanvasStore(definition: Definition) {
  return createStore<CanvasState>(() => ({
    definition,
    catalog: manifestCatalog,
    selectedNodes: new Set(),
    selectedEdges: new Set(),
    selectedNotes: new Set(),
    overlay: null,
    inspected: null,
    issueCounts: new Map(),
    inspect: () => undefined,
    actions: null,
  }));
}
