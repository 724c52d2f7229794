import { useToast } from "@patchbay/ui";
import { useEffect } from "react";
import type { CanvasView } from "../canvas/useCanvasView.ts";
import { useEditorServices } from "../EditorContext.tsx";
import type { EditorCommands } from "../useEditorCommands.ts";
import { neighbour } from "./neighbour.ts";
import type { Direction } from "./neighbour.ts";

export interface ShortcutTargets {
  commands: EditorCommands;
  view: CanvasView;
  runOnce: () => void;
}

const arrows: Record<string, Direction> = {
  ArrowLeft: "before",
  ArrowRight: "after",
  ArrowUp: "above",
  ArrowDown: "below",
};
const steps: Record<Direction, { x: number; y: number }> = {
  before: { x: -20, y: 0 },
  after: { x: 20, y: 0 },
  above: { x: 0, y: -20 },
  below: { x: 0, y: 20 },
};

/** Whether keys belong to what has the focus: boxes that take text, and everything in dialogs, menus and popovers. */
export function isTyping(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  if (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName)) return true;
  return target.closest("[role=dialog], [role=menu], [role=listbox], [role=tree]") !== null;
}

const focusedNode = (): number | null => {
  const id = document.activeElement?.closest<HTMLElement>(".react-flow__node-disc")?.dataset.id;
  return id === undefined ? null : Number(id);
};

/** The editor's keys, on the whole page while the editor is on it. */
export function useShortcuts({ commands, view, runOnce }: ShortcutTargets): void {
  const { store, saver } = useEditorServices();
  const toast = useToast();
  useEffect(() => {
    const plain: Record<string, () => void> = {
      a: commands.addNode,
      r: runOnce,
      n: commands.addNote,
      l: commands.align,
      f: () => view.fit(),
      x: commands.toggleSelectionDisabled,
      "?": commands.showShortcuts,
      Delete: commands.deleteSelection,
      Backspace: commands.deleteSelection,
      Escape: () => {
        const state = store.getState();
        if (state.panel.kind !== "none") state.setPanel({ kind: "none" });
        else if (state.inspected !== null) store.setState({ inspected: null });
        else state.select([]);
      },
    };
    const modified: Record<string, () => void> = {
      z: () => store.getState().undo(),
      y: () => store.getState().redo(),
      d: commands.cloneSelection,
      a: commands.selectAll,
      s: () => {
        void saver.flush();
        toast({ title: "Everything is saved as you go", description: "Publish makes a version of it." });
      },
    };
    const follow = (direction: Direction) => {
      const from = focusedNode();
      const to = from === null ? null : neighbour(store.getState().definition, from, direction);
      if (to === null) return;
      store.getState().select([to]);
      view.focus(to);
    };
    const onKeyDown = (event: KeyboardEvent) => {
      if (event.defaultPrevented || isTyping(event.target)) return;
      const isModified = event.ctrlKey || event.metaKey;
      const direction = arrows[event.key];
      const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
      const act = direction
        ? event.altKey
          ? () => commands.nudge(steps[direction])
          : focusedNode() === null
            ? undefined
            : () => follow(direction)
        : isModified
          ? event.shiftKey && key === "z"
            ? modified.y
            : modified[key]
          : event.altKey
            ? undefined
            : (actOnNode(event) ?? plain[key]);
      if (!act) return;
      event.preventDefault();
      act();
    };
    /** Enter and space on a focused node open or choose it. */
    const actOnNode = (event: KeyboardEvent) => {
      const target = event.target as HTMLElement;
      if (!target.classList.contains("react-flow__node")) {
        const edge = target.closest<HTMLElement>(".react-flow__edge")?.dataset.id;
        return event.key === "Enter" && edge ? () => store.getState().actions?.openFilter(edge) : undefined;
      }
      const id = focusedNode();
      if (id === null) return undefined;
      const state = store.getState();
      if (event.key === "Enter") return () => (state.actions ? state.actions.openNode(id, "focus") : state.inspect(id));
      if (event.key === " ") return () => state.select([id]);
      if (event.key === "Delete" && !state.selectedNodes.has(id)) state.select([id]);
      return undefined;
    };
    document.addEventListener("keydown", onKeyDown);
    return () => document.removeEventListener("keydown", onKeyDown);
  }, [commands, view, runOnce, store, saver, toast]);
  useClipboard(commands);
}

/** Copy, cut and paste through the browser's own events, which need no permission. */
function useClipboard(commands: EditorCommands): void {
  useEffect(() => {
    const hasOwnSelection = (event: Event) => isTyping(event.target) || !(document.getSelection()?.isCollapsed ?? true);
    const onCopy = (event: ClipboardEvent) => {
      if (hasOwnSelection(event)) return;
      const text = commands.copy();
      if (text === null) return;
      event.clipboardData?.setData("text/plain", text);
      event.preventDefault();
      if (event.type === "cut") commands.deleteSelection();
    };
    const onPaste = (event: ClipboardEvent) => {
      if (isTyping(event.target)) return;
      if (commands.paste(event.clipboardData?.getData("text/plain") ?? "")) event.preventDefault();
    };
    document.addEventListener("copy", onCopy);
    document.addEventListener("cut", onCopy);
    document.addEventListener("paste", onPaste);
    return () => {
      document.removeEventListener("copy", onCopy);
      document.removeEventListener("cut", onCopy);
      document.removeEventListener("paste", onPaste);
    };
  }, [commands]);
}
