"use client";

import { Button, EmptyState, Skeleton } from "@patchbay/ui";
import { Unplug } from "lucide-react";
import dynamic from "next/dynamic";
import Link from "next/link";
import { useState } from "react";
import { ScenarioFrame } from "@/features/scenarios/ScenarioFrame";
import { useTitle } from "@/lib/useTitle";
import { CallStrip } from "./CallStrip.tsx";
import { OperationInspector } from "./OperationInspector.tsx";
import { RunHeader } from "./RunHeader.tsx";
import { DeletedDataNotice, RunKindNotice } from "./runKind.tsx";
import { shortId } from "./runFacts.ts";
import { operationsOf, telling, type RunDetail } from "./runModel.ts";
import { RunOverview } from "./RunOverview.tsx";
import { RunStoryStrip } from "./RunStoryStrip.tsx";
import { RunSteps } from "./RunSteps.tsx";
import { useRun } from "./useRun.ts";
import { WaitStrip } from "./WaitStrip.tsx";

const RunCanvas = dynamic(() => import("@/features/editor/RunCanvas").then((module) => module.RunCanvas), {
  ssr: false,
  loading: () => <div className="dot-grid size-full bg-canvas" />,
});

/** One run, live: its canvas, what happened when, and each operation's data. */
export function RunPage({ scenarioId, runId }: { scenarioId: string; runId: string }) {
  const run = useRun(runId);
  useTitle(`Run ${shortId(runId)}`);
  return (
    <ScenarioFrame scenarioId={scenarioId}>
      {() =>
        run === undefined ? (
          <RunSkeleton />
        ) : run === null || run.scenarioId !== scenarioId ? (
          <NoSuchRun scenarioId={scenarioId} />
        ) : (
          <RunView key={run.id} run={run} />
        )
      }
    </ScenarioFrame>
  );
}

function RunView({ run }: { run: RunDetail }) {
  // Undefined: nobody has chosen yet, so what is most telling is shown. Null: closed on purpose.
  const [chosenId, setChosenId] = useState<string | null | undefined>(undefined);
  const [playheadMs, setPlayheadMs] = useState<number | undefined>(undefined);
  const chosen =
    chosenId === undefined ? telling(run.operations) : run.operations.find((operation) => operation.id === chosenId);
  const selectNode = (nodeId: number | null) =>
    setChosenId(nodeId === null ? null : (operationsOf(run.operations, nodeId)[0]?.id ?? null));
  return (
    <div className="flex min-h-0 flex-1 flex-col">
      <RunHeader run={run} />
      <RunKindNotice run={run} />
      <DeletedDataNotice run={run} />
      <RunStoryStrip run={run} />
      <WaitStrip run={run} />
      <CallStrip run={run} />
      <div className="flex min-h-0 flex-1 flex-col overflow-y-auto lg:flex-row lg:overflow-hidden">
        <div className="flex min-w-0 flex-1 flex-col lg:min-h-0">
          <div className="relative h-72 shrink-0 border-b border-line-2 bg-canvas lg:h-[44%]">
            <RunCanvas
              definition={run.definition}
              operations={run.operations}
              edgesTaken={run.edgesTaken}
              selected={chosen?.nodeId ?? null}
              onSelect={selectNode}
              originMs={run.startedAt}
              {...(playheadMs === undefined ? {} : { playheadMs })}
            />
          </div>
          <RunSteps
            run={run}
            chosen={chosen}
            onChoose={(operation) => setChosenId(operation.id)}
            playheadMs={playheadMs}
            onPlayheadChange={setPlayheadMs}
          />
        </div>
        <aside
          aria-label={chosen ? "Operation" : "Run"}
          className="flex shrink-0 flex-col border-line-2 bg-surface max-lg:border-t lg:min-h-0 lg:w-96 lg:border-l xl:w-108"
        >
          {chosen ? (
            <OperationInspector
              run={run}
              operation={chosen}
              onChoose={(operation) => setChosenId(operation.id)}
              onClose={() => setChosenId(null)}
            />
          ) : (
            <RunOverview run={run} />
          )}
        </aside>
      </div>
    </div>
  );
}

function NoSuchRun({ scenarioId }: { scenarioId: string }) {
  return (
    <EmptyState
      icon={<Unplug aria-hidden />}
      title="There is no such run"
      action={
        <Button asChild>
          <Link href={`/scenarios/${scenarioId}/runs`}>All runs of this scenario</Link>
        </Button>
      }
    >
      Runs are kept for as long as the settings say; this one may have been removed since.
    </EmptyState>
  );
}

function RunSkeleton() {
  return (
    <div aria-busy="true" aria-label="Loading the run" className="flex min-h-0 flex-1 flex-col">
      <div className="flex h-14 shrink-0 items-center gap-4 border-b border-line-2 px-4">
        <Skeleton className="h-5 w-28" />
        <Skeleton className="h-5 w-20" />
        <Skeleton className="h-3 w-72" />
      </div>
      <div className="dot-grid h-[44%] border-b border-line-2 bg-canvas" />
      <div className="flex flex-col gap-4 p-4">
        <Skeleton className="w-96" />
        <Skeleton className="w-80" />
        <Skeleton className="w-72" />
      </div>
    </div>
  );
}
