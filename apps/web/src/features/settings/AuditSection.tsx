"use client";

import { api } from "@convex/api";
import { Badge, Button, Cell, HeadCell, RelativeTime, Row, Skeleton, Table, TableHead } from "@patchbay/ui";
import { usePaginatedQuery } from "convex/react";
import type { FunctionReturnType } from "convex/server";
import { useOrganization } from "@/features/shell/viewer";
import { auditSentence } from "./auditWords.ts";
import { Section } from "./Section.tsx";

type AuditRow = FunctionReturnType<typeof api.audit.queries.listAuditEntries>["page"][number];

const PAGE_SIZE = 20;

/** Who did what, newest first. */
export function AuditSection() {
  const organizationId = useOrganization().id;
  const { results, status, loadMore } = usePaginatedQuery(
    api.audit.queries.listAuditEntries,
    { organizationId },
    { initialNumItems: PAGE_SIZE },
  );
  return (
    <Section title="Audit log" text="Written together with what it records; kept for 365 days.">
      <Table aria-busy={status === "LoadingFirstPage"}>
        <TableHead>
          <tr>
            <HeadCell className="first:pl-4">Who did what</HeadCell>
            <HeadCell className="hidden w-40 md:table-cell">From</HeadCell>
            <HeadCell className="hidden w-36 text-right last:pr-4 sm:table-cell">When</HeadCell>
          </tr>
        </TableHead>
        <tbody>
          {status === "LoadingFirstPage"
            ? [0, 1, 2, 3].map((index) => (
                <tr key={index}>
                  <Cell dense className="first:pl-4">
                    <Skeleton className="w-72 max-w-full" />
                  </Cell>
                  <Cell dense className="hidden md:table-cell">
                    <Skeleton className="w-24" />
                  </Cell>
                  <Cell dense className="hidden last:pr-4 sm:table-cell">
                    <Skeleton className="ml-auto w-20" />
                  </Cell>
                </tr>
              ))
            : results.map((row) => <AuditRowView key={row.id} row={row} />)}
        </tbody>
      </Table>
      {status === "CanLoadMore" || status === "LoadingMore" ? (
        <div className="flex justify-center border-t border-line bg-sunken py-1.5">
          <Button size="sm" variant="quiet" pending={status === "LoadingMore"} onClick={() => loadMore(PAGE_SIZE)}>
            Show more
          </Button>
        </div>
      ) : null}
    </Section>
  );
}

function AuditRowView({ row }: { row: AuditRow }) {
  const { actor, means, verb, subject, rest } = auditSentence(row);
  return (
    <Row>
      <Cell className="h-auto py-2 text-ink-2 first:pl-4">
        <span className="font-medium text-ink">{actor}</span>
        {means} {verb} {subject ? <span className="font-medium text-ink">{subject}</span> : null}
        {rest}
        {row.severity === "warning" ? (
          <Badge tone="warn" className="ml-2 align-text-bottom">
            Warning
          </Badge>
        ) : null}
        <span className="mt-0.5 block text-xs text-ink-3 sm:hidden">
          <RelativeTime value={row.at} />
        </span>
      </Cell>
      {/* The operator's commands and what runs by itself come from nowhere. */}
      <Cell className="hidden h-auto py-2 align-top text-ink-2 md:table-cell">
        <span title={row.agent ?? undefined}>{row.address}</span>
      </Cell>
      <Cell className="hidden h-auto py-2 text-right align-top whitespace-nowrap text-ink-2 last:pr-4 sm:table-cell">
        <RelativeTime value={row.at} />
      </Cell>
    </Row>
  );
}
