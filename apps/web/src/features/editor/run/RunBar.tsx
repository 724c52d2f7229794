import {
  Button,
  Kbd,
  Menu,
  MenuContent,
  MenuItem,
  MenuSeparator,
  MenuTrigger,
  RelativeTime,
  Sparkline,
  StateBadge,
  Switch,
  Tooltip,
  formatClock,
  formatDuration,
  useNow,
} from "@patchbay/ui";
import { ChevronDown, CircleDot, FileJson, FlaskConical, Play, Radio, Square, X, Zap } from "lucide-react";
import type { TriggerManifest } from "@patchbay/core";
import Link from "next/link";
import { readDeclaredInputs, type DeclaredInput } from "@patchbay/core";
import { useMemo, useState } from "react";
import { RunKindBadge } from "@/features/runs/runKind.tsx";
import { useAct } from "@/lib/useAct.ts";
import type { RunDetail, RunSummary, ScenarioInfo } from "../backend/types.ts";
import { nodeFace } from "../canvas/nodeFace.ts";
import { useEditor, useEditorServices } from "../EditorContext.tsx";
import type { EditorState } from "../store/editorStore.ts";
import { InputsDialog } from "./InputsDialog.tsx";
import { PayloadDialog } from "./PayloadDialog.tsx";
import { isLive } from "./runOverlay.ts";
import type { RunOnce, StartWith } from "./useRunOnce.ts";

export interface RunBarProps {
  scenario: ScenarioInfo;
  runOnce: RunOnce;
}

/** The bar below the canvas: run once, with what, on or off, and what ran last. While a run is watched, how it goes. */
export function RunBar({ scenario, runOnce }: RunBarProps) {
  const run = useEditor((state) => state.watchedRun);
  return (
    <footer className="flex h-14 shrink-0 items-center gap-3 overflow-hidden border-t border-line-2 bg-surface px-3">
      {run ? <WatchedRun run={run} runOnce={runOnce} /> : <Idle scenario={scenario} runOnce={runOnce} />}
    </footer>
  );
}

function useStartWith(): [StartWith, (next: StartWith) => void] {
  const { backend } = useEditorServices();
  const hasSample = (backend.useListening()?.samples.length ?? 0) > 0;
  const [chosen, setChosen] = useState<StartWith | null>(null);
  return [chosen ?? (hasSample ? { kind: "last" } : { kind: "empty" }), setChosen];
}

function Idle({ scenario, runOnce }: { scenario: ScenarioInfo; runOnce: RunOnce }) {
  const { backend } = useEditorServices();
  const [startWith, setStartWith] = useStartWith();
  const act = useAct();
  const isEmpty = useEditor((state) => state.definition.nodes.length === 0);
  const triggerKind = useEditor(triggerKindOf);
  const takesPayload = triggerKind !== "schedule" && triggerKind !== "call";
  const inputs = useDeclaredInputs();
  const [isEditingPayload, setEditingPayload] = useState(false);
  if (runOnce.isWaiting) return <Waiting onStop={runOnce.stopWaiting} />;
  return (
    <>
      <Button
        variant="run"
        pending={runOnce.isStarting}
        disabled={isEmpty}
        onClick={() => (inputs.length > 0 ? setEditingPayload(true) : void runOnce.start(startWith))}
        data-run-once
      >
        <Play aria-hidden />
        Run once
        <Kbd tone="signal">R</Kbd>
      </Button>
      <Tooltip label="Runs it without changing anything outside: what would write is simulated" side="top">
        <Button disabled={isEmpty || runOnce.isStarting} onClick={() => void runOnce.start(startWith, "performReads")}>
          <FlaskConical aria-hidden />
          Dry run
        </Button>
      </Tooltip>
      {takesPayload ? (
        <StartMenu startWith={startWith} onChoose={setStartWith} onEditPayload={() => setEditingPayload(true)} />
      ) : null}
      <label className="flex items-center gap-2 pl-2 text-sm font-medium text-ink">
        <Switch
          label={
            scenario.enabled ? "On: the trigger starts runs. Switch off" : "Off: the trigger starts no runs. Switch on"
          }
          checked={scenario.enabled}
          disabled={scenario.publishedVersion === null}
          onCheckedChange={(enabled) =>
            void act("The scenario was not switched", () => backend.updateScenario({ enabled }))
          }
        />
        {scenario.enabled ? "On" : "Off"}
      </label>
      <TriggerFact scenario={scenario} />
      <LastRuns scenarioId={scenario.id} />
      {isEditingPayload && inputs.length > 0 ? (
        <InputsDialog
          inputs={inputs}
          initial={startWith.kind === "payload" ? startWith.json : "{}"}
          onClose={() => setEditingPayload(false)}
          onRun={(json) => {
            setEditingPayload(false);
            setStartWith({ kind: "payload", json });
            void runOnce.start({ kind: "payload", json });
          }}
        />
      ) : null}
      {isEditingPayload && inputs.length === 0 ? (
        <PayloadDialog
          initial={startWith.kind === "payload" ? startWith.json : "{\n  \n}"}
          onClose={() => setEditingPayload(false)}
          onRun={(json) => {
            setEditingPayload(false);
            setStartWith({ kind: "payload", json });
            void runOnce.start({ kind: "payload", json });
          }}
        />
      ) : null}
    </>
  );
}

