"use client";

import type { Definition, DefinitionDiff, NodeId } from "@patchbay/core";
import { manifestCatalog } from "@patchbay/catalog/manifests";
import { useEffect, useMemo, useState } from "react";
import { createStore } from "zustand";
import { Canvas, CanvasProvider } from "./Canvas.tsx";
import { CanvasStoreContext } from "./canvasState.ts";
import type { CanvasState } from "./canvasState.ts";
import { diffMarks } from "./diffMarks.ts";
import { MoveTraces } from "./MoveTraces.tsx";
import { SharedView } from "./SharedView.tsx";
import type { ViewLink } from "./viewLink.ts";

export interface DiffCanvasProps {
  /** The side that is shown. */
  definition: Definition;
  side: "before" | "after";
  /** The other side: both views begin with what is on either. */
  other: Definition;
  diff: DefinitionDiff;
  label: string;
  /** Moves this view and the other one together. */
  link: ViewLink;
  onNodeClick: (id: NodeId) => void;
}

/** One side of a comparison: a scenario's canvas with a ring around what differs, to look at, not to edit. */
export function DiffCanvas({ definition, side, other, diff, label, link, onNodeClick }: DiffCanvasProps) {
  const marks = useMemo(() => diffMarks(diff, side), [diff, side]);
  const [store] = useState(() => createDiffStore(definition, marks));
  useEffect(() => store.setState({ definition, marks }), [store, definition, marks]);
  return (
    <CanvasStoreContext value={store}>
      <CanvasProvider>
        <Canvas label={label} hasMiniMap={false} isFitted={false} onNodeClick={onNodeClick}>
          <SharedView link={link} definitions={[definition, other]} />
          {side === "after" ? <MoveTraces before={other} after={definition} diff={diff} /> : null}
        </Canvas>
      </CanvasProvider>
    </CanvasStoreContext>
  );
}

function createDiffStore(definition: Definition, marks: CanvasState["marks"]) {
  return createStore<CanvasState>(() => ({
    definition,
    marks,
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
