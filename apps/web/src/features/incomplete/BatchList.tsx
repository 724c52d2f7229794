"use client";

import { Button, RelativeTime } from "@patchbay/ui";
import { CircleCheck, LoaderCircle, TriangleAlert } from "lucide-react";
import { useState } from "react";
import { shortId } from "@/features/runs/runFacts";
import { useBulk, type Batch } from "./useIncomplete.ts";

const acts: Record<Batch["act"], [doing: string, done: string]> = {
  retry: ["Retrying", "Retried"],
  restart: ["Beginning anew", "Begun anew"],
  discard: ["Discarding", "Discarded"],
  cancel: ["Stopping", "Stopped"],
};
/** How long a bulk act that has ended stays in sight. */
const SHOWN_MS = 10 * 60_000;

/** Bulk acts that are under way or have just ended, with their progress and what could not be done. */
export function BatchList({ batches, canAct }: { batches: readonly Batch[]; canAct: boolean }) {
  const [hidden, setHidden] = useState<ReadonlySet<string>>(new Set());
  const [openedAt] = useState(() => Date.now());
  const shown = batches.filter(
    (batch) => !hidden.has(batch.id) && (batch.endedAt === null || batch.endedAt > openedAt - SHOWN_MS),
  );
  return shown.map((batch) => (
    <BatchRow key={batch.id} batch={batch} canAct={canAct} onHide={() => setHidden(new Set([...hidden, batch.id]))} />
  ));
}

function BatchRow({ batch, canAct, onHide }: { batch: Batch; canAct: boolean; onHide: () => void }) {
  const { stop } = useBulk();
  const [doing, done] = acts[batch.act];
  const isLive = batch.state === "running";
  const well = batch.handled - batch.failed;
  return (
    <section
      aria-label="Bulk act"
      role="status"
      className="shrink-0 border-b border-line-2 bg-sunken px-5 py-2.5 text-sm"
    >
      <div className="flex flex-wrap items-center gap-3">
        {isLive ? (
          <LoaderCircle aria-hidden className="size-4 animate-spin text-signal" />
        ) : batch.failed > 0 ? (
          <TriangleAlert aria-hidden className="size-4 text-warn" />
        ) : (
          <CircleCheck aria-hidden className="size-4 text-ok" />
        )}
        <span className="font-medium tabular-nums">
          {isLive ? `${doing}: ${batch.handled} of ${batch.total}` : `${done}: ${well} of ${batch.handled}`}
          {batch.failed > 0 ? `, ${batch.failed} could not be` : ""}
          {batch.state === "cancelled" ? ", then stopped by hand" : ""}
        </span>
        <span className="text-ink-3">
          <RelativeTime value={batch.startedAt} />
        </span>
        <span className="ml-auto">
          {isLive && canAct ? (
            <Button size="sm" onClick={() => void stop(batch)}>
              Stop
            </Button>
          ) : isLive ? null : (
            <Button size="sm" variant="quiet" onClick={onHide}>
              Hide
            </Button>
          )}
        </span>
      </div>
      {batch.failures.length > 0 ? (
        <ul className="mt-1.5 max-h-32 overflow-y-auto pl-7 text-ink-2">
          {batch.failures.map((failure) => (
            <li key={failure.runId}>
              <span className="font-mono text-xs">{shortId(failure.runId)}</span> {failure.message}
            </li>
          ))}
        </ul>
      ) : null}
    </section>
  );
}
