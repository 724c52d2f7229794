"use client";

import { CloudOff } from "lucide-react";
import { useHydrated } from "@/lib/useHydrated";
import { useConnectionTrouble } from "./useConnectionTrouble.ts";

/** Says above the page that what is shown may be old, and what happens to what one does meanwhile. */
export function ConnectionBanner() {
  // Asking for the connection's state opens the connection, which the server must not do for each page it renders.
  return useHydrated() ? <TroubleLine /> : null;
}

function TroubleLine() {
  const trouble = useConnectionTrouble();
  if (trouble === "none") return null;
  return (
    <div role="status" className="flex shrink-0 items-center gap-2 bg-warn-tint px-5 py-1.5 text-xs text-warn">
      <CloudOff aria-hidden className="size-3.5 shrink-0" />
      {trouble === "offline"
        ? "You are offline. What you do is kept and sent when the connection is back."
        : "The deployment does not answer; reconnecting. What you do is kept and sent when it is back."}
    </div>
  );
}
