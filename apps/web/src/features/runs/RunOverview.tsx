"use client";

import { CopyButton, Notice } from "@patchbay/ui";
import { CircleAlert, Clock } from "lucide-react";
import { DataTree } from "./DataTree.tsx";
import type { RunDetail } from "./runModel.ts";

const waitWords: Record<string, string> = {
  delay: "A delay is running. Nothing is lost while it waits, also across restarts.",
  retry: "An operation failed for now and is tried again.",
  approval: "It goes on as soon as somebody has decided, or when the time to answer is over.",
  event: "It goes on as soon as the other program has answered, or when its time is over.",
  break: "An error was stored; it is retried by itself at growing intervals.",
};

/** What to say about a run when no operation is chosen: how it stands, and what started it. */
export function RunOverview({ run }: { run: RunDetail }) {
  return (
    <div className="flex min-h-0 flex-1 flex-col">
      <header className="flex h-12 shrink-0 items-center justify-between border-b border-line px-4">
        <h3 className="text-base font-semibold">What started it</h3>
        {run.payload === undefined ? null : (
          <CopyButton labelled variant="quiet" label="Copy JSON" value={() => JSON.stringify(run.payload, null, 2)} />
        )}
      </header>
      <div className="min-h-0 flex-1 overflow-y-auto">
        <StateNotice run={run} />
        {run.payload === undefined ? (
          <p className="px-4 py-3 text-sm text-ink-3">No data came with it.</p>
        ) : (
          <div className="py-2">
            <DataTree label="Payload" value={run.payload} />
          </div>
        )}
      </div>
      <footer className="border-t border-line bg-sunken px-4 py-3 text-xs text-ink-3">
        Choose a node or an operation to see its input and output.
      </footer>
    </div>
  );
}

function StateNotice({ run }: { run: RunDetail }) {
  if (run.state === "failed") {
    return (
      <Notice tone="bad" icon={<CircleAlert aria-hidden />} title="This run failed" className="m-4">
        {run.error ?? "No reason was recorded."}
      </Notice>
    );
  }
  if (run.state === "queued" && run.waitReason === "turn") {
    return (
      <Notice icon={<Clock aria-hidden />} title="This run waits for its turn" className="m-4">
        Its scenario limits how many runs are under way at the same time. It begins as soon as one before it has ended.
      </Notice>
    );
  }
  if (run.state === "waiting") {
    return (
      <Notice icon={<Clock aria-hidden />} title="This run waits" className="m-4">
        {(run.waitReason && waitWords[run.waitReason]) ?? "It goes on by itself."}
      </Notice>
    );
  }
  return null;
}
