import { Button, IconButton, Kbd } from "@patchbay/ui";
import { AlignHorizontalDistributeCenter, Keyboard, Plus, SlidersHorizontal, StickyNote } from "lucide-react";
import { Suspense, useState } from "react";
import { SettingsDialog } from "../onDemandParts.ts";
import type { EditorCommands } from "../useEditorCommands.ts";

/** The tools over the canvas: add a node, a note, align everything, shortcuts. */
export function CanvasTools({ commands }: { commands: EditorCommands }) {
  const [areSettingsOpen, setSettingsOpen] = useState(false);
  return (
    <div
      role="toolbar"
      aria-label="Canvas tools"
      className="absolute top-3 left-3 z-5 flex h-9 items-center gap-0.5 rounded-control border border-line-2 bg-surface px-1"
    >
      <Button variant="quiet" size="sm" className="text-ink" onClick={commands.addNode}>
        <Plus aria-hidden />
        Add node
        <Kbd>A</Kbd>
      </Button>
      <span aria-hidden className="mx-1 h-4 w-px bg-line" />
      <IconButton label="Add a note" shortcut={["N"]} onClick={commands.addNote}>
        <StickyNote aria-hidden />
      </IconButton>
      <IconButton label="Align everything" shortcut={["L"]} onClick={commands.align}>
        <AlignHorizontalDistributeCenter aria-hidden />
      </IconButton>
      <IconButton label="Scenario settings" onClick={() => setSettingsOpen(true)}>
        <SlidersHorizontal aria-hidden />
      </IconButton>
      <IconButton label="Keyboard shortcuts" shortcut={["?"]} onClick={commands.showShortcuts}>
        <Keyboard aria-hidden />
      </IconButton>
      {areSettingsOpen ? (
        <Suspense fallback={null}>
          <SettingsDialog onClose={() => setSettingsOpen(false)} />
        </Suspense>
      ) : null}
    </div>
  );
}

/** What a scenario without nodes shows: the way to its trigger. */
export function EmptyCanvas({ onAdd }: { onAdd: () => void }) {
  return (
    <div className="pointer-events-none absolute inset-0 z-5 flex flex-col items-center justify-center gap-4">
      <button
        type="button"
        onClick={onAdd}
        className="pointer-events-auto flex size-24 items-center justify-center rounded-full border-2 border-dashed border-control bg-canvas text-ink-2 transition-colors hover:border-signal hover:text-signal"
        aria-label="Choose a trigger"
      >
        <Plus aria-hidden className="size-9" strokeWidth={1.5} />
      </button>
      <p className="text-center">
        <span className="block text-base font-semibold text-ink">Begin with a trigger</span>
        <span className="text-sm text-ink-2">It decides when this scenario runs. Press A, or click the plus.</span>
      </p>
    </div>
  );
}
