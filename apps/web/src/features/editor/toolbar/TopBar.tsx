import { Badge, Button, IconButton, Input, cx } from "@patchbay/ui";
import { CircleAlert, CirclePause, History, ListVideo, Redo2, TriangleAlert, Undo2 } from "lucide-react";
import Link from "next/link";
import { useState } from "react";
import { useAct } from "@/lib/useAct.ts";
import type { DraftInfo, ScenarioInfo } from "../backend/types.ts";
import { useEditor, useEditorServices } from "../EditorContext.tsx";
import type { SaveState } from "../saving/draftSaver.ts";
import { SaveLabel } from "../saving/SaveLabel.tsx";

export interface TopBarProps {
  scenario: ScenarioInfo;
  draft: DraftInfo | null | undefined;
  saveState: SaveState;
  onPublish: () => void;
}

/** The bar above the canvas: whose scenario, in what state, saved since when; undo; issues; history; publish. */
export function TopBar({ scenario, draft, saveState, onPublish }: TopBarProps) {
  const isPaused = useEditor((state) => state.isPaused);
  const isEmpty = useEditor((state) => state.definition.nodes.length === 0);
  const base = `/scenarios/${scenario.id}`;
  return (
    <header className="flex h-12 shrink-0 items-center gap-3 border-b border-line-2 bg-surface px-4">
      <nav aria-label="Breadcrumb" className="flex min-w-28 items-center gap-2">
        <Link href="/" className="hidden text-sm text-ink-2 hover:text-ink xl:inline">
          Scenarios
        </Link>
        <span aria-hidden className="hidden text-ink-3 xl:inline">
          ›
        </span>
        <ScenarioName scenario={scenario} />
      </nav>
      <VersionBadges scenario={scenario} draft={draft} hasUnsaved={saveState.kind !== "saved"} />
      {isPaused ? (
        <span role="status" className="flex items-center gap-1.5 truncate text-xs text-ink-2">
          <CirclePause aria-hidden className="size-3.5 shrink-0" />
          Editing paused while this run is watched
        </span>
      ) : (
        <SaveLabel state={saveState} />
      )}
      <div className="ml-auto flex shrink-0 items-center gap-2">
        {isPaused ? null : <UndoButtons />}
        <IssuesButton />
        <span aria-hidden className="h-5 w-px bg-line" />
        <Button asChild variant="quiet">
          <Link href={`${base}/runs`}>
            <ListVideo aria-hidden />
            <span className="max-xl:sr-only">Runs</span>
          </Link>
        </Button>
        <Button asChild variant="quiet">
          <Link href={`${base}/history`}>
            <History aria-hidden />
            <span className="max-xl:sr-only">History</span>
          </Link>
        </Button>
        <Button variant={isPaused ? "secondary" : "primary"} disabled={isEmpty} onClick={onPublish}>
          Publish v{scenario.nextVersion}
        </Button>
      </div>
    </header>
  );
}

function ScenarioName({ scenario }: { scenario: ScenarioInfo }) {
  const { backend } = useEditorServices();
  const act = useAct();
  const [draftName, setDraftName] = useState<string | null>(null);
  if (draftName === null) {
    return (
      <h1 className="min-w-0">
        <button
          type="button"
          title="Rename"
          onClick={() => setDraftName(scenario.name)}
          className="block max-w-[min(20rem,100%)] truncate rounded-control px-1 text-lg font-semibold text-ink hover:bg-hover"
        >
          {scenario.name}
        </button>
      </h1>
    );
  }
  const keep = () => {
    const name = draftName.trim();
    setDraftName(null);
    if (name !== "" && name !== scenario.name)
      void act("The scenario was not renamed", () => backend.updateScenario({ name }));
  };
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        keep();
      }}
    >
      <Input
        autoFocus
        aria-label="Name of the scenario"
        value={draftName}
        maxLength={200}
        className="h-8 w-72 text-base font-semibold"
        onFocus={(event) => event.target.select()}
        onChange={(event) => setDraftName(event.target.value)}
        onBlur={keep}
        onKeyDown={(event) => {
          if (event.key !== "Escape") return;
          event.stopPropagation();
          setDraftName(null);
        }}
      />
    </form>
  );
}

function VersionBadges({
  scenario,
  draft,
  hasUnsaved,
}: {
  scenario: ScenarioInfo;
  draft: DraftInfo | null | undefined;
  hasUnsaved: boolean;
}) {
  const hasChanges = scenario.publishedVersion === null || hasUnsaved || (draft?.differsFromPublished ?? false);
  return (
    <span className="flex shrink-0 items-center gap-1.5">
      {hasChanges ? (
        <Badge tone="outline" mono>
          v{scenario.nextVersion} draft
        </Badge>
      ) : null}
      {scenario.publishedVersion !== null ? (
        <Badge tone={scenario.enabled ? "ok" : "neutral"} dot mono>
          v{scenario.publishedVersion} {scenario.enabled ? "live" : "off"}
        </Badge>
      ) : null}
    </span>
  );
}

function UndoButtons() {
  const { store } = useEditorServices();
  const canUndo = useEditor((state) => state.canUndo);
  const canRedo = useEditor((state) => state.canRedo);
  const undoLabel = useEditor((state) => state.undoLabel);
  const redoLabel = useEditor((state) => state.redoLabel);
  const name = (verb: string, label: string | null) =>
    label ? `${verb}: ${label.charAt(0).toLowerCase()}${label.slice(1)}` : verb;
  return (
    <span role="group" aria-label="Undo and redo" className="flex rounded-control border border-line-2">
      <IconButton
        label={name("Undo", undoLabel)}
        shortcut={["Ctrl", "Z"]}
        disabled={!canUndo}
        onClick={() => store.getState().undo()}
      >
        <Undo2 aria-hidden />
      </IconButton>
      <span aria-hidden className="w-px bg-line" />
      <IconButton
        label={name("Redo", redoLabel)}
        shortcut={["Ctrl", "Y"]}
        disabled={!canRedo}
        onClick={() => store.getState().redo()}
      >
        <Redo2 aria-hidden />
      </IconButton>
    </span>
  );
}

function IssuesButton() {
  const { store } = useEditorServices();
  const errors = useEditor((state) => state.issues.filter((issue) => issue.severity === "error").length);
  const warnings = useEditor((state) => state.issues.length) - errors;
  const isOpen = useEditor((state) => state.panel.kind === "issues");
  return (
    <Button
      aria-expanded={isOpen}
      aria-label={`Issues: ${errors} ${errors === 1 ? "error" : "errors"}, ${warnings} ${warnings === 1 ? "warning" : "warnings"}`}
      onClick={() => store.getState().setPanel(isOpen ? { kind: "none" } : { kind: "issues" })}
    >
      <Count icon={CircleAlert} value={errors} tone="text-bad" />
      <Count icon={TriangleAlert} value={warnings} tone="text-warn" />
      Issues
    </Button>
  );
}

function Count({ icon: Icon, value, tone }: { icon: typeof CircleAlert; value: number; tone: string }) {
  return (
    <span className={cx("inline-flex items-center gap-1 tabular-nums", value > 0 ? tone : "text-ink-3")}>
      <Icon aria-hidden className="size-3.5!" />
      {value}
    </span>
  );
}
