"use client";

import {
  Avatar,
  Badge,
  Cell,
  formatDuration,
  HeadCell,
  RelativeTime,
  Row,
  Skeleton,
  Sparkline,
  StateIcon,
  StateLabel,
  stateFacts,
  Switch,
  Table,
  TableHead,
  Tooltip,
} from "@patchbay/ui";
import Link from "next/link";
import type { Ref } from "react";
import { useCan } from "@/features/shell/viewer";
import { ROW_LINK } from "@/lib/useRowKeys";
import { PausedBadge } from "./PausedBadge.tsx";
import { PathDiscs } from "./PathDiscs.tsx";
import { describeRuns, sparkBars } from "./recentRuns.ts";
import { ScenarioMenu } from "./ScenarioMenu.tsx";
import type { ScenarioRow } from "./types.ts";
import type { useScenarioActions } from "./useScenarioActions.ts";

type Actions = ReturnType<typeof useScenarioActions>;

function Head() {
  return (
    <TableHead>
      <tr>
        <HeadCell className="w-14">On</HeadCell>
        <HeadCell className="min-w-40">Name</HeadCell>
        <HeadCell className="hidden w-40 xl:table-cell">Path</HeadCell>
        <HeadCell className="hidden w-36 md:table-cell">Last 24 runs</HeadCell>
        <HeadCell className="hidden w-52 sm:table-cell">Last run</HeadCell>
        <HeadCell className="hidden w-32 md:table-cell">Version</HeadCell>
        <HeadCell className="hidden w-32 min-[1400px]:table-cell">Edited</HeadCell>
        <HeadCell className="w-12">
          <span className="sr-only">Actions</span>
        </HeadCell>
      </tr>
    </TableHead>
  );
}

interface ScenarioTableProps {
  rows: readonly ScenarioRow[];
  actions: Actions;
  tableRef: Ref<HTMLTableElement>;
}

export function ScenarioTable({ rows, actions, tableRef }: ScenarioTableProps) {
  return (
    <Table ref={tableRef}>
      <Head />
      <tbody>
        {rows.map((row) => (
          <ScenarioRowView key={row.id} row={row} actions={actions} />
        ))}
      </tbody>
    </Table>
  );
}

function ScenarioRowView({ row, actions }: { row: ScenarioRow; actions: Actions }) {
  return (
    <Row className="relative">
      <Cell>
        <EnabledSwitch row={row} actions={actions} />
      </Cell>
      <Cell className="max-w-0">
        <Link
          href={`/scenarios/${row.id}`}
          {...{ [ROW_LINK]: "" }}
          className="block truncate font-medium text-ink after:absolute after:inset-0 focus-visible:outline-none focus-visible:after:rounded-control focus-visible:after:outline-2 focus-visible:after:-outline-offset-2 focus-visible:after:outline-signal"
        >
          {row.name}
        </Link>
        {row.paused === null ? null : <PausedBadge by={row.paused} />}
        {row.paused === null && (row.description || row.publishedVersion === null) ? (
          <span className="hidden truncate text-xs text-ink-3 sm:block">{row.description || "Not published"}</span>
        ) : null}
        {/* On phones the last run has no column of its own. */}
        <span className="mt-0.5 flex items-center gap-2 text-xs text-ink-3 sm:hidden">
          {row.lastRun ? (
            <>
              <StateLabel state={row.lastRun.state} />
              <RelativeTime value={row.lastRun.startedAt} />
            </>
          ) : (
            "Never run"
          )}
        </span>
      </Cell>
      <Cell className="hidden xl:table-cell">
        <PathDiscs nodeTypes={row.nodeTypes} />
      </Cell>
      <Cell className="hidden md:table-cell">
        <Sparkline bars={sparkBars(row.recentRuns)} label={describeRuns(row.recentRuns)} />
      </Cell>
      <Cell className="hidden sm:table-cell">
        <LastRun row={row} />
      </Cell>
      <Cell className="hidden md:table-cell">
        <VersionTags row={row} />
      </Cell>
      <Cell className="hidden text-xs text-ink-3 min-[1400px]:table-cell">
        <Edited row={row} />
      </Cell>
      <Cell>
        <span className="relative z-1">
          <ScenarioMenu scenario={row} archived={row.archivedAt !== null} actions={actions} />
        </span>
      </Cell>
    </Row>
  );
}

