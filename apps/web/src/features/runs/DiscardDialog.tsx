"use client";

import { ConfirmDialog } from "@patchbay/ui";

interface DiscardDialogProps {
  /** Answers whether it worked; a toast has said why where it did not. */
  onDiscard: () => Promise<boolean>;
  onClose: () => void;
}

export function DiscardDialog({ onDiscard, onClose }: DiscardDialogProps) {
  return (
    <ConfirmDialog
      open
      onOpenChange={onClose}
      title="Discard this run?"
      description="It ends as stopped and cannot be retried any more. What it has done stays done, its log is kept, and it can still be replayed from the beginning."
      confirmLabel="Discard"
      tone="danger"
      onConfirm={async () => {
        if (!(await onDiscard())) throw new Error("not discarded");
      }}
    />
  );
}
