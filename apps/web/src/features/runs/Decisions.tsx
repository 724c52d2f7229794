"use client";

import { RelativeTime } from "@patchbay/ui";
import { DataTree } from "./DataTree.tsx";
import type { Decision, Operation } from "./runModel.ts";

/** What was decided about the operation while its run was incomplete: who, when, and what they changed. */
export function Decisions({ operation }: { operation: Operation }) {
  const { decisions = [] } = operation;
  if (decisions.length === 0) return null;
  return (
    <div className="shrink-0 px-4 pb-3">
      <h4 className="mb-1.5 text-xs font-medium">Why it was performed</h4>
      <ol className="rounded-control border border-line-2 [&>li:last-child]:border-b-0">
        {decisions.map((decision) => (
          <li key={decision.atMs} className="border-b border-line px-3 py-2 text-sm">
            {words(decision)} <RelativeTime value={decision.atMs} />
            {decision.before === undefined ? null : "; before, these fields were:"}
            {decision.before === undefined ? null : (
              <div className="-mx-3 mt-1 border-t border-line pt-1">
                <DataTree label="Before it was edited" value={decision.before} />
              </div>
            )}
          </li>
        ))}
      </ol>
    </div>
  );
}

function words({ kind, by }: Decision): string {
  const who = by ?? "Somebody";
  switch (kind) {
    case "automatic":
      return "Tried again by itself";
    case "retried":
      return `${who} retried it`;
    case "edited":
      return `${who} retried it with edited data`;
    case "done":
      return `${who} said that it was done, and gave its output`;
  }
}
