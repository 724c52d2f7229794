import type { CallableScenarios, Definition, ManifestCatalog, NodeId } from "@patchbay/core";
import { createContext, useContext } from "react";
import { useStore } from "zustand";
import type { StoreApi } from "zustand";
import type { RunOverlay } from "../run/runOverlay.ts";
import type { OutputKind } from "../store/commands.ts";
import type { EdgeKey } from "../store/definitionIndex.ts";
import type { Position } from "../store/placement.ts";
import type { DiffMarks } from "./diffMarks.ts";

export interface IssueCounts {
  errors: number;
  warnings: number;
}

/** Where the picker's choice will go. */
export type PickerTarget =
  | { kind: "trigger" }
  | { kind: "loose"; at?: Position }
  | { kind: "after"; from: NodeId; output: OutputKind; at?: Position }
  | { kind: "onEdge"; edge: EdgeKey; at?: Position }
  /** Beside what `edge` leads to: puts a router into it. */
  | { kind: "branch"; edge: EdgeKey; at: Position };

/** What can be done from the canvas; absent on a canvas that only shows. */
export interface CanvasActions {
  /** `focus`: the keyboard goes on in the settings, rather than staying at the node. */
  openNode: (id: NodeId, how?: "focus") => void;
  openFilter: (edge: EdgeKey) => void;
  openPicker: (target: PickerTarget) => void;
}

/**
 * What nodes and edges on a canvas read, each through a narrow selector. The editor's store has these fields among
 * others; the read-only run canvas has a store of just these.
 */
export interface CanvasState {
  definition: Definition;
  catalog: ManifestCatalog;
  selectedNodes: ReadonlySet<NodeId>;
  selectedEdges: ReadonlySet<EdgeKey>;
  selectedNotes: ReadonlySet<string>;
  overlay: RunOverlay | null;
  /** The node whose operations are shown beside the canvas. */
  inspected: NodeId | null;
  /** On a canvas that is one side of a comparison: what differs from the other. */
  marks?: DiffMarks | undefined;
  /** Scenarios that nodes call, by id, once they are known. */
  callables?: CallableScenarios | undefined;
  issueCounts: ReadonlyMap<NodeId, IssueCounts>;
  inspect: (id: NodeId) => void;
  /** Null on a canvas that only shows, and while editing is paused. */
  actions: CanvasActions | null;
}

export const CanvasStoreContext = createContext<StoreApi<CanvasState> | null>(null);

/** Reads the canvas around; `selector` must return something that stays the same while nothing relevant changes. */
export function useCanvas<T>(selector: (state: CanvasState) => T): T {
  return useStore(useCanvasStore(), selector);
}

export function useCanvasStore(): StoreApi<CanvasState> {
  const store = useContext(CanvasStoreContext);
  if (!store) throw new Error("A canvas part was rendered outside a canvas.");
  return store;
}
