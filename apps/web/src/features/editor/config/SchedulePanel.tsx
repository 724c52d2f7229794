import type { DefinitionNode } from "@patchbay/core";
import { useNow } from "@patchbay/ui";
import { nextTimes } from "./scheduleTimes.ts";

const SHOWN = 3;

/** When a schedule trigger would strike next, if it were published now. */
export function SchedulePanel({ node }: { node: DefinitionNode }) {
  const nowMs = useNow();
  const times = nextTimes(node.config, { nowMs, count: SHOWN });
  if (times.length === 0) return null;
  const timeZone = typeof node.config.timeZone === "string" && node.config.timeZone ? node.config.timeZone : "UTC";
  return (
    <section aria-label="Next times" className="flex flex-col gap-1 rounded-control bg-sunken px-3 py-2 text-sm">
      <h3 className="text-xs font-medium text-ink">Next times, {timeZone}</h3>
      <ol className="tabular-nums">
        {times.map((ms) => (
          <li key={ms} className="text-ink-2">
            <time dateTime={new Date(ms).toISOString()}>{formatIn(ms, timeZone)}</time>
          </li>
        ))}
      </ol>
    </section>
  );
}

const formatIn = (ms: number, timeZone: string): string =>
  new Intl.DateTimeFormat("en-GB", { timeZone, dateStyle: "full", timeStyle: "short" }).format(ms);
