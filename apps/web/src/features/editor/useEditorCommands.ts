import { copyNodes } from "@patchbay/core";
import type { Definition, DefinitionNode, NodeId } from "@patchbay/core";
import { useToast } from "@patchbay/ui";
import { useMemo, useState } from "react";
import type { PickerTarget } from "./canvas/canvasState.ts";
import { nodeFace } from "./canvas/nodeFace.ts";
import type { CanvasView } from "./canvas/useCanvasView.ts";
import { useEditorServices } from "./EditorContext.tsx";
import type { PickerItem } from "./picker/pickerItems.ts";
import { addNode, alignAll, moveNodes, remove, setNote } from "./store/commands.ts";
import type { Attachment } from "./store/commands.ts";
import { edgeKey, flowOrder, indexDefinition } from "./store/definitionIndex.ts";
import type { EditorState } from "./store/editorStore.ts";
import { pasteClip, readClip, writeClip } from "./store/fragment.ts";
import { COLUMN, freePosition, positionAfter, snap } from "./store/placement.ts";
import type { Position } from "./store/placement.ts";
import { focusFirst, useNodeActions } from "./store/useNodeActions.ts";

export interface EditorCommands {
  /** Opens the picker where the next node most likely goes. */
  addNode: () => void;
  pick: (item: PickerItem, target: PickerTarget) => void;
  addNote: () => void;
  align: () => void;
  deleteSelection: () => void;
  cloneSelection: () => void;
  toggleSelectionDisabled: () => void;
  selectAll: () => void;
  /** The chosen nodes as JSON; null when none is chosen. */
  copy: () => string | null;
  /** Adds what the text holds, if it holds nodes. */
  paste: (text: string) => boolean;
  nudge: (by: Position) => void;
  showShortcuts: () => void;
  areShortcutsShown: boolean;
  hideShortcuts: () => void;
}

const ROUTER_TYPE = "router.route";
const NOTE_SIZE = { width: 200, height: 120 };