function EnabledSwitch({ row, actions }: { row: ScenarioRow; actions: Actions }) {
  const canUpdate = useCan("scenario:update");
  const unpublished = row.publishedVersion === null;
  const control = (
    <Switch
      checked={row.enabled}
      onCheckedChange={(enabled) => void actions.setEnabled(row, enabled)}
      label={`${row.name} is on`}
      disabled={!canUpdate || unpublished || row.archivedAt !== null}
    />
  );
  const reason = row.archivedAt !== null ? "Restore it to switch it on" : "Publish it to switch it on";
  return (
    <span className="relative z-1 inline-flex">
      {unpublished || row.archivedAt !== null ? (
        <Tooltip label={reason} side="right">
          <span>{control}</span>
        </Tooltip>
      ) : (
        control
      )}
    </span>
  );
}

function LastRun({ row }: { row: ScenarioRow }) {
  const run = row.lastRun;
  if (!run) return <span className="text-xs text-ink-3">Never run</span>;
  const took = run.endedAt === null ? null : formatDuration(run.endedAt - run.startedAt);
  const live = stateFacts(run.state).live;
  const operations = `${run.operationCount} ${run.operationCount === 1 ? "operation" : "operations"}`;
  return (
    <span className="grid grid-cols-[auto_minmax(0,1fr)] items-center gap-x-1.5">
      <StateIcon state={run.state} />
      <StateLabel state={run.state} className="[&>svg]:hidden" />
      <span className="col-start-2 truncate text-xs text-ink-3" title={run.error}>
        <span className="relative z-1">
          <RelativeTime value={run.startedAt} />
        </span>
        {run.error ? `, ${run.error}` : live ? `, ${operations} so far` : took ? `, ${took}` : ""}
      </span>
    </span>
  );
}

function VersionTags({ row }: { row: ScenarioRow }) {
  return (
    <span className="inline-flex items-center gap-1.5">
      {row.publishedVersion === null ? null : <span className="font-medium tabular-nums">v{row.publishedVersion}</span>}
      {row.hasDraftChanges || row.publishedVersion === null ? <Badge tone="outline">Draft</Badge> : null}
    </span>
  );
}

function Edited({ row }: { row: ScenarioRow }) {
  const person = row.updatedBy?.name;
  return (
    <span className="relative z-1 inline-flex items-center gap-2">
      {person ? (
        <Tooltip label={person} side="top">
          <span>
            <Avatar name={person} />
          </span>
        </Tooltip>
      ) : null}
      <RelativeTime value={row.updatedAt} />
    </span>
  );
}

export function ScenarioTableSkeleton() {
  return (
    <Table aria-busy="true" aria-label="Loading scenarios">
      <Head />
      <tbody>
        {Array.from({ length: 6 }, (_, index) => (
          <tr key={index}>
            <Cell>
              <Skeleton className="h-4 w-7 rounded-full" />
            </Cell>
            <Cell>
              <Skeleton className="w-44" />
              <Skeleton className="mt-2 h-2.5 w-28" />
            </Cell>
            <Cell className="hidden xl:table-cell">
              <Skeleton className="h-5 w-24 rounded-full" />
            </Cell>
            <Cell className="hidden md:table-cell">
              <Skeleton className="h-5 w-28" />
            </Cell>
            <Cell className="hidden sm:table-cell">
              <Skeleton className="w-24" />
            </Cell>
            <Cell className="hidden md:table-cell">
              <Skeleton className="w-10" />
            </Cell>
            <Cell className="hidden min-[1400px]:table-cell">
              <Skeleton className="w-20" />
            </Cell>
            <Cell />
          </tr>
        ))}
      </tbody>
    </Table>
  );
}
