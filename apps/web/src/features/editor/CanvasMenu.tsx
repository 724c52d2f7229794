import {
  ContextMenu,
  ContextMenuContent,
  ContextMenuItem,
  ContextMenuSeparator,
  ContextMenuTrigger,
} from "@patchbay/ui";
import {
  AlignHorizontalDistributeCenter,
  ClipboardPaste,
  Copy,
  CopyPlus,
  Maximize,
  Plus,
  Power,
  PowerOff,
  Settings2,
  SquareArrowOutUpRight,
  ShieldAlert,
  StickyNote,
  Trash2,
  Unplug,
  Wrench,
} from "lucide-react";
import { useState } from "react";
import type { MouseEvent, ReactNode } from "react";
import type { DefinitionNode } from "@patchbay/core";
import { calledBy, scenarioPath } from "./calls/called.ts";
import { useEditor, useEditorServices } from "./EditorContext.tsx";
import { remove, setFallback } from "./store/commands.ts";
import { indexDefinition } from "./store/definitionIndex.ts";
import { useNodeActions } from "./store/useNodeActions.ts";
import type { EditorCommands } from "./useEditorCommands.ts";
import { nodeFace } from "./canvas/nodeFace.ts";
import type { CanvasView } from "./canvas/useCanvasView.ts";

type Target = { kind: "node"; id: number } | { kind: "edge"; key: string } | { kind: "canvas" };

function targetOf(event: MouseEvent): Target {
  const element = event.target as HTMLElement;
  const node = element.closest<HTMLElement>(".react-flow__node-disc")?.dataset.id;
  if (node !== undefined) return { kind: "node", id: Number(node) };
  const edge = element.closest<HTMLElement>(".react-flow__edge")?.dataset.id;
  return edge === undefined ? { kind: "canvas" } : { kind: "edge", key: edge };
}

export interface CanvasMenuProps {
  commands: EditorCommands;
  view: CanvasView;
  children: ReactNode;
}

/** The right-click menu of nodes, cables and the canvas; also by the menu key on what has the focus. */
export function CanvasMenu({ commands, view, children }: CanvasMenuProps) {
  const { store } = useEditorServices();
  const isPaused = useEditor((state) => state.isPaused);
  const [target, setTarget] = useState<Target>({ kind: "canvas" });
  const onContextMenu = (event: MouseEvent) => {
    const next = targetOf(event);
    setTarget(next);
    const state = store.getState();
    if (next.kind === "node" && !state.selectedNodes.has(next.id)) state.select([next.id]);
    if (next.kind === "edge") state.select([], [next.key]);
  };
  return (
    <ContextMenu>
      <ContextMenuTrigger asChild disabled={isPaused}>
        <div className="relative min-h-0 min-w-0 flex-1" onContextMenuCapture={onContextMenu}>
          {children}
        </div>
      </ContextMenuTrigger>
      <ContextMenuContent>
        {target.kind === "node" ? <NodeItems id={target.id} commands={commands} /> : null}
        {target.kind === "edge" ? <EdgeItems edgeKey={target.key} /> : null}
        {target.kind === "canvas" ? <CanvasItems commands={commands} view={view} /> : null}
      </ContextMenuContent>
    </ContextMenu>
  );
}

function NodeItems({ id, commands }: { id: number; commands: EditorCommands }) {
  const { store, catalog } = useEditorServices();
  const actions = useNodeActions();
  const node = useEditor((state) => indexDefinition(state.definition).nodes.get(id));
  const selected = useEditor((state) => state.selectedNodes);
  if (!node) return null;
  const ids = selected.has(id) ? [...selected] : [id];
  const face = nodeFace(catalog, node);
  return (
    <>
      <ContextMenuItem
        icon={<Settings2 />}
        shortcut={["Enter"]}
        onSelect={() => store.getState().actions?.openNode(id, "focus")}
      >
        Settings
      </ContextMenuItem>
      <OpenCalled node={node} />
      {face.isEnd ? null : (
        <ContextMenuItem icon={<Plus />} shortcut={["A"]} onSelect={commands.addNode}>
          Add the next node
        </ContextMenuItem>
      )}
      {actions.canHandleErrors(id) ? (
        <ContextMenuItem icon={<ShieldAlert />} onSelect={() => actions.addErrorHandler(id)}>
          {face.isTrigger ? "Add a route for all errors" : "Add error handler"}
        </ContextMenuItem>
      ) : null}
      <ContextMenuItem
        icon={<StickyNote />}
        onSelect={() => {
          if (node.note === undefined) actions.setNote(id, "");
          store.getState().actions?.openNode(id, "focus");
        }}
      >
        {node.note === undefined ? "Add a note" : "Change the note"}
      </ContextMenuItem>
      <ContextMenuSeparator />
      <ContextMenuItem icon={<CopyPlus />} shortcut={["Ctrl", "D"]} onSelect={() => actions.clone(ids)}>
        Clone
      </ContextMenuItem>
      <ContextMenuItem
        icon={<Copy />}
        shortcut={["Ctrl", "C"]}
        onSelect={() => void navigator.clipboard.writeText(commands.copy() ?? "")}
      >
        Copy
      </ContextMenuItem>
      <ContextMenuItem
        icon={node.disabled ? <Power /> : <PowerOff />}
        shortcut={["X"]}
        onSelect={() => actions.toggleDisabled(ids)}
      >
        {node.disabled ? "Enable" : "Disable"}
      </ContextMenuItem>
      <ContextMenuItem icon={<Unplug />} onSelect={() => actions.disconnect(id)}>
        Disconnect
      </ContextMenuItem>
      <ContextMenuSeparator />
      <ContextMenuItem icon={<Trash2 />} tone="danger" shortcut={["Del"]} onSelect={() => actions.remove(ids)}>
        Delete
      </ContextMenuItem>
    </>
  );
}

