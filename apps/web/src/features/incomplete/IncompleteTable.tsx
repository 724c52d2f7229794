"use client";

import { Cell, Checkbox, HeadCell, RelativeTime, Row, Table, TableHead } from "@patchbay/ui";
import Link from "next/link";
import { shortId, sourceLabel } from "@/features/runs/runFacts";
import type { IncompleteRow } from "./useIncomplete.ts";

interface IncompleteTableProps {
  rows: readonly IncompleteRow[];
  chosen: ReadonlySet<string>;
  onChoose: (chosen: ReadonlySet<string>) => void;
  canAct: boolean;
}

export function IncompleteTable({ rows, chosen, onChoose, canAct }: IncompleteTableProps) {
  const all = rows.length > 0 && rows.every((row) => chosen.has(row.id));
  const toggle = (id: string, isChosen: boolean) => {
    const next = new Set(chosen);
    if (isChosen) next.add(id);
    else next.delete(id);
    onChoose(next);
  };
  return (
    <Table>
      <TableHead>
        <tr>
          {canAct ? (
            <HeadCell className="w-10">
              <Checkbox
                label="Choose all that are shown"
                checked={all ? true : chosen.size > 0 ? "indeterminate" : false}
                onCheckedChange={(isChosen) => onChoose(new Set(isChosen ? rows.map((row) => row.id) : []))}
              />
            </HeadCell>
          ) : null}
          <HeadCell>Run</HeadCell>
          <HeadCell className="hidden w-28 md:table-cell">Version</HeadCell>
          <HeadCell className="hidden w-40 sm:table-cell">Started</HeadCell>
          <HeadCell className="hidden w-48 md:table-cell">Tried again</HeadCell>
        </tr>
      </TableHead>
      <tbody>
        {rows.map((row) => (
          <Row key={row.id} className="relative">
            {canAct ? (
              <Cell className="h-12">
                <span className="relative z-1">
                  <Checkbox
                    label={`Choose run ${shortId(row.id)}`}
                    checked={chosen.has(row.id)}
                    onCheckedChange={(isChosen) => toggle(row.id, isChosen)}
                  />
                </span>
              </Cell>
            ) : null}
            <Cell className="h-12 max-w-0 py-1.5">
              <Link
                href={`/scenarios/${row.scenarioId}/runs/${row.id}`}
                className="block truncate font-medium after:absolute after:inset-0 focus-visible:outline-none focus-visible:after:rounded-control focus-visible:after:outline-2 focus-visible:after:-outline-offset-2 focus-visible:after:outline-signal"
              >
                {row.scenarioName} <span className="font-mono text-xs text-ink-3">{shortId(row.id)}</span>
              </Link>
              <span className="block truncate text-xs text-warn" title={row.error}>
                {row.error}
              </span>
            </Cell>
            <Cell className="hidden h-12 font-mono md:table-cell">{sourceLabel(row.source)}</Cell>
            <Cell className="hidden h-12 text-ink-2 sm:table-cell">
              <RelativeTime value={row.startedAt} />
            </Cell>
            <Cell className="hidden h-12 text-ink-2 md:table-cell">
              {row.retryAt === undefined ? "When somebody decides" : <RelativeTime value={row.retryAt} />}
            </Cell>
          </Row>
        ))}
      </tbody>
    </Table>
  );
}
