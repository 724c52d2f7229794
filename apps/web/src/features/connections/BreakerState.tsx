"use client";

import { Badge, Button, RelativeTime } from "@patchbay/ui";
import { useCan } from "@/features/shell/viewer";
import type { ConnectionRow } from "./useConnections.ts";

/** Whether the connection's service answers, and what becomes of operations while it does not. */
export function BreakerState({ row, onReset }: { row: ConnectionRow; onReset: () => void }) {
  const canReset = useCan("connection:test");
  const { trouble } = row.breaker;
  if (trouble === null) return <span className="text-ink-3">No trouble</span>;
  if (trouble.state === "counting") {
    return (
      <span title={trouble.message}>
        Failed {trouble.failures} {trouble.failures === 1 ? "time" : "times"}, the last{" "}
        <RelativeTime value={trouble.lastFailedAt} />
      </span>
    );
  }
  return (
    <div className="flex flex-col items-start gap-1 py-1.5">
      <Badge tone="warn">Paused</Badge>
      <span className="text-xs text-pretty text-ink-2" title={trouble.message}>
        {trouble.failures} failures in a row. {trouble.waiting > 0 ? `${waitingWords(trouble.waiting)}. ` : ""}
        {trouble.nextTryAt === null ? (
          "One operation is trying."
        ) : (
          <>
            Next try <RelativeTime value={trouble.nextTryAt} />.
          </>
        )}
      </span>
      {canReset ? (
        <Button size="sm" onClick={onReset}>
          Try now
        </Button>
      ) : null}
    </div>
  );
}

const waitingWords = (count: number) =>
  count === 1 ? "1 run waits" : `${count >= 100 ? "100 or more" : count} runs wait`;
