"use client";

import { api } from "@convex/api";
import { Badge, Button, Cell, HeadCell, RelativeTime, Row, Skeleton, Table, TableHead } from "@patchbay/ui";
import { usePaginatedQuery } from "convex/react";
import type { FunctionReturnType } from "convex/server";
import { useOrganization } from "@/features/shell/viewer";
import { auditWords } from "./auditWords.ts";
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
            <HeadCell className="w-36 first:pl-4">When</HeadCell>
            <HeadCell>What</HeadCell>
            <HeadCell className="hidden w-44 sm:table-cell">Who</HeadCell>
          </tr>
        </TableHead>
        <tbody>
          {status === "LoadingFirstPage"
            ? [0, 1, 2, 3].map((index) => (
                <tr key={index}>
                  <Cell dense>
                    <Skeleton className="w-20" />
                  </Cell>
                  <Cell dense>
                    <Skeleton className="w-56" />
                  </Cell>
                  <Cell dense className="hidden sm:table-cell" />
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

const actorWords = { user: "", apiKey: "by API key", system: "Patchbay itself" } as const;

function AuditRowView({ row }: { row: AuditRow }) {
  const { text, subject } = auditWords(row);
  const via = actorWords[row.actorKind];
  return (
    <Row>
      <Cell dense className="text-ink-2 first:pl-4">
        <RelativeTime value={row.at} />
      </Cell>
      <Cell dense className="max-w-0">
        <span className="flex items-center gap-2">
          <span className="truncate">
            {text}
            {subject ? <span className="ml-1.5 font-medium">{subject}</span> : null}
          </span>
          {row.severity === "warning" ? <Badge tone="warn">Warning</Badge> : null}
        </span>
      </Cell>
      <Cell dense className="hidden truncate text-ink-2 sm:table-cell">
        {[row.actor?.name, via].filter(Boolean).join(" ")}
      </Cell>
    </Row>
  );
}
