"use client";

import { Skeleton } from "@patchbay/ui";
import dynamic from "next/dynamic";
import { useOrganization } from "@/features/shell/viewer";

/** Canvas and code editor are large: they are loaded by this page only. */
const ScenarioEditor = dynamic(
  () => import("@/features/editor/ScenarioEditor").then((module) => module.ScenarioEditor),
  { ssr: false, loading: EditorSkeleton },
);

export function EditorPage({ scenarioId }: { scenarioId: string }) {
  const organizationId = useOrganization().id;
  // The key: one editor, store and undo history per scenario, also when the address changes without a reload.
  return <ScenarioEditor key={scenarioId} organizationId={organizationId} scenarioId={scenarioId} />;
}

/** Bar, canvas and run bar in their places, so that nothing moves when the editor arrives. */
function EditorSkeleton() {
  return (
    <div aria-busy="true" aria-label="Loading the editor" className="flex min-h-0 flex-1 flex-col">
      <div className="flex h-12 shrink-0 items-center gap-3 border-b border-line-2 bg-surface px-4">
        <Skeleton className="h-4 w-48" />
        <Skeleton className="h-5 w-16" />
        <Skeleton className="ml-auto h-8 w-24 rounded-control" />
      </div>
      <div className="dot-grid flex flex-1 items-center justify-center gap-14 bg-canvas">
        {[0, 1, 2].map((index) => (
          <Skeleton key={index} className="size-18 rounded-full" />
        ))}
      </div>
      <div className="flex h-14 shrink-0 items-center gap-3 border-t border-line-2 bg-surface px-4">
        <Skeleton className="h-8 w-28 rounded-control" />
        <Skeleton className="h-8 w-44 rounded-control" />
      </div>
    </div>
  );
}
