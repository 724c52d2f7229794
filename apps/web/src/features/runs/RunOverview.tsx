"use client";

import { CopyButton } from "@patchbay/ui";
import { DataTree } from "./DataTree.tsx";
import type { RunDetail } from "./runModel.ts";

/** What to show of a run when no operation is chosen: what started it. */
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
