import { useToast } from "@patchbay/ui";
import { useMemo } from "react";
import type { CanvasEvents } from "./canvas/canvasEvents.ts";
import { nodeFace } from "./canvas/nodeFace.ts";
import { useEditorServices } from "./EditorContext.tsx";
import { branch, connect, moveNodes, refuseConnection, refusalMessages, setNote, splitEdge } from "./store/commands.ts";
import type { ConnectRequest, OutputKind } from "./store/commands.ts";
import { edgeKey, indexDefinition } from "./store/definitionIndex.ts";
import { snap } from "./store/placement.ts";
import { newRouter } from "./useEditorCommands.ts";

/** What the mouse does on the canvas, as changes to the scenario. */
export function useCanvasEvents(): CanvasEvents {
  const { store, catalog } = useEditorServices();
  const toast = useToast();
  return useMemo<CanvasEvents>(() => {
    const { edit } = store.getState();
    const request = (from: number, output: OutputKind, to: number): ConnectRequest => {
      const { nodes } = indexDefinition(store.getState().definition);
      const face = (id: number) => {
        const node = nodes.get(id);
        return node ? nodeFace(catalog, node) : null;
      };
      return {
        from,
        to,
        output,
        isRouter: face(from)?.isRouter ?? false,
        isTargetTrigger: face(to)?.isTrigger ?? false,
        isTargetMerge: face(to)?.isMerge ?? false,
      };
    };
    const refusal = (from: number, output: OutputKind, to: number) =>
      refuseConnection(store.getState().definition, request(from, output, to));
    return {
      onSelect: ({ nodes, edges, notes }) => store.getState().select(nodes, edges, notes),
      onNodeClick: (id) => {
        const state = store.getState();
        if (state.actions) state.actions.openNode(id);
        else state.inspect(id);
      },
      onEdgeClick: (key) => store.getState().actions?.openFilter(key),
      onPaneClick: () => {
        const state = store.getState();
        state.setPanel({ kind: "none" });
        state.select([]);
      },
      onMoved: ({ nodes, notes }) =>
        edit({
          label: nodes.size + notes.size === 1 ? "Move an item" : `Move ${nodes.size + notes.size} items`,
          apply: (definition) => {
            const moved = moveNodes(definition, nodes);
            return [...notes].reduce((current, [id, position]) => {
              const note = current.notes?.find((each) => each.id === id);
              return note ? setNote(current, { ...note, position: snap(position) }) : current;
            }, moved);
          },
        }),
      onDroppedOnEdge: (id, at, edge) =>
        edit({
          label: "Put a node into a cable",
          apply: (definition) => splitEdge(moveNodes(definition, new Map([[id, at]])), edge, id),
        }),
      // An output that is taken is no refusal: a router goes in between.
      canConnect: (from, output, to) => {
        const reason = refusal(from, output, to);
        return reason === null || (reason === "output_taken" && output === "next");
      },
      onConnect: (from, output, to) => {
        const state = store.getState();
        const taken = indexDefinition(state.definition).next.get(from)?.[0];
        if (refusal(from, output, to) === "output_taken" && taken) {
          const edge = edgeKey(taken);
          const router = newRouter(state, edge);
          edit({
            label: "Connect through a router",
            apply: (definition) =>
              branch(definition, { edge, router: { ...router, position: between(definition, from, taken.to) } }, to),
          });
          return;
        }
        edit({ label: "Connect", apply: (definition) => connect(definition, request(from, output, to)) });
      },
      onCableDropped: (from, output, at) => {
        const { actions } = store.getState();
        if (output.edge) actions?.openPicker({ kind: "branch", edge: output.edge, at });
        else actions?.openPicker({ kind: "after", from, output: output.id === "error" ? "error" : "next", at });
      },
      onNoteEdited: (note) => edit({ label: "Change a note", apply: (definition) => setNote(definition, note) }),
      onRefused: (from, output, to) => {
        const reason = refusal(from, output, to);
        if (reason) toast({ title: "Not connected", description: refusalMessages[reason] });
      },
    };
  }, [store, catalog, toast]);
}

function between(definition: Parameters<typeof indexDefinition>[0], from: number, to: number) {
  const { nodes } = indexDefinition(definition);
  const a = nodes.get(from)?.position ?? { x: 0, y: 0 };
  const b = nodes.get(to)?.position ?? a;
  return snap({ x: (a.x + b.x) / 2, y: (a.y + b.y) / 2 });
}
