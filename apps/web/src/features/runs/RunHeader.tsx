"use client";

import { Button, CopyButton, formatExact, RelativeTime, StateBadge, stateFacts, useNow } from "@patchbay/ui";
import { RotateCcw, Square } from "lucide-react";
import { useState, type ReactNode } from "react";
import { useCan } from "@/features/shell/viewer";
import { runActs, shortId, sourceLabel, tookLabel, triggerLabel } from "./runFacts.ts";
import type { RunDetail } from "./runModel.ts";
import { ReplayDialog } from "./ReplayDialog.tsx";
import { RunDataButtons } from "./RunDataButtons.tsx";
import { RunKindBadge } from "./runKind.tsx";
import { useRunActions } from "./useRunActions.ts";

/** A run's facts beside its id, and what can be done to it. */
export function RunHeader({ run }: { run: RunDetail }) {
  return (
    <div className="flex min-h-14 shrink-0 flex-wrap items-center gap-x-5 gap-y-1 border-b border-line-2 px-4 py-2">
      <div className="flex items-center gap-2.5">
        <h2 className="text-lg font-semibold">
          Run <span className="font-mono">{shortId(run.id)}</span>
        </h2>
        <CopyButton value={run.id} label="Copy run id" />
        <StateBadge state={run.state} />
        <RunKindBadge run={run} />
      </div>
      <dl className="flex flex-wrap items-center gap-x-5 gap-y-1 text-sm">
        <Fact label="Started">
          <RelativeTime value={run.startedAt} />
        </Fact>
        {stateFacts(run.state).live ? (
          <Fact label="Took">
            <TookSoFar run={run} />
          </Fact>
        ) : run.endedAt === null ? null : (
          <Fact label="Took">{tookLabel(run, run.endedAt)}</Fact>
        )}
        <Fact label="Operations">{run.operationCount}</Fact>
        <Fact label="Version">{sourceLabel(run.source)}</Fact>
        <Fact label="Started by">{triggerLabel(run.trigger)}</Fact>
        {run.waitingUntil !== null && stateFacts(run.state).live ? (
          <Fact label="Resumes">
            <span title={formatExact(run.waitingUntil)}>
              <RelativeTime value={run.waitingUntil} />
            </span>
          </Fact>
        ) : null}
      </dl>
      <div className="ml-auto flex items-center gap-2">
        <RunDataButtons run={run} />
        <RunButtons run={run} />
      </div>
    </div>
  );
}

function Fact({ label, children }: { label: string; children: ReactNode }) {
  return (
    <div className="flex items-baseline gap-1.5">
      <dt className="text-ink-3">{label}</dt>
      <dd className="font-medium tabular-nums">{children}</dd>
    </div>
  );
}

function TookSoFar({ run }: { run: RunDetail }) {
  return tookLabel(run, useNow());
}

function RunButtons({ run }: { run: RunDetail }) {
  const actions = useRunActions();
  const acts = useCan("scenario:execute") ? runActs(run.state) : [];
  const [isReplaying, setReplaying] = useState(false);
  return (
    <>
      {isReplaying ? (
        <ReplayDialog
          run={run}
          onReplay={(replay) => actions.replay(run, replay)}
          onClose={() => setReplaying(false)}
        />
      ) : null}
      {acts.includes("cancel") ? (
        <Button variant="danger" onClick={() => void actions.cancel(run.id)}>
          <Square aria-hidden />
          Stop run
        </Button>
      ) : null}
      {acts.includes("replay") ? (
        <Button onClick={() => setReplaying(true)}>
          <RotateCcw aria-hidden />
          Replay…
        </Button>
      ) : null}
    </>
  );
}
