"use client";

import { ConfirmDialog } from "@patchbay/ui";
import { createContext, useCallback, useContext, useState, type ReactNode } from "react";
import { useAct } from "@/lib/useAct";
import { useViewerState } from "@/features/shell/viewer";
import { useLeave } from "./useLeave.ts";

const SignOutContext = createContext<(() => void) | null>(null);

/** Signs the person out; asks first where this browser holds changes that the server does not have yet. */
export function useSignOut(): () => void {
  const signOut = useContext(SignOutContext);
  if (!signOut) throw new Error("useSignOut needs a SignOutProvider above it.");
  return signOut;
}

export function SignOutProvider({ children }: { children: ReactNode }) {
  const state = useViewerState();
  const userId = state.kind === "ready" ? state.viewer.user.id : null;
  const [unsaved, setUnsaved] = useState(0);
  const leave = useLeave();
  const act = useAct();

  const go = useCallback(async () => {
    if (userId !== null) await (await localChanges()).clearUnsaved(userId);
    await leave("/signin");
  }, [leave, userId]);

  const signOut = useCallback(() => {
    void act("Could not sign out", async () => {
      const kept = userId === null ? [] : await (await localChanges()).listUnsavedScenarios(userId);
      if (kept.length > 0) setUnsaved(kept.length);
      else await go();
    });
  }, [act, go, userId]);

  return (
    <SignOutContext value={signOut}>
      {children}
      <ConfirmDialog
        open={unsaved > 0}
        onOpenChange={(open) => (open ? undefined : setUnsaved(0))}
        title="Sign out and lose unsaved changes?"
        description={`This browser holds changes to ${unsaved === 1 ? "a scenario" : `${unsaved} scenarios`} that the server does not have yet. Open the editor while connected and they are saved; signing out now forgets them.`}
        confirmLabel="Sign out and forget"
        tone="danger"
        onConfirm={() => act("Could not sign out", go)}
      />
    </SignOutContext>
  );
}

/** Loaded when it is needed: other pages have no use for the editor's local log. */
const localChanges = () => import("@/features/editor/saving/localLog");
