import { copyNodes } from "@patchbay/core";
import type { NodeId } from "@patchbay/core";
import { useMemo } from "react";
import { useEditorServices } from "../EditorContext.tsx";
import { remove, updateNode } from "./commands.ts";
import { edgeKey, indexDefinition } from "./definitionIndex.ts";
import { pasteClip } from "./fragment.ts";
import { nodeFace } from "../canvas/nodeFace.ts";
import { useCanvasView } from "../canvas/useCanvasView.ts";
import type { CanvasView } from "../canvas/useCanvasView.ts";

export interface NodeActions {
  remove: (ids: readonly NodeId[]) => void;
  clone: (ids: readonly NodeId[]) => void;
  toggleDisabled: (ids: readonly NodeId[]) => void;
  disconnect: (id: NodeId) => void;
  setNote: (id: NodeId, note: string) => void;
  canHandleErrors: (id: NodeId) => boolean;
  addErrorHandler: (id: NodeId) => void;
}

const nodes = (count: number) => (count === 1 ? "a node" : `${count} nodes`);

/** What menus and shortcuts do to nodes. Each is one undo step. */
export function useNodeActions(): NodeActions {
  const { store, catalog } = useEditorServices();
  const view = useCanvasView();
  return useMemo<NodeActions>(() => {
    const { edit } = store.getState();
    return {
      remove: (ids) =>
        edit({
          label: `Delete ${nodes(ids.length)}`,
          apply: (definition) => remove(definition, { nodes: new Set(ids), edges: new Set(), notes: new Set() }),
        }),
      clone: (ids) => {
        const state = store.getState();
        const clip = copyNodes(state.definition, ids);
        const pasted = pasteClip(state.definition, clip, {
          firstId: state.highWaterMark + 1,
          offset: { x: 60, y: 60 },
          catalog,
        });
        edit({ label: `Clone ${nodes(ids.length)}`, apply: () => pasted.definition });
        state.select(pasted.ids);
        focusFirst(view, pasted.ids);
      },
      toggleDisabled: (ids) => {
        const index = indexDefinition(store.getState().definition);
        const isDisabling = ids.some((id) => !index.nodes.get(id)?.disabled);
        edit({
          label: isDisabling ? `Disable ${nodes(ids.length)}` : `Enable ${nodes(ids.length)}`,
          apply: (definition) =>
            ids.reduce(
              (current, id) => updateNode(current, id, { disabled: isDisabling ? true : undefined }),
              definition,
            ),
        });
      },
      disconnect: (id) =>
        edit({
          label: "Disconnect a node",
          apply: (definition) => {
            const touching = definition.edges.filter((edge) => edge.from === id || edge.to === id);
            return touching.length === 0
              ? definition
              : remove(definition, { nodes: new Set(), edges: new Set(touching.map(edgeKey)), notes: new Set() });
          },
        }),
      setNote: (id, note) => edit({ label: "Add a note", apply: (definition) => updateNode(definition, id, { note }) }),
      canHandleErrors: (id) => {
        const { definition } = store.getState();
        const index = indexDefinition(definition);
        const node = index.nodes.get(id);
        if (!node || index.error.has(id)) return false;
        const face = nodeFace(catalog, node);
        return !face.isRouter && !face.isEnd;
      },
      addErrorHandler: (from) => store.getState().actions?.openPicker({ kind: "after", from, output: "error" }),
    };
  }, [store, catalog, view]);
}

/** The keyboard goes on at the first of new nodes, once it is drawn. */
export function focusFirst(view: CanvasView, ids: readonly NodeId[]): void {
  const [first] = ids;
  if (first !== undefined) requestAnimationFrame(() => view.focus(first));
}
