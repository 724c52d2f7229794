import type { NodeId } from "@patchbay/core";
import { createContext, useContext } from "react";
import type { OutputKind } from "../store/commands.ts";
import type { EdgeKey } from "../store/definitionIndex.ts";
import type { Position } from "../store/placement.ts";
import type { Note } from "./flowElements.ts";

export interface CanvasSelection {
  nodes: Iterable<NodeId>;
  edges: Iterable<EdgeKey>;
  notes: Iterable<string>;
}

/** What a person does on the canvas, in our terms. */
export interface CanvasEvents {
  onSelect: (selection: CanvasSelection) => void;
  onNodeClick: (id: NodeId) => void;
  onEdgeClick: (key: EdgeKey) => void;
  onPaneClick: () => void;
  /** Nodes and notes were dragged to new places. */
  onMoved: (moved: { nodes: ReadonlyMap<NodeId, Position>; notes: ReadonlyMap<string, Position> }) => void;
  /** A single loose node was let go over a cable. */
  onDroppedOnEdge: (id: NodeId, at: Position, edge: EdgeKey) => void;
  canConnect: (from: NodeId, output: OutputKind, to: NodeId) => boolean;
  onConnect: (from: NodeId, output: OutputKind, to: NodeId) => void;
  /** A cable was dragged out and let go over nothing. */
  onCableDropped: (from: NodeId, output: { id: string; edge: EdgeKey | null }, at: Position) => void;
  onNoteEdited: (note: Note) => void;
  /** A cable was drawn where none may be; tells why. */
  onRefused: (from: NodeId, output: OutputKind, to: NodeId) => void;
}

export const CanvasEventsContext = createContext<CanvasEvents | null>(null);

/** How to change a note's text, or null on a canvas that only shows. */
export function useNoteEditor(): CanvasEvents["onNoteEdited"] | null {
  return useContext(CanvasEventsContext)?.onNoteEdited ?? null;
}
