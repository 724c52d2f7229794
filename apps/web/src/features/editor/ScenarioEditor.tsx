"use client";

import type { Id } from "@convex/dataModel";
import { manifestCatalog } from "@patchbay/catalog/manifests";
import { EmptyState, ErrorState, Skeleton } from "@patchbay/ui";
import { SearchX } from "lucide-react";
import { useEffect, useState } from "react";
import { QueryBoundary } from "@/lib/QueryBoundary.tsx";
import { useTitle } from "@/lib/useTitle.ts";
import { useConvexBackend } from "./backend/convexBackend.ts";
import type { DraftInfo, EditorBackend, ScenarioInfo } from "./backend/types.ts";
import { CanvasProvider } from "./canvas/Canvas.tsx";
import { CanvasStoreContext } from "./canvas/canvasState.ts";
import { EditorContext } from "./EditorContext.tsx";
import { openEditorSession } from "./editorSession.ts";
import type { EditorSession } from "./editorSession.ts";
import { EditorView } from "./EditorView.tsx";

export interface ScenarioEditorProps {
  organizationId: Id<"organizations">;
  scenarioId: string;
}

/** The editor of one scenario's shared draft. Give it a `key` of the scenario's id: it lives and dies with it. */
export function ScenarioEditor({ organizationId, scenarioId }: ScenarioEditorProps) {
  const backend = useConvexBackend(organizationId, scenarioId);
  return (
    <QueryBoundary title="The scenario could not be opened">
      <EditorLoader backend={backend} />
    </QueryBoundary>
  );
}

/** Loads scenario and draft, takes over what the local log kept, and then opens the editor. For tests: with any backend. */
export function EditorLoader({ backend }: { backend: EditorBackend }) {
  const scenario = backend.useScenario();
  useTitle(scenario?.name);
  if (scenario === null) return <NoSuchScenario />;
  if (scenario === undefined) return <EditorSkeleton />;
  return <DraftLoader backend={backend} scenario={scenario} />;
}

function DraftLoader({ backend, scenario }: { backend: EditorBackend; scenario: ScenarioInfo }) {
  const viewerId = backend.useViewerId();
  const draft = backend.useDraft();
  const [opened, setOpened] = useState<EditorSession | { failure: string } | null>(null);
  useSessionOnce({ backend, scenario, draft, viewerId, setOpened });
  if (draft === null) return <NoSuchScenario />;
  if (opened === null) return <EditorSkeleton />;
  if ("failure" in opened) return <ErrorState title="The draft could not be read" message={opened.failure} />;
  return (
    <EditorContext value={opened.services}>
      <CanvasStoreContext value={opened.services.store}>
        <CanvasProvider>
          <EditorView scenario={scenario} draft={draft} session={opened} />
        </CanvasProvider>
      </CanvasStoreContext>
    </EditorContext>
  );
}

interface SessionOnceInput {
  backend: EditorBackend;
  scenario: ScenarioInfo;
  draft: DraftInfo | null | undefined;
  viewerId: string | null | undefined;
  setOpened: (opened: EditorSession | { failure: string }) => void;
}

/** Opens the session with the first draft that arrives; later drafts reach it as news. */
function useSessionOnce({ backend, scenario, draft, viewerId, setOpened }: SessionOnceInput): void {
  const isReady = draft !== null && draft !== undefined && viewerId !== undefined && viewerId !== null;
  useEffect(() => {
    if (!isReady) return;
    let session: EditorSession | null = null;
    let isGone = false;
    openEditorSession({ backend, scenario, draft, viewerId, catalog: manifestCatalog }).then(
      (opened) => {
        session = opened;
        if (isGone) opened.close();
        else setOpened(opened);
      },
      (error: unknown) => setOpened({ failure: error instanceof Error ? error.message : String(error) }),
    );
    return () => {
      isGone = true;
      session?.close();
    };
    // Once per mount: scenario and draft go on changing, and are followed elsewhere.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [isReady, backend]);
}

function NoSuchScenario() {
  return (
    <EmptyState icon={<SearchX aria-hidden />} title="There is no such scenario">
      It was deleted, or it belongs to another organization.
    </EmptyState>
  );
}

function EditorSkeleton() {
  return (
    <div aria-busy aria-label="Loading the editor" className="flex min-h-0 flex-1 flex-col">
      <div className="flex h-12 shrink-0 items-center gap-3 border-b border-line-2 bg-surface px-4">
        <Skeleton className="h-4 w-48" />
        <Skeleton className="h-5 w-16" />
        <Skeleton className="ml-auto h-8 w-24 rounded-control" />
      </div>
      <div className="dot-grid flex-1 bg-canvas" />
      <div className="flex h-14 shrink-0 items-center gap-3 border-t border-line-2 bg-surface px-4">
        <Skeleton className="h-8 w-28 rounded-control" />
        <Skeleton className="h-8 w-44 rounded-control" />
      </div>
    </div>
  );
}
