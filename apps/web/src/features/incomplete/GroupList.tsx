"use client";

import { remedyOf } from "@patchbay/core";
import { Badge, cx, RelativeTime } from "@patchbay/ui";
import type { IncompleteFilter, IncompleteGroup } from "./useIncomplete.ts";

interface GroupListProps {
  groups: readonly IncompleteGroup[];
  filter: IncompleteFilter;
  onChoose: (filter: IncompleteFilter) => void;
}

/** Runs that stopped for the same reason, together: each group is a filter. */
export function GroupList({ groups, filter, onChoose }: GroupListProps) {
  return (
    <section aria-label="What stopped them" className="border-b border-line bg-sunken px-5 py-3">
      <ul className="flex flex-col gap-2">
        {groups.map((group) => {
          const own = filterOf(group);
          const isChosen = JSON.stringify(own) === JSON.stringify(filter);
          return (
            <li key={JSON.stringify(own)}>
              <button
                type="button"
                aria-pressed={isChosen}
                onClick={() => onChoose(isChosen ? {} : own)}
                className={cx(
                  "flex w-full items-start gap-3 rounded-control border bg-surface px-3 py-2.5 text-left transition-colors hover:bg-hover",
                  isChosen ? "border-signal" : "border-line-2",
                )}
              >
                <span className="mt-0.5 min-w-8 text-right text-base font-semibold tabular-nums">{group.count}</span>
                <span className="min-w-0 flex-1">
                  <span className="flex flex-wrap items-center gap-x-2 gap-y-1 text-sm font-medium">
                    {group.scenarioName}
                    {group.nodeId === undefined ? null : (
                      <span className="font-normal text-ink-2">
                        at {group.nodeName ?? "node"} <span className="font-mono text-xs">{group.nodeId}</span>
                      </span>
                    )}
                    {group.code === undefined ? null : (
                      <Badge tone="warn" mono>
                        {group.code}
                      </Badge>
                    )}
                  </span>
                  <span className="mt-0.5 block truncate text-sm text-ink-2">{group.error}</span>
                  <span className="mt-0.5 block text-xs text-pretty text-ink-3">
                    {group.code === undefined ? null : remedyOf(group.code)}
                  </span>
                </span>
                <span className="shrink-0 text-right text-xs text-ink-3">
                  <RelativeTime value={group.newestAt} />
                  {group.retrying > 0 ? <span className="block">{group.retrying} try again by themselves</span> : null}
                </span>
              </button>
            </li>
          );
        })}
      </ul>
    </section>
  );
}

function filterOf({ scenarioId, code, nodeId }: IncompleteGroup): IncompleteFilter {
  return { scenarioId, ...(code !== undefined && { code }), ...(nodeId !== undefined && { nodeId }) };
}