/** Of a node that calls another scenario: the way there. */
function OpenCalled({ node }: { node: DefinitionNode }) {
  const called = useEditor((state) => calledBy(node, state.callables));
  if (!called) return null;
  return (
    <ContextMenuItem icon={<SquareArrowOutUpRight />} onSelect={() => window.open(scenarioPath(called.id), "_blank")}>
      Open “{called.name}”
    </ContextMenuItem>
  );
}

function EdgeItems({ edgeKey }: { edgeKey: string }) {
  const { store, catalog } = useEditorServices();
  const edge = useEditor((state) => indexDefinition(state.definition).edges.get(edgeKey));
  const from = useEditor((state) => (edge ? indexDefinition(state.definition).nodes.get(edge.from) : undefined));
  if (!edge || !from) return null;
  const { edit, actions } = store.getState();
  return (
    <>
      {edge.kind === "next" && !edge.fallback ? (
        <ContextMenuItem icon={<Wrench />} onSelect={() => actions?.openFilter(edgeKey)}>
          {edge.filter ? "Change the filter" : "Set a filter"}
        </ContextMenuItem>
      ) : null}
      <ContextMenuItem icon={<Plus />} onSelect={() => actions?.openPicker({ kind: "onEdge", edge: edgeKey })}>
        Insert a node
      </ContextMenuItem>
      {nodeFace(catalog, from).isRouter ? (
        <ContextMenuItem
          icon={<Unplug />}
          onSelect={() =>
            edit({
              label: "Change the fallback",
              apply: (definition) => setFallback(definition, edgeKey, !edge.fallback),
            })
          }
        >
          {edge.fallback ? "Make it an ordinary route" : "Make it the fallback"}
        </ContextMenuItem>
      ) : null}
      <ContextMenuSeparator />
      <ContextMenuItem
        icon={<Trash2 />}
        tone="danger"
        onSelect={() =>
          edit({
            label: "Remove a cable",
            apply: (definition) =>
              remove(definition, { nodes: new Set(), edges: new Set([edgeKey]), notes: new Set() }),
          })
        }
      >
        Remove the cable
      </ContextMenuItem>
    </>
  );
}

function CanvasItems({ commands, view }: Pick<CanvasMenuProps, "commands" | "view">) {
  const paste = async () => commands.paste(await navigator.clipboard.readText());
  return (
    <>
      <ContextMenuItem icon={<Plus />} shortcut={["A"]} onSelect={commands.addNode}>
        Add node
      </ContextMenuItem>
      <ContextMenuItem icon={<StickyNote />} shortcut={["N"]} onSelect={commands.addNote}>
        Add a note
      </ContextMenuItem>
      <ContextMenuItem icon={<ClipboardPaste />} shortcut={["Ctrl", "V"]} onSelect={() => void paste()}>
        Paste
      </ContextMenuItem>
      <ContextMenuSeparator />
      <ContextMenuItem icon={<AlignHorizontalDistributeCenter />} shortcut={["L"]} onSelect={commands.align}>
        Align everything
      </ContextMenuItem>
      <ContextMenuItem icon={<Maximize />} shortcut={["F"]} onSelect={() => view.fit()}>
        Show everything
      </ContextMenuItem>
    </>
  );
}
