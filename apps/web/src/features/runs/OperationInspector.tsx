"use client";

import {
  AppIcon,
  Badge,
  CopyButton,
  formatDuration,
  formatPath,
  IconButton,
  StateBadge,
  StateIcon,
  Tab,
  TabList,
  TabPanel,
  Tabs,
  type JsonLike,
} from "@patchbay/ui";
import { ChevronLeft, ChevronRight, Timer, X } from "lucide-react";
import { useMemo } from "react";
import { CalledRuns } from "./CallStrip.tsx";
import { namedNode } from "./nodeNames.ts";
import { DataTree } from "./DataTree.tsx";
import { OperationErrorView } from "./OperationErrorView.tsx";
import { SimulatedNotice } from "./runKind.tsx";
import { Decisions } from "./Decisions.tsx";
import { routeStory } from "./routeStories.ts";
import { operationsOf, shownState, type Attempt, type Operation, type RunDetail } from "./runModel.ts";

interface OperationInspectorProps {
  run: RunDetail;
  operation: Operation;
  onChoose: (operation: Operation) => void;
  onClose: () => void;
}

/** One operation: attempts, data in and out, what was empty, what went wrong. */
export function OperationInspector({ run, operation, onChoose, onClose }: OperationInspectorProps) {
  const node = namedNode(run.definition, operation.nodeId);
  return (
    <>
      <header className="flex h-12 shrink-0 items-center gap-2.5 border-b border-line px-4">
        <AppIcon icon={node.icon} color={node.color} size={24} />
        <h3 className="truncate text-base font-semibold">{node.name}</h3>
        {node.action === node.name ? null : <span className="truncate text-sm text-ink-2">{node.action}</span>}
        <IconButton label="Close" onClick={onClose} className="-mr-2 ml-auto">
          <X aria-hidden />
        </IconButton>
      </header>
      <Stepper run={run} operation={operation} onChoose={onChoose} />
      <SimulatedNotice operation={operation} />
      {isCall(run, operation) ? <CalledRuns run={run} operationId={operation.id} /> : null}
      <Attempts operation={operation} />
      <Decisions operation={operation} />
      <OperationData key={operation.id} runId={run.id} operation={operation} outcome={outcomeOf(run, operation)} />
    </>
  );
}

const isCall = (run: RunDetail, { nodeId }: Operation) =>
  run.definition.nodes.some((node) => node.id === nodeId && node.type === "scenario.call");

function Stepper({ run, operation, onChoose }: Omit<OperationInspectorProps, "onClose">) {
  const siblings = useMemo(() => operationsOf(run.operations, operation.nodeId), [run.operations, operation.nodeId]);
  const index = siblings.findIndex((each) => each.id === operation.id);
  const step = (by: number) => {
    const next = siblings[index + by];
    if (next) onChoose(next);
  };
  return (
    <div className="flex shrink-0 items-center justify-between gap-3 px-4 pt-3 pb-2">
      <div className="flex items-center rounded-control border border-line-2">
        <IconButton
          label="Previous operation"
          disabled={index <= 0}
          onClick={() => step(-1)}
          className="rounded-r-none"
        >
          <ChevronLeft aria-hidden />
        </IconButton>
        <span className="border-x border-line-2 px-2.5 text-sm leading-7 font-medium whitespace-nowrap tabular-nums">
          <span className="lg:max-xl:sr-only">Operation</span> {index + 1} of {siblings.length}
        </span>
        <IconButton
          label="Next operation"
          disabled={index >= siblings.length - 1}
          onClick={() => step(1)}
          className="rounded-l-none"
        >
          <ChevronRight aria-hidden />
        </IconButton>
      </div>
      <span className="flex items-center gap-2">
        <StateBadge state={shownState(operation)} />
        {operation.durationMs === null ? null : (
          <span className="font-mono text-xs whitespace-nowrap text-ink-2">{formatDuration(operation.durationMs)}</span>
        )}
      </span>
    </div>
  );
}

/** What became of an operation's error, where a route took it. */
function outcomeOf(run: RunDetail, operation: Operation): string | null {
  if (operation.state !== "handled") return null;
  return routeStory(run, operation, (nodeId) => namedNode(run.definition, nodeId).name);
}

/** Only where there is something to tell: more than one attempt. */
function Attempts({ operation }: { operation: Operation }) {
  if (operation.attempts.length < 2) return null;
  return (
    <div className="shrink-0 px-4 pb-3">
      <h4 className="mb-1.5 text-xs font-medium">Attempts</h4>
      <ol className="max-h-52 overflow-y-auto rounded-control border border-line-2 [&>li:last-child]:border-b-0">
        {operation.attempts.map((attempt, index) => (
          <AttemptRow key={attempt.number} attempt={attempt} previous={operation.attempts[index - 1]} />
        ))}
      </ol>
    </div>
  );
}