/** What a scenario that others call takes; none for other triggers. */
function useDeclaredInputs(): readonly DeclaredInput[] {
  const rows = useEditor(
    ({ definition }) => definition.nodes.find((node) => node.type === "scenario.start")?.config.inputs,
  );
  return useMemo(() => readDeclaredInputs(rows), [rows]);
}

interface StartMenuProps {
  startWith: StartWith;
  onChoose: (startWith: StartWith) => void;
  onEditPayload: () => void;
}

function StartMenu({ startWith, onChoose, onEditPayload }: StartMenuProps) {
  const { backend } = useEditorServices();
  const listening = backend.useListening();
  const last = listening?.samples[0];
  const words = {
    last: last ? `Last request, ${formatClock(last.receivedAt)}` : "Last request",
    wait: "The next request",
    payload: "JSON payload",
    empty: "An empty payload",
  };
  return (
    <Menu>
      <MenuTrigger asChild>
        <Button aria-label={`Start with: ${words[startWith.kind]}`}>
          <span className="font-normal text-ink-2">Start with</span>
          {words[startWith.kind]}
          <ChevronDown aria-hidden className="size-3.5!" />
        </Button>
      </MenuTrigger>
      <MenuContent align="start" side="top">
        {last ? (
          <MenuItem icon={<Zap />} onSelect={() => onChoose({ kind: "last" })}>
            {words.last}
          </MenuItem>
        ) : null}
        {listening ? (
          <MenuItem icon={<Radio />} onSelect={() => onChoose({ kind: "wait" })}>
            Wait for the next request
          </MenuItem>
        ) : null}
        <MenuItem icon={<CircleDot />} onSelect={() => onChoose({ kind: "empty" })}>
          {words.empty}
        </MenuItem>
        <MenuSeparator />
        <MenuItem icon={<FileJson />} onSelect={onEditPayload}>
          JSON payload…
        </MenuItem>
      </MenuContent>
    </Menu>
  );
}

/** What starts runs of the draft. */
function triggerKindOf({
  catalog,
  definition,
}: Pick<EditorState, "catalog" | "definition">): TriggerManifest["kind"] | null {
  for (const { type, typeVersion } of definition.nodes) {
    const kind = catalog.getNodeKind(type, typeVersion);
    if (kind?.role === "trigger") return kind.node.kind;
  }
  return null;
}

function TriggerFact({ scenario }: { scenario: ScenarioInfo }) {
  const kind = useEditor(triggerKindOf);
  const title = useEditor(({ catalog, definition }) => {
    const trigger = definition.nodes.find((node) => nodeFace(catalog, node).isTrigger);
    return trigger ? nodeFace(catalog, trigger).subtitle : null;
  });
  if (title === null) return null;
  return (
    <span className="hidden items-center gap-1.5 truncate text-sm text-ink-2 xl:inline-flex">
      <Zap aria-hidden className="size-3.5" />
      {scenario.publishedVersion === null ? "Publish to switch it on" : null}
      {scenario.publishedVersion !== null && scenario.nextRunAt !== null ? (
        <span>
          Next run <RelativeTime value={scenario.nextRunAt} />
        </span>
      ) : null}
      {scenario.publishedVersion !== null && scenario.nextRunAt === null
        ? kind === "webhook"
          ? "As data arrives"
          : title
        : null}
    </span>
  );
}

function LastRuns({ scenarioId }: { scenarioId: string }) {
  const { backend } = useEditorServices();
  const runs = backend.useRecentRuns();
  const last = runs?.[0];
  if (!runs || !last) return <span className="ml-auto text-sm text-ink-3">{runs ? "No runs yet" : ""}</span>;
  const durations = runs.map((run) => durationOf(run) ?? 0);
  const longest = Math.max(1, ...durations);
  const bars = runs
    .map((run, place) => ({
      key: run.id,
      share: Math.max(0.15, durations[place]! / longest),
      tone:
        run.state === "failed"
          ? ("bad" as const)
          : run.state === "incomplete"
            ? ("warn" as const)
            : isLive(run)
              ? ("signal" as const)
              : ("normal" as const),
    }))
    .reverse();
  return (
    <Link
      href={`/scenarios/${scenarioId}/runs/${last.id}`}
      className="ml-auto flex min-w-0 items-center gap-3 rounded-control px-2 py-1 text-sm text-ink hover:bg-hover"
    >
      <span className="hidden text-ink-2 lg:inline">Last runs</span>
      <Sparkline bars={bars} slots={15} label={`${runs.length} last runs`} />
      <span className="truncate">{summaryOf(last)}</span>
    </Link>
  );
}

