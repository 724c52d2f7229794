"use client";

import {
  Badge,
  Cell,
  ConfirmDialog,
  HeadCell,
  IconButton,
  Menu,
  MenuContent,
  MenuItem,
  MenuTrigger,
  RelativeTime,
  Row,
  Table,
  TableHead,
} from "@patchbay/ui";
import { CirclePause, CirclePlay, Ellipsis, ListX } from "lucide-react";
import Link from "next/link";
import { useState } from "react";
import { useCan } from "@/features/shell/viewer";
import { formatCount, waitingOf, waitReasons, type QueueRow } from "./queueWords.ts";
import type { QueueActions } from "./useQueue.ts";

/** The scenarios with anything in the queue, the longest queue first. */
export function QueueTable({ rows, actions }: { rows: readonly QueueRow[]; actions: QueueActions }) {
  return (
    <Table aria-label="Scenarios in the queue">
      <TableHead>
        <tr>
          <HeadCell>Scenario</HeadCell>
          <HeadCell className="w-24 text-right">Waiting</HeadCell>
          <HeadCell className="hidden w-64 md:table-cell">Why</HeadCell>
          <HeadCell className="w-24 text-right">Running</HeadCell>
          <HeadCell className="hidden w-32 sm:table-cell">Oldest</HeadCell>
          <HeadCell className="hidden w-32 text-right lg:table-cell">Done, last minute</HeadCell>
          <HeadCell className="w-12">
            <span className="sr-only">Actions</span>
          </HeadCell>
        </tr>
      </TableHead>
      <tbody>
        {rows.map((row) => (
          <QueueRowView key={row.id} row={row} actions={actions} />
        ))}
      </tbody>
    </Table>
  );
}

function QueueRowView({ row, actions }: { row: QueueRow; actions: QueueActions }) {
  return (
    <Row>
      <Cell className="max-w-0">
        <span className="flex min-w-0 items-center gap-2">
          <Link href={`/scenarios/${row.id}/runs`} className="truncate font-medium hover:underline">
            {row.name}
          </Link>
          {row.paused === null ? null : <Badge tone="warn">Paused</Badge>}
        </span>
        <Emptying row={row} />
      </Cell>
      <Cell className="text-right font-medium tabular-nums">{formatCount(waitingOf(row))}</Cell>
      <Cell className="hidden text-xs text-ink-2 md:table-cell">{waitReasons(row)}</Cell>
      <Cell className="text-right tabular-nums">{formatCount(row.running)}</Cell>
      <Cell className="hidden text-ink-2 sm:table-cell">
        {row.oldestAt === null ? "" : <RelativeTime value={row.oldestAt} />}
      </Cell>
      <Cell className="hidden text-right text-ink-2 tabular-nums lg:table-cell">
        {formatCount(row.endedLastMinute)}
      </Cell>
      <Cell>
        <QueueMenu row={row} actions={actions} />
      </Cell>
    </Row>
  );
}

function Emptying({ row: { emptying } }: { row: QueueRow }) {
  if (emptying === null) return null;
  const count = `${formatCount(emptying.cancelled)} ${emptying.cancelled === 1 ? "run" : "runs"}`;
  return (
    <span role="status" className="block truncate text-xs text-ink-3">
      {emptying.endedAt === null ? `Being emptied: ${count} cancelled so far` : `Emptied: ${count} cancelled`}
    </span>
  );
}

function QueueMenu({ row, actions }: { row: QueueRow; actions: QueueActions }) {
  const [isConfirming, setConfirming] = useState(false);
  const canUpdate = useCan("scenario:update");
  const canEmpty = useCan("scenario:admin");
  if (!canUpdate && !canEmpty) return null;
  const isEmptying = row.emptying !== null && row.emptying.endedAt === null;
  return (
    <>
      <Menu>
        <MenuTrigger asChild>
          <IconButton label={`More for ${row.name}`}>
            <Ellipsis aria-hidden />
          </IconButton>
        </MenuTrigger>
        <MenuContent>
          {canUpdate && row.paused !== "scenario" ? (
            <MenuItem icon={<CirclePause aria-hidden />} onSelect={() => void actions.pause(row.id)}>
              Pause
            </MenuItem>
          ) : null}
          {canUpdate && row.paused === "scenario" ? (
            <MenuItem icon={<CirclePlay aria-hidden />} onSelect={() => void actions.resume(row.id)}>
              Resume
            </MenuItem>
          ) : null}
          {canEmpty ? (
            <MenuItem
              icon={<ListX aria-hidden />}
              tone="danger"
              disabled={isEmptying || waitingOf(row) === 0}
              onSelect={() => setConfirming(true)}
            >
              Empty the queue
            </MenuItem>
          ) : null}
        </MenuContent>
      </Menu>
      {isConfirming ? (
        <ConfirmDialog
          open
          onOpenChange={() => setConfirming(false)}
          title={`Empty the queue of ${row.name}?`}
          description="Every run of it that waits to be worked on is cancelled, for good. What runs now, and what waits for a time or an event, stays."
          confirmLabel="Cancel all that wait"
          tone="danger"
          onConfirm={async () => {
            if (!(await actions.empty(row.id))) throw new Error("not emptied");
          }}
        />
      ) : null}
    </>
  );
}