function AttemptRow({ attempt, previous }: { attempt: Attempt; previous: Attempt | undefined }) {
  const pauseMs = previous ? attempt.startedAt - previous.startedAt - (previous.durationMs ?? 0) : 0;
  const state = attempt.error ? "failed" : attempt.durationMs === null ? "running" : "succeeded";
  return (
    <>
      {pauseMs >= 50 ? (
        <li className="flex items-center gap-2 border-b border-line bg-sunken px-3 py-1.5 text-xs text-ink-2">
          <Timer aria-hidden className="size-3.5" />
          Waited {formatDuration(pauseMs)}
        </li>
      ) : null}
      <li className="flex items-start gap-2 border-b border-line px-3 py-2 text-sm">
        <StateIcon state={state} className="mt-0.75" />
        <span className="min-w-0 flex-1">
          <span className={attempt.error ? "font-medium text-bad" : "font-medium"}>
            {attempt.error ? attempt.error.code : state === "running" ? "Running" : "Done"}
          </span>
          {attempt.error ? <span className="block text-xs break-words text-ink-2">{attempt.error.message}</span> : null}
        </span>
        {attempt.durationMs === null ? null : (
          <span className="font-mono text-xs text-ink-2">{formatDuration(attempt.durationMs)}</span>
        )}
      </li>
    </>
  );
}

interface OperationDataProps {
  runId: string;
  operation: Operation;
  outcome: string | null;
}

function OperationData({ runId, operation, outcome }: OperationDataProps) {
  const { error, missing } = operation;
  const initial = error ? "error" : operation.output === undefined ? "input" : "output";
  return (
    <Tabs defaultValue={initial} className="flex min-h-0 flex-1 flex-col">
      <TabList aria-label="Data of the operation" className="shrink-0 px-2">
        <Tab value="input">Input</Tab>
        <Tab value="output">Output</Tab>
        {error ? (
          <Tab value="error" tone="bad" count={1}>
            Error
          </Tab>
        ) : null}
        {missing.length > 0 ? (
          <Tab value="missing" count={missing.length}>
            Empty
          </Tab>
        ) : null}
      </TabList>
      <DataPanel
        name="input"
        runId={runId}
        value={operation.input}
        operation={operation}
        none="This operation took no input."
      />
      <DataPanel
        name="output"
        runId={runId}
        value={operation.output}
        operation={operation}
        none={operation.durationMs === null ? "Nothing came back yet." : "Nothing came back."}
      />
      <TabPanel value="error" tabIndex={-1} className="min-h-0 overflow-y-auto data-[state=active]:flex-1">
        {error ? <OperationErrorView error={error} outcome={outcome} /> : null}
      </TabPanel>
      <TabPanel value="missing" tabIndex={-1} className="min-h-0 overflow-y-auto data-[state=active]:flex-1">
        <ul className="flex flex-col gap-3 p-4">
          {missing.map((each) => (
            <li key={`${each.reference} ${each.field.join(".")}`} className="border-l-2 border-warn-mark pl-3">
              <span className="flex flex-wrap items-center gap-2 text-sm font-medium">
                {formatPath(each.field)}
                <Badge tone="warn">Not set</Badge>
              </span>
              <span className="mt-0.5 block text-xs text-ink-2">
                <code className="text-ink">{each.reference}</code> was empty: {each.reason}
              </span>
            </li>
          ))}
        </ul>
      </TabPanel>
    </Tabs>
  );
}

interface DataPanelProps {
  name: "input" | "output";
  runId: string;
  value: JsonLike | undefined;
  operation: Operation;
  none: string;
}

function DataPanel({ name, runId, value, operation, none }: DataPanelProps) {
  if (value === undefined) {
    return (
      <TabPanel value={name} tabIndex={-1} className="px-4 py-3 text-sm text-ink-3">
        {none}
      </TabPanel>
    );
  }
  const label = name === "input" ? "Input" : "Output";
  return (
    <TabPanel value={name} tabIndex={-1} className="min-h-0 overflow-y-auto data-[state=active]:flex-1">
      <div className="flex items-center justify-between py-1 pr-3 pl-4 text-xs text-ink-3">
        <span>
          Bundle <span className="font-mono">{operation.bundlePath || "1"}</span>
        </span>
        <CopyButton labelled variant="quiet" label="Copy JSON" value={() => JSON.stringify(value, null, 2)} />
      </div>
      <DataTree
        label={label}
        value={value}
        place={{ runId, operationId: operation.id, field: name }}
        {...(name === "output" ? { rootPath: String(operation.nodeId) } : {})}
      />
    </TabPanel>
  );
}
