import { cx } from "@patchbay/ui";
import type { NodeProps } from "@xyflow/react";
import { memo, useState } from "react";
import { useNoteEditor } from "./canvasEvents.ts";
import type { NoteNode } from "./flowElements.ts";

/** A note on the canvas. Double click or Enter edits it; Escape or leaving it keeps the text. */
export const NoteCard = memo(function NoteCard({ data: { note }, selected }: NodeProps<NoteNode>) {
  const editNote = useNoteEditor();
  const [draft, setDraft] = useState<string | null>(note.text === "" && editNote ? "" : null);
  const finish = () => {
    if (draft !== null && draft !== note.text) editNote?.({ ...note, text: draft });
    setDraft(null);
  };
  return (
    <div
      className={cx(
        "h-full w-full rounded-control border bg-warn-tint p-2.5 text-xs text-ink",
        selected ? "border-signal outline-1 outline-signal" : "border-line-2",
      )}
      onDoubleClick={() => editNote && setDraft(note.text)}
    >
      {draft === null ? (
        <p className="h-full overflow-hidden break-words whitespace-pre-wrap">{note.text || "Empty note"}</p>
      ) : (
        <textarea
          autoFocus
          aria-label="Note"
          maxLength={10_000}
          value={draft}
          className="nodrag nowheel h-full w-full resize-none bg-transparent outline-none"
          onChange={(event) => setDraft(event.target.value)}
          onBlur={finish}
          onKeyDown={(event) => {
            event.stopPropagation();
            if (event.key === "Escape") finish();
          }}
        />
      )}
    </div>
  );
});
