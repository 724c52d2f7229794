import { Suspense, useCallback, useEffect, useState } from "react";
import { OperationInspector } from "@/features/runs/OperationInspector.tsx";
import { operationsOf } from "@/features/runs/runModel.ts";
import type { DraftInfo, ScenarioInfo } from "./backend/types.ts";
import { Canvas } from "./canvas/Canvas.tsx";
import { CanvasMenu } from "./CanvasMenu.tsx";
import { useCanvasView } from "./canvas/useCanvasView.ts";
import { ViewControls } from "./canvas/ViewControls.tsx";
import { useEditor, useEditorServices } from "./EditorContext.tsx";
import type { EditorSession } from "./editorSession.ts";
import { useCallables } from "./calls/useCallables.ts";
import { useIssues } from "./issues/useIssues.ts";
import {
  FilterPopover,
  IssuesPanel,
  NodePicker,
  NodePopover,
  prepareParts,
  PublishDialog,
  ShortcutSheet,
  UpgradeDialog,
} from "./onDemandParts.ts";
import { RunBar } from "./run/RunBar.tsx";
import { useRunOnce } from "./run/useRunOnce.ts";
import { RunWatcher } from "./run/RunWatcher.tsx";
import { useDraftSaving, useSaveState } from "./saving/useDraftSaving.ts";
import { useShortcuts } from "./shortcuts/useShortcuts.ts";
import { CanvasTools, EmptyCanvas } from "./toolbar/CanvasTools.tsx";
import { TopBar } from "./toolbar/TopBar.tsx";
import { useCanvasEvents } from "./useCanvasEvents.ts";
import { useEditorCommands } from "./useEditorCommands.ts";
import type { EditorCommands } from "./useEditorCommands.ts";

export interface EditorViewProps {
  scenario: ScenarioInfo;
  draft: DraftInfo | undefined;
  session: EditorSession;
}

/** The editor's page: bar, canvas with what is open over it, run bar; the inspector beside while a run is watched. */
export function EditorView({ scenario, draft, session }: EditorViewProps) {
  const saveState = useSaveState(session.subscribe);
  useDraftSaving();
  useCallables();
  useIssues();
  useEffect(prepareParts, []);
  const runOnce = useRunOnce();
  const view = useCanvasView();
  const commands = useEditorCommands(view);
  const events = useCanvasEvents();
  const [isPublishing, setPublishing] = useState(false);
  const runNow = useCallback(() => document.querySelector<HTMLButtonElement>("[data-run-once]")?.click(), []);
  useShortcuts({ commands, view, runOnce: runNow });
  return (
    <div className="flex min-h-0 min-w-0 flex-1 flex-col">
      <TopBar scenario={scenario} draft={draft} saveState={saveState} onPublish={() => setPublishing(true)} />
      <div className="flex min-h-0 flex-1">
        <CanvasMenu commands={commands} view={view}>
          <Canvas label={`Canvas of ${scenario.name}`} events={events}>
            <CanvasOverlay commands={commands} />
          </Canvas>
        </CanvasMenu>
        <Inspector />
      </div>
      <RunBar scenario={scenario} runOnce={runOnce} />
      <RunWatcher />
      <Suspense>
        {isPublishing ? <PublishDialog scenario={scenario} onClose={() => setPublishing(false)} /> : null}
        {commands.areShortcutsShown ? <ShortcutSheet onClose={commands.hideShortcuts} /> : null}
        <Picker commands={commands} />
      </Suspense>
    </div>
  );
}

/** What lies over the canvas: tools, zoom, and the one panel that is open. */
function CanvasOverlay({ commands }: { commands: EditorCommands }) {
  const isEmpty = useEditor((state) => state.definition.nodes.length === 0);
  const isPaused = useEditor((state) => state.isPaused);
  const hasMiniMap = useEditor((state) => state.definition.nodes.length > 1);
  const panel = useEditor((state) => state.panel);
  const { store } = useEditorServices();
  const closePanel = () => store.getState().setPanel({ kind: "none" });
  return (
    <>
      {isPaused ? null : <CanvasTools commands={commands} />}
      {isEmpty ? <EmptyCanvas onAdd={commands.addNode} /> : null}
      <ViewControls className={hasMiniMap ? "bottom-3 left-45" : "bottom-3 left-3"} />
      <Suspense>
        {panel.kind === "node" ? <NodePopover nodeId={panel.nodeId} /> : null}
        {panel.kind === "filter" ? <FilterPopover key={panel.edge} edgeKey={panel.edge} /> : null}
        {panel.kind === "issues" ? <IssuesPanel /> : null}
        {panel.kind === "upgrades" ? <UpgradeDialog nodeIds={panel.nodeIds} onClose={closePanel} /> : null}
      </Suspense>
    </>
  );
}

function Picker({ commands }: { commands: EditorCommands }) {
  const { store } = useEditorServices();
  const target = useEditor((state) => state.picker);
  if (!target) return null;
  const close = () => store.setState({ picker: null });
  return (
    <NodePicker
      target={target}
      onClose={close}
      onPick={(item) => {
        close();
        commands.pick(item, target);
      }}
    />
  );
}

/** The operations of the inspected node. Follows the run while it goes on. */
function Inspector() {
  const { store } = useEditorServices();
  const run = useEditor((state) => state.watchedRun);
  const nodeId = useEditor((state) => state.inspected);
  const [chosenId, setChosenId] = useState<string | null>(null);
  const view = useCanvasView();
  const isOpen = run !== null && nodeId !== null;
  useEffect(() => {
    // The inspector takes its width from the canvas: what it covered comes back into sight.
    const frame = requestAnimationFrame(() => isOpen && view.fit());
    return () => cancelAnimationFrame(frame);
  }, [isOpen, view]);
  if (!run || nodeId === null) return null;
  const operations = operationsOf(run.operations, nodeId);
  const operation = operations.find((each) => each.id === chosenId) ?? operations[0];
  const close = () => {
    store.setState({ inspected: null });
    view.focus(nodeId);
  };
  return (
    <aside
      aria-label={`Operations of node ${nodeId}`}
      className="flex w-108 shrink-0 flex-col border-l border-line-2 bg-surface"
      onKeyDown={(event) => {
        if (event.key === "Escape") close();
      }}
    >
      {operation ? (
        <OperationInspector run={run} operation={operation} onChoose={(next) => setChosenId(next.id)} onClose={close} />
      ) : (
        <p className="p-4 text-sm text-ink-2">No bundle has come to this node in this run.</p>
      )}
    </aside>
  );
}
