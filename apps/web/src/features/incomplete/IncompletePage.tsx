"use client";

import { Button, EmptyState, Skeleton } from "@patchbay/ui";
import { CircleCheck, X } from "lucide-react";
import { useMemo, useState } from "react";
import { useCan } from "@/features/shell/viewer";
import { LoadMore } from "@/lib/LoadMore";
import { BatchList } from "./BatchList.tsx";
import { BulkBar } from "./BulkBar.tsx";
import { GroupList } from "./GroupList.tsx";
import { IncompleteTable } from "./IncompleteTable.tsx";
import { useIncomplete, type IncompleteFilter } from "./useIncomplete.ts";

/** Runs that wait for somebody: what stopped them, and what can be decided about many at once. */
export function IncompletePage() {
  const list = useIncomplete();
  const canAct = useCan("scenario:execute");
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  const { summary, rows, filter } = list;
  // What has gone on since it was chosen is chosen no more.
  const shown = useMemo(() => new Set(rows.map((row) => row.id as string)), [rows]);
  const standing = [...chosen].filter((id) => shown.has(id));
  const look = (next: IncompleteFilter) => {
    setChosen(new Set());
    list.setFilter(next);
  };
  const isFiltered = Object.keys(filter).length > 0;
  return (
    <>
      <header className="flex min-h-14 shrink-0 items-center gap-3 border-b border-line px-5">
        <h1 className="text-xl font-semibold">Incomplete runs</h1>
        {summary && summary.count > 0 ? (
          <span className="text-sm text-ink-2 tabular-nums">{summary.isCut ? `${summary.count}+` : summary.count}</span>
        ) : null}
        {isFiltered && summary && summary.count > 0 ? (
          <Button size="sm" className="ml-auto" onClick={() => look({})}>
            <X aria-hidden />
            Show all
          </Button>
        ) : null}
      </header>
      <BatchList batches={list.batches ?? []} canAct={canAct} />
      {summary === undefined ? (
        <div aria-busy="true" aria-label="Loading" className="flex flex-col gap-4 p-5">
          <Skeleton className="w-96" />
          <Skeleton className="w-80" />
        </div>
      ) : summary.count === 0 ? (
        <EmptyState icon={<CircleCheck aria-hidden />} title="Nothing waits for you">
          A run is kept here when an error route ends with Break, or when nobody knows whether a request arrived. It has
          everything needed to go on.
        </EmptyState>
      ) : (
        <div className="min-h-0 flex-1 overflow-auto">
          <GroupList groups={summary.groups} filter={filter} onChoose={look} />
          {canAct ? (
            <BulkBar
              chosen={standing}
              filter={filter}
              matching={matching(summary.groups, filter)}
              onDone={() => setChosen(new Set())}
            />
          ) : null}
          <IncompleteTable rows={rows} chosen={new Set(standing)} onChoose={setChosen} canAct={canAct} />
          {rows.length > 0 ? (
            <LoadMore
              status={list.status}
              shown={rows.length}
              noun={["run", "runs"]}
              onLoadMore={list.loadMore}
              hint=""
            />
          ) : null}
        </div>
      )}
    </>
  );
}

/** How many runs the filter is about, as far as they were counted. */
function matching(
  groups: readonly { scenarioId: string; code?: string; nodeId?: number; count: number }[],
  filter: IncompleteFilter,
): number {
  return groups
    .filter(
      (group) =>
        (filter.scenarioId === undefined || group.scenarioId === filter.scenarioId) &&
        (filter.code === undefined || group.code === filter.code) &&
        (filter.nodeId === undefined || group.nodeId === filter.nodeId),
    )
    .reduce((sum, group) => sum + group.count, 0);
}
