"use client";

import { api } from "@convex/api";
import { cx } from "@patchbay/ui";
import { useQuery } from "convex/react";
import { useViewerState } from "./viewer.tsx";

/** How many runs wait for somebody; nothing while there are none. */
export function NavCount({ rail }: { rail: boolean }) {
  const state = useViewerState();
  const args = state.kind === "ready" ? { organizationId: state.organization.id } : "skip";
  const counted = useQuery(api.runs.queries.countIncomplete, args);
  if (!counted || counted.count === 0) return null;
  const text = counted.isCut ? "99+" : String(counted.count);
  return (
    <span
      className={cx(
        "flex h-4.5 min-w-4.5 items-center justify-center rounded-full bg-warn-tint px-1 text-2xs font-semibold text-warn tabular-nums",
        rail ? "absolute -top-1 -right-1" : "ml-auto",
      )}
    >
      {text}
      <span className="sr-only"> incomplete runs</span>
    </span>
  );
}