const durationOf = (run: RunSummary) => (run.endedAt === null ? null : run.endedAt - run.startedAt);

function summaryOf(run: RunSummary): string {
  const operations = `${run.operationCount} ${run.operationCount === 1 ? "operation" : "operations"}`;
  const duration = durationOf(run);
  if (duration === null) return `${run.state}, ${operations} so far`;
  return `${run.state} in ${formatDuration(duration)}, ${operations}`;
}

function Waiting({ onStop }: { onStop: () => void }) {
  const { backend } = useEditorServices();
  const listening = backend.useListening();
  return (
    <>
      <Button variant="danger" onClick={onStop}>
        <Square aria-hidden />
        Stop waiting
      </Button>
      <span role="status" className="flex min-w-0 items-center gap-2 text-sm text-ink">
        <Radio aria-hidden className="size-4 shrink-0 animate-breathe text-signal" />
        Waiting for a request to
        <code className="truncate rounded-tag bg-sunken px-1.5 py-0.5 font-mono text-xs">{listening?.url}</code>
      </span>
    </>
  );
}

function WatchedRun({ run, runOnce }: { run: RunDetail; runOnce: RunOnce }) {
  const { store, backend } = useEditorServices();
  const scenarioId = backend.scenarioId;
  const act = useAct();
  const now = useNow();
  const live = isLive(run);
  const elapsed = (run.endedAt ?? Math.max(now, run.startedAt)) - run.startedAt;
  const failed = run.operations.filter((operation) => operation.state === "failed").length;
  const latest = run.operations.findLast((operation) => operation.error !== null);
  return (
    <>
      {live ? (
        <Button variant="danger" onClick={() => void act("The run was not stopped", () => backend.cancelRun(run.id))}>
          <Square aria-hidden />
          Stop run
        </Button>
      ) : run.onlyNode !== undefined ? null : (
        <Button variant="run" pending={runOnce.isStarting} onClick={() => void runOnce.again()} data-run-once>
          <Play aria-hidden />
          Run again
        </Button>
      )}
      <span role="status" className="flex items-center gap-3">
        <StateBadge state={run.state} />
        <RunKindBadge run={run} />
        <span className="font-mono text-sm font-medium text-ink">
          {live ? stopwatch(elapsed) : formatDuration(elapsed)}
        </span>
        <Fact value={run.operations.length} noun="operation" />
        {failed > 0 ? <Fact value={failed} noun="failure" /> : null}
      </span>
      {latest?.error ? (
        <span className="hidden min-w-0 truncate text-sm text-ink-2 lg:inline" title={latest.error.message}>
          <span className="font-mono text-xs text-ink-3">{formatClock(latest.startedAt)}</span> Node {latest.nodeId}:{" "}
          {latest.error.message}
        </span>
      ) : run.error ? (
        <span className="min-w-0 truncate text-sm text-bad" title={run.error}>
          {run.error}
        </span>
      ) : null}
      <span className="ml-auto flex shrink-0 items-center gap-2 text-sm text-ink-2">
        <Link
          href={`/scenarios/${scenarioId}/runs/${run.id}`}
          className="rounded-control px-1.5 py-1 hover:bg-hover hover:text-ink"
        >
          {run.source.kind === "draft"
            ? `Run of the draft, revision ${run.source.revision}`
            : `Run of v${run.source.number}`}
        </Link>
        {live ? null : (
          <Tooltip label="Back to editing without the run’s counts" side="top">
            <Button size="sm" variant="quiet" onClick={() => store.getState().watch(null)}>
              <X aria-hidden />
              Clear
            </Button>
          </Tooltip>
        )}
      </span>
    </>
  );
}

function Fact({ value, noun }: { value: number; noun: string }) {
  return (
    <span className="border-l border-line-2 pl-3 text-sm text-ink-2">
      <span className="font-medium text-ink">{value}</span> {value === 1 ? noun : `${noun}s`}
    </span>
  );
}

function stopwatch(ms: number): string {
  const seconds = Math.floor(ms / 1_000);
  return `${String(Math.floor(seconds / 60)).padStart(2, "0")}:${String(seconds % 60).padStart(2, "0")}`;
}
