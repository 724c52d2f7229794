"use client";

import {
  Badge,
  Cell,
  cx,
  formatDuration,
  HeadCell,
  RelativeTime,
  Row,
  Skeleton,
  StateLabel,
  stateFacts,
  Table,
  TableHead,
  useNow,
} from "@patchbay/ui";
import Link from "next/link";
import type { Ref } from "react";
import { ROW_LINK } from "@/lib/useRowKeys";
import { shortId, sourceLabel, tookLabel, triggerLabel } from "./runFacts.ts";
import { RunMenu } from "./RunMenu.tsx";
import type { useRunActions } from "./useRunActions.ts";
import type { RunRow } from "./useRunList.ts";

interface RunTableProps {
  rows: readonly RunRow[];
  /** Off where the page is about one scenario. */
  showScenario: boolean;
  actions: ReturnType<typeof useRunActions>;
  tableRef: Ref<HTMLTableElement>;
}

function Head({ showScenario }: { showScenario: boolean }) {
  return (
    <TableHead>
      <tr>
        <HeadCell className="w-32 sm:w-40">State</HeadCell>
        <HeadCell>{showScenario ? "Scenario" : "Run"}</HeadCell>
        <HeadCell className="hidden w-28 md:table-cell">Version</HeadCell>
        <HeadCell className="hidden w-28 lg:table-cell">Started by</HeadCell>
        <HeadCell className="hidden w-36 sm:table-cell">Started</HeadCell>
        <HeadCell className="hidden w-28 md:table-cell">Took</HeadCell>
        <HeadCell className="hidden w-28 text-right md:table-cell">Operations</HeadCell>
        <HeadCell className="w-12">
          <span className="sr-only">Actions</span>
        </HeadCell>
      </tr>
    </TableHead>
  );
}

export function RunTable({ rows, showScenario, actions, tableRef }: RunTableProps) {
  return (
    <Table ref={tableRef}>
      <Head showScenario={showScenario} />
      <tbody>
        {rows.map((row) => (
          <RunRowView key={row.id} row={row} showScenario={showScenario} actions={actions} />
        ))}
      </tbody>
    </Table>
  );
}

type RunRowProps = Pick<RunTableProps, "showScenario" | "actions"> & { row: RunRow };

function RunRowView({ row, showScenario, actions }: RunRowProps) {
  return (
    <Row className="relative">
      <Cell className="h-12">
        <StateLabel state={row.state} />
        {row.dryRun ? <Badge tone="warn">Dry run</Badge> : null}
      </Cell>
      <Cell className="h-12 max-w-0 py-1.5">
        <Link
          href={`/scenarios/${row.scenarioId}/runs/${row.id}`}
          {...{ [ROW_LINK]: "" }}
          className="block truncate font-medium after:absolute after:inset-0 focus-visible:outline-none focus-visible:after:rounded-control focus-visible:after:outline-2 focus-visible:after:-outline-offset-2 focus-visible:after:outline-signal"
        >
          {showScenario ? row.scenarioName : <span className="font-mono">{shortId(row.id)}</span>}
          {showScenario ? (
            <span className="ml-2 hidden font-mono text-xs text-ink-3 sm:inline">{shortId(row.id)}</span>
          ) : null}
        </Link>
        {/* On phones these have no columns of their own. */}
        <span className="block truncate text-xs text-ink-3 sm:hidden">
          {sourceLabel(row.source)}, <RelativeTime value={row.startedAt} />
        </span>
        {row.waitsFor ? (
          <span className="block truncate text-xs text-ink-2" title={row.waitsFor}>
            Waits for: {row.waitsFor}
          </span>
        ) : null}
        {row.error ? (
          <span
            className={cx("block truncate text-xs", row.state === "incomplete" ? "text-warn" : "text-bad")}
            title={row.error}
          >
            {row.error}
          </span>
        ) : null}
      </Cell>
      <Cell className="hidden h-12 md:table-cell">
        {row.source.kind === "version" ? (
          <span className="font-mono">{sourceLabel(row.source)}</span>
        ) : (
          <Badge tone="outline" mono>
            {sourceLabel(row.source)}
          </Badge>
        )}
      </Cell>
      <Cell className="hidden h-12 text-ink-2 lg:table-cell">{triggerLabel(row.trigger)}</Cell>
      <Cell className="hidden h-12 text-ink-2 sm:table-cell">
        <span className="relative z-1">
          <RelativeTime value={row.startedAt} />
        </span>
      </Cell>
      <Cell className="hidden h-12 font-mono text-xs text-ink-2 md:table-cell">
        <Took row={row} />
      </Cell>
      <Cell className="hidden h-12 text-right text-ink-2 tabular-nums md:table-cell">{row.operationCount}</Cell>
      <Cell className="h-12">
        <span className="relative z-1">
          <RunMenu run={row} actions={actions} />
        </span>
      </Cell>
    </Row>
  );
}

/** Only live rows watch the clock. */
function Took({ row }: { row: RunRow }) {
  if (row.endedAt !== null) return formatDuration(row.endedAt - row.startedAt);
  return stateFacts(row.state).live ? <TookSoFar row={row} /> : "";
}

function TookSoFar({ row }: { row: RunRow }) {
  return tookLabel(row, useNow());
}

export function RunTableSkeleton({ showScenario }: { showScenario: boolean }) {
  return (
    <Table aria-busy="true" aria-label="Loading runs">
      <Head showScenario={showScenario} />
      <tbody>
        {Array.from({ length: 8 }, (_, index) => (
          <tr key={index}>
            <Cell className="h-12">
              <Skeleton className="w-24" />
            </Cell>
            <Cell className="h-12">
              <Skeleton className="w-40" />
            </Cell>
            <Cell className="hidden h-12 md:table-cell">
              <Skeleton className="w-10" />
            </Cell>
            <Cell className="hidden h-12 lg:table-cell">
              <Skeleton className="w-14" />
            </Cell>
            <Cell className="hidden h-12 sm:table-cell">
              <Skeleton className="w-20" />
            </Cell>
            <Cell className="hidden h-12 md:table-cell">
              <Skeleton className="w-12" />
            </Cell>
            <Cell className="hidden h-12 md:table-cell">
              <Skeleton className="ml-auto w-6" />
            </Cell>
            <Cell />
          </tr>
        ))}
      </tbody>
    </Table>
  );
}
