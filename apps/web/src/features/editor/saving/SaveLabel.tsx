import { Button, RelativeTime, Tooltip, formatClock, formatExact } from "@patchbay/ui";
import { CloudCheck, CloudOff, CloudUpload, CircleAlert, GitMerge } from "lucide-react";
import type { ReactNode } from "react";
import { useState } from "react";
import { useEditorServices } from "../EditorContext.tsx";
import { ConflictDialog } from "./ConflictDialog.tsx";
import type { SaveState } from "./draftSaver.ts";

const changesText = (count: number) => `${count} ${count === 1 ? "change" : "changes"}`;

/** Whether the draft is on the server, and since when. */
export function SaveLabel({ state }: { state: SaveState }) {
  const { saver } = useEditorServices();
  const [isAsking, setAsking] = useState(false);
  switch (state.kind) {
    case "saved":
      return (
        <Tooltip label={formatExact(state.atMs)}>
          <span className="inline-flex items-center gap-1.5 text-xs text-ink-2">
            <CloudCheck aria-hidden className="size-3.5" />
            <span role="status">Saved</span> {formatClock(state.atMs)}
          </span>
        </Tooltip>
      );
    case "pending":
    case "saving":
      return (
        <Label icon={<CloudUpload aria-hidden className="size-3.5" />} tone="text-ink-2">
          Saving
        </Label>
      );
    case "offline":
      return (
        <Label icon={<CloudOff aria-hidden className="size-3.5" />} tone="text-warn">
          Offline, {changesText(state.changes)} kept since <RelativeTime value={state.sinceMs} />
        </Label>
      );
    case "refused":
      return (
        <Label icon={<CircleAlert aria-hidden className="size-3.5" />} tone="text-bad">
          <span title={state.message}>Not saved, {changesText(state.changes)} kept here</span>
          <Button size="sm" variant="quiet" onClick={() => void saver.flush()}>
            Try again
          </Button>
        </Label>
      );
    case "conflict":
      return (
        <>
          <Label icon={<GitMerge aria-hidden className="size-3.5" />} tone="text-bad">
            Conflict, {changesText(state.changes)} kept here
            <Button size="sm" variant="secondary" onClick={() => setAsking(true)}>
              Resolve
            </Button>
          </Label>
          {isAsking ? <ConflictDialog conflict={state.conflict} onClose={() => setAsking(false)} /> : null}
        </>
      );
  }
}

function Label({ icon, tone, children }: { icon: ReactNode; tone: string; children: ReactNode }) {
  return (
    <span role="status" className={`inline-flex items-center gap-1.5 text-xs ${tone}`}>
      {icon}
      {children}
    </span>
  );
}