/** What keys, tools and menus do. Everything that changes the definition is one undo step. */
export function useEditorCommands(view: CanvasView): EditorCommands {
  const { store, catalog } = useEditorServices();
  const nodeActions = useNodeActions();
  const toast = useToast();
  const [areShortcutsShown, setShortcutsShown] = useState(false);
  const commands = useMemo(() => {
    const { edit } = store.getState();
    const chosen = () => [...store.getState().selectedNodes];
    return {
      addNode: () => {
        const state = store.getState();
        state.actions?.openPicker(likelyTarget(state, view.centre()));
      },
      pick: (item: PickerItem, target: PickerTarget) => {
        const state = store.getState();
        const id = state.takeNodeId();
        const position = placeFor(state.definition, target, view.centre());
        const { type, typeVersion } = item;
        const config = structuredClone(state.catalog.getNodeKind(type, typeVersion)?.node.initialConfig ?? {});
        const node: DefinitionNode = { id, type, typeVersion, config, position };
        const attachment = attachmentFor(state, target);
        edit({
          label: `Add ${item.label}`,
          apply: (definition) => addNode(makeRoom(definition, target, position), node, attachment),
        });
        if (item.type === ROUTER_TYPE) state.select([id]);
        else state.actions?.openNode(id, "focus");
      },
      addNote: () => {
        const id = crypto.randomUUID();
        const position = freePosition(store.getState().definition, view.centre(), NOTE_SIZE);
        edit({ label: "Add a note", apply: (definition) => setNote(definition, { id, text: "", position }) });
        store.getState().select([], [], [id]);
      },
      align: () => {
        edit({ label: "Align everything", apply: alignAll });
        requestAnimationFrame(() => view.fit());
      },
      deleteSelection: () => {
        const { selectedNodes, selectedEdges, selectedNotes, definition } = store.getState();
        const count = selectedNodes.size + selectedEdges.size + selectedNotes.size;
        if (count === 0) return;
        const next = nextFocus(definition, selectedNodes);
        edit({
          label: `Delete ${count === 1 ? "an item" : `${count} items`}`,
          apply: (before) => remove(before, { nodes: selectedNodes, edges: selectedEdges, notes: selectedNotes }),
        });
        if (next !== null) requestAnimationFrame(() => view.focus(next));
        if (selectedNodes.size > 1) {
          toast({
            title: `${selectedNodes.size} nodes deleted`,
            action: { label: "Undo", onAction: () => store.getState().undo() },
          });
        }
      },
      cloneSelection: () => chosen().length > 0 && nodeActions.clone(chosen()),
      toggleSelectionDisabled: () => chosen().length > 0 && nodeActions.toggleDisabled(chosen()),
      selectAll: () => {
        const { definition, select } = store.getState();
        select(
          definition.nodes.map((node) => node.id),
          definition.edges.map(edgeKey),
          definition.notes?.map((note) => note.id),
        );
      },
      copy: () => (chosen().length === 0 ? null : writeClip(copyNodes(store.getState().definition, chosen()))),
      paste: (text: string) => {
        const clip = readClip(text);
        if (!clip) return false;
        const state = store.getState();
        const offset = pasteOffset(clip.nodes, state.definition, view.centre());
        const pasted = pasteClip(state.definition, clip, { firstId: state.highWaterMark + 1, offset, catalog });
        edit({
          label: pasted.ids.length === 1 ? "Paste a node" : `Paste ${pasted.ids.length} nodes`,
          apply: () => pasted.definition,
        });
        state.select(pasted.ids);
        focusFirst(view, pasted.ids);
        return true;
      },
      nudge: (by: Position) => {
        const { definition, selectedNodes } = store.getState();
        const places = definition.nodes
          .filter((node) => selectedNodes.has(node.id))
          .map((node) => [node.id, { x: node.position.x + by.x, y: node.position.y + by.y }] as const);
        edit({ label: "Move", merge: "nudge", apply: (before) => moveNodes(before, new Map(places)) });
      },
      showShortcuts: () => setShortcutsShown(true),
      hideShortcuts: () => setShortcutsShown(false),
    };
  }, [store, catalog, nodeActions, toast, view]);
  return useMemo(() => ({ ...commands, areShortcutsShown }), [commands, areShortcutsShown]);
}

/** Where "add a node" goes: the trigger first, then after the chosen node, else after the end of the main path. */
function likelyTarget(state: EditorState, centre: Position): PickerTarget {
  const { definition, catalog, selectedNodes, selectedEdges } = state;
  const index = indexDefinition(definition);
  if (!definition.nodes.some((node) => nodeFace(catalog, node).isTrigger)) return { kind: "trigger" };
  const [edge] = selectedEdges;
  if (edge !== undefined && selectedNodes.size === 0) return { kind: "onEdge", edge };
  const order = flowOrder(definition);
  const openEnd = () => order.find((id) => !index.next.has(id) && !nodeFace(catalog, index.nodes.get(id)!).isEnd);
  const from = selectedNodes.size === 1 ? [...selectedNodes][0] : openEnd();
  const node = from === undefined ? undefined : index.nodes.get(from);
  if (!node || nodeFace(catalog, node).isEnd) return { kind: "loose", at: centre };
  const next = index.next.get(node.id)?.[0];
  if (next && !nodeFace(catalog, node).isRouter) return { kind: "onEdge", edge: edgeKey(next) };
  return { kind: "after", from: node.id, output: "next" };
}

