"use client";

import { Button, EmptyState, ErrorState, Skeleton } from "@patchbay/ui";
import { CirclePause, CirclePlay, Layers } from "lucide-react";
import { useCan } from "@/features/shell/viewer";
import { messageOf } from "@/lib/errors";
import { GateNotices } from "./GateNotices.tsx";
import { LimitSection } from "./LimitSection.tsx";
import { QueueFigures } from "./QueueFigures.tsx";
import { QueueTable } from "./QueueTable.tsx";
import type { Queue } from "./queueWords.ts";
import { useQueue, useQueueActions, type QueueActions } from "./useQueue.ts";

/** What the organization's runs wait for, and what can be done about it. */
export function QueuePage() {
  const { queue, error, refresh } = useQueue();
  const actions = useQueueActions(refresh);
  const canManage = useCan("org:settings:update");
  return (
    <>
      <header className="flex min-h-12 shrink-0 flex-wrap items-center gap-2 border-b border-line px-5 py-2">
        <h1 className="flex h-8 flex-1 items-center text-xl font-semibold">Queue</h1>
        {queue && canManage ? <GateButtons queue={queue} actions={actions} /> : null}
      </header>
      <div className="min-h-0 flex-1 overflow-y-auto">
        {queue === undefined && error !== null ? (
          <ErrorState title="The queue could not be loaded" message={messageOf(error)} onRetry={() => void refresh()} />
        ) : null}
        {queue === undefined && error === null ? <QueueSkeleton /> : null}
        {queue ? <QueueView queue={queue} actions={actions} canManage={canManage} /> : null}
      </div>
    </>
  );
}

function QueueView({ queue, actions, canManage }: { queue: Queue; actions: QueueActions; canManage: boolean }) {
  return (
    <>
      <GateNotices queue={queue} />
      <QueueFigures queue={queue} />
      {queue.scenarios.length === 0 ? (
        <EmptyState icon={<Layers aria-hidden />} title="Nothing waits">
          Runs that wait for their turn, for a paused scenario or for room show up here, with the reason.
        </EmptyState>
      ) : (
        <QueueTable rows={queue.scenarios} actions={actions} />
      )}
      {canManage ? (
        <LimitSection key={queue.maxConcurrentRuns} limit={queue.maxConcurrentRuns} actions={actions} />
      ) : null}
    </>
  );
}

function GateButtons({ queue, actions }: { queue: Queue; actions: QueueActions }) {
  const isPaused = queue.pausedAt !== null;
  const isDraining = queue.drainingSince !== null;
  return (
    <>
      <Button
        onClick={() => {
          const failure = isDraining ? "Could not take new work again" : "Could not drain the queue";
          void actions.update(failure, { draining: !isDraining });
        }}
      >
        {isDraining ? "Take new work again" : "Drain"}
      </Button>
      <Button
        variant={isPaused ? "primary" : "secondary"}
        onClick={() => {
          const failure = isPaused ? "Could not resume the scenarios" : "Could not pause the scenarios";
          void actions.update(failure, { paused: !isPaused });
        }}
      >
        {isPaused ? <CirclePlay aria-hidden /> : <CirclePause aria-hidden />}
        {isPaused ? "Resume all" : "Pause all"}
      </Button>
    </>
  );
}

function QueueSkeleton() {
  return (
    <div aria-busy="true" aria-label="Loading the queue" className="flex flex-col gap-4 p-5">
      <Skeleton className="h-14 w-full max-w-160" />
      <Skeleton className="h-5 w-80" />
      <Skeleton className="h-5 w-72" />
    </div>
  );
}
