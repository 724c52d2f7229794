import { RelativeTime } from "@patchbay/ui";
import type { ReactNode } from "react";
import { formatCount, waitingOf, waitReasons, type Queue } from "./queueWords.ts";

/** The whole organization in four figures. */
export function QueueFigures({ queue }: { queue: Queue }) {
  const waiting = waitingOf(queue);
  return (
    <dl className="grid grid-cols-2 gap-x-6 gap-y-4 px-5 py-4 lg:grid-cols-4">
      <Figure label="Waiting" value={`${queue.isCut ? "≥ " : ""}${formatCount(waiting)}`}>
        {waitReasons(queue) || "Nothing waits"}
      </Figure>
      <Figure label="Running" value={formatCount(queue.running)}>
        {queue.maxConcurrentRuns === null ? "No limit but a fair share" : `Of at most ${queue.maxConcurrentRuns}`}
      </Figure>
      <Figure
        label="Oldest waits since"
        value={queue.oldestAt === null ? "–" : <RelativeTime value={queue.oldestAt} />}
      >
        {queue.sleeping === 0 ? "" : `${formatCount(queue.sleeping)} more wait for a time or an event`}
      </Figure>
      <Figure label="Done in the last minute" value={formatCount(queue.endedLastMinute)} />
    </dl>
  );
}

function Figure({ label, value, children }: { label: string; value: ReactNode; children?: ReactNode }) {
  return (
    <div className="min-w-0">
      <dt className="text-xs text-ink-2">{label}</dt>
      <dd className="mt-0.5 text-xl font-semibold tabular-nums">{value}</dd>
      <dd className="mt-0.5 min-h-4 text-xs text-pretty text-ink-3">{children}</dd>
    </div>
  );
}