function placeFor(definition: Definition, target: PickerTarget, centre: Position): Position {
  const index = indexDefinition(definition);
  if (target.kind !== "trigger" && target.at && target.kind !== "branch") return freePosition(definition, target.at);
  switch (target.kind) {
    case "trigger":
    case "loose":
      return freePosition(definition, centre);
    case "branch":
      return freePosition(definition, { x: target.at.x + COLUMN, y: target.at.y });
    case "after": {
      const from = index.nodes.get(target.from);
      return from ? positionAfter(definition, from, target.output) : freePosition(definition, centre);
    }
    case "onEdge": {
      const edge = index.edges.get(target.edge);
      const from = edge && index.nodes.get(edge.from);
      const to = edge && index.nodes.get(edge.to);
      if (!from || !to) return freePosition(definition, centre);
      const isWide = to.position.x - from.position.x >= 2 * COLUMN - 40;
      return snap(
        isWide ? { x: (from.position.x + to.position.x) / 2, y: (from.position.y + to.position.y) / 2 } : to.position,
      );
    }
  }
}

/** Moves what follows an edge to the right where the new node would stand on it. */
function makeRoom(definition: Definition, target: PickerTarget, position: Position): Definition {
  const edge =
    target.kind === "onEdge" || target.kind === "branch"
      ? indexDefinition(definition).edges.get(target.edge)
      : undefined;
  const next = edge && indexDefinition(definition).nodes.get(edge.to);
  if (!next || (target.kind === "onEdge" && next.position.x - position.x >= 100)) return definition;
  const followers = followersOf(definition, next.id);
  const places = definition.nodes
    .filter((node) => followers.has(node.id))
    .map((node) => [node.id, { x: node.position.x + COLUMN, y: node.position.y }] as const);
  return moveNodes(definition, new Map(places));
}

function followersOf(definition: Definition, start: NodeId): Set<NodeId> {
  const index = indexDefinition(definition);
  const found = new Set<NodeId>();
  const stack = [start];
  for (let id = stack.pop(); id !== undefined; id = stack.pop()) {
    if (found.has(id)) continue;
    found.add(id);
    for (const edge of index.next.get(id) ?? []) stack.push(edge.to);
    const error = index.error.get(id);
    if (error) stack.push(error.to);
  }
  return found;
}

function attachmentFor(state: EditorState, target: PickerTarget): Attachment {
  switch (target.kind) {
    case "trigger":
      return { kind: "loose" };
    case "loose":
      return { kind: "loose" };
    case "after":
      return { kind: "after", from: target.from, output: target.output };
    case "onEdge":
      return { kind: "onEdge", edge: target.edge };
    case "branch":
      return { kind: "branch", edge: target.edge, router: newRouter(state, target.edge) };
  }
}

/** A router for the middle of an edge, with an id of its own. */
export function newRouter(state: EditorState, edge: string): DefinitionNode {
  const typeVersion = state.catalog.getNodeKind(ROUTER_TYPE)?.node.typeVersion ?? 1;
  const index = indexDefinition(state.definition);
  const to = index.nodes.get(index.edges.get(edge)?.to ?? -1);
  return {
    id: state.takeNodeId(),
    type: ROUTER_TYPE,
    typeVersion,
    config: {},
    position: to?.position ?? { x: 0, y: 0 },
  };
}

function pasteOffset(nodes: readonly DefinitionNode[], definition: Definition, centre: Position): Position {
  const left = Math.min(...nodes.map((node) => node.position.x));
  const top = Math.min(...nodes.map((node) => node.position.y));
  const isTaken = definition.nodes.some((node) =>
    nodes.some((copy) => copy.position.x === node.position.x && copy.position.y === node.position.y),
  );
  return isTaken ? { x: 60, y: 60 } : snap({ x: centre.x - left, y: centre.y - top });
}

/** Where the focus goes when these nodes are gone: to the node before the first of them. */
function nextFocus(definition: Definition, gone: ReadonlySet<NodeId>): NodeId | null {
  const order = flowOrder(definition);
  const first = order.findIndex((id) => gone.has(id));
  return (
    order.slice(0, Math.max(0, first)).findLast((id) => !gone.has(id)) ?? order.find((id) => !gone.has(id)) ?? null
  );
}
