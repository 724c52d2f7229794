import { Notice, RelativeTime } from "@patchbay/ui";
import { CirclePause, DoorClosed, Wrench } from "lucide-react";
import { drainProgress, type Queue } from "./queueWords.ts";

/** Why nothing moves, or nothing new comes in: what somebody has set for the organization or the whole deployment. */
export function GateNotices({ queue }: { queue: Queue }) {
  const { maintenanceSince, drainingSince, pausedAt } = queue;
  if (maintenanceSince === null && drainingSince === null && pausedAt === null) return null;
  return (
    <div className="flex flex-col gap-2 px-5 pt-4">
      {maintenanceSince === null ? null : (
        <Notice tone="warn" icon={<Wrench aria-hidden />} title="Patchbay is in maintenance">
          Its operator refuses new work (503 with Retry-After) since <RelativeTime value={maintenanceSince} />.{" "}
          {drainProgress(queue)}
        </Notice>
      )}
      {drainingSince === null ? null : (
        <Notice tone="warn" icon={<DoorClosed aria-hidden />} title="No new work is taken">
          Webhooks are answered 503 with Retry-After since <RelativeTime value={drainingSince} />.{" "}
          {drainProgress(queue)}
        </Notice>
      )}
      {pausedAt === null ? null : (
        <Notice tone="warn" icon={<CirclePause aria-hidden />} title="All scenarios are paused">
          Since <RelativeTime value={pausedAt} />. Events are accepted and kept; runs wait after their current
          operation.
        </Notice>
      )}
    </div>
  );
}
