"use client";

import { AppIcon, Cell, cx, EmptyState, HeadCell, Skeleton, Table, TableHead } from "@patchbay/ui";
import { ArrowRight, Equal, Minus, Move, Pencil, Plus, Unplug, type LucideIcon } from "lucide-react";
import { nodeFace } from "@/lib/nodeFaces";
import type { ChangeGroup, ChangeKind, Comparison, FieldRow } from "./compare.ts";
import { sideLabel, useComparison, type Side } from "./useComparison.ts";
import type { Draft, VersionRow } from "./useVersions.ts";

interface ComparisonViewProps {
  scenarioId: string;
  a: Side;
  b: Side;
  draft: Draft;
  rows: readonly VersionRow[];
}

/** What leads from side A to side B, as counts and field by field. */
export function ComparisonView({ scenarioId, a, b, draft, rows }: ComparisonViewProps) {
  const comparison = useComparison(scenarioId, a, b, draft);
  return (
    <section aria-label="Comparison" className="flex min-w-0 flex-1 flex-col lg:min-h-0">
      <header className="flex min-h-11 shrink-0 flex-wrap items-center gap-x-5 gap-y-1 border-b border-line-2 px-5 py-1.5">
        <span className="flex items-center gap-2 font-mono text-sm font-semibold">
          {sideName(a, rows)}
          <ArrowRight aria-label="to" className="size-3.5 text-ink-3" />
          {sideName(b, rows)}
        </span>
        {comparison ? <Counts summary={comparison.summary} /> : null}
      </header>
      <div className="min-h-0 flex-1 overflow-auto">
        {comparison === undefined ? (
          <ComparisonSkeleton />
        ) : comparison === null ? (
          <EmptyState icon={<Unplug aria-hidden />} title="One of the two does not exist any more">
            Pick other versions at the left.
          </EmptyState>
        ) : comparison.groups.length === 0 ? (
          <EmptyState icon={<Equal aria-hidden />} title={`${sideLabel(a)} and ${sideLabel(b)} are the same`}>
            {a === b ? "Pick another version as side A or B." : "They do the same, and look the same."}
          </EmptyState>
        ) : (
          <ChangeTable groups={comparison.groups} a={a} b={b} />
        )}
      </div>
    </section>
  );
}

const sideName = (side: Side, rows: readonly VersionRow[]) => {
  const live = rows.some((row) => row.number === side && row.state === "published");
  return (
    <span>
      {sideLabel(side)}
      {live ? <span className="ml-1.5 font-sans text-xs font-medium text-ok">live</span> : null}
    </span>
  );
};

const kinds: Record<ChangeKind, { icon: LucideIcon; className: string; label: string }> = {
  added: { icon: Plus, className: "bg-ok text-surface", label: "Added" },
  removed: { icon: Minus, className: "bg-bad text-surface", label: "Removed" },
  changed: { icon: Pencil, className: "bg-warn text-surface", label: "Changed" },
  moved: { icon: Move, className: "bg-move text-surface", label: "Moved" },
};

function KindMark({ kind }: { kind: ChangeKind }) {
  const { icon: Icon, className, label } = kinds[kind];
  return (
    <span
      role="img"
      aria-label={label}
      title={label}
      className={cx("inline-flex size-4.5 shrink-0 items-center justify-center rounded-tag", className)}
    >
      <Icon aria-hidden className="size-3" strokeWidth={2.5} />
    </span>
  );
}

function Counts({ summary }: { summary: Comparison["summary"] }) {
  return (
    <ul className="flex flex-wrap gap-x-4 text-sm">
      {(Object.keys(kinds) as ChangeKind[]).map((kind) =>
        summary[kind] > 0 ? (
          <li key={kind} className="flex items-center gap-2">
            <KindMark kind={kind} />
            <span>
              <strong className="font-semibold tabular-nums">{summary[kind]}</strong> {kind}
            </span>
          </li>
        ) : null,
      )}
    </ul>
  );
}

function ChangeTable({ groups, a, b }: { groups: readonly ChangeGroup[]; a: Side; b: Side }) {
  return (
    <Table className="min-w-160">
      <TableHead>
        <tr>
          <HeadCell className="w-[28%]">
            {groups.length === 1 ? "1 thing differs" : `${groups.length} things differ`}
          </HeadCell>
          <HeadCell className="w-[18%]">Field</HeadCell>
          <HeadCell>{sideLabel(a)}</HeadCell>
          <HeadCell>{sideLabel(b)}</HeadCell>
        </tr>
      </TableHead>
      <tbody>
        {groups.map((group) => (
          <GroupRows key={group.key} group={group} />
        ))}
      </tbody>
    </Table>
  );
}

function GroupRows({ group }: { group: ChangeGroup }) {
  return group.rows.map((row, index) => (
    <tr key={row.key}>
      {index === 0 ? (
        <Cell dense rowSpan={group.rows.length} className="py-2 align-top">
          <GroupTitle group={group} />
        </Cell>
      ) : null}
      <Cell dense className="py-2 align-top text-xs leading-5 font-medium break-words first:pl-2">
        {row.label}
      </Cell>
      <Cell dense className="max-w-0 py-2 align-top">
        <Value text={row.before} kind={row.label === "Position" ? "plain" : "before"} row={row} />
      </Cell>
      <Cell dense className="max-w-0 py-2 align-top">
        <Value text={row.after} kind={row.label === "Position" ? "plain" : "after"} row={row} />
      </Cell>
    </tr>
  ));
}

function GroupTitle({ group }: { group: ChangeGroup }) {
  const face = group.node ? nodeFace(group.node.type) : null;
  return (
    <span className="flex items-center gap-2">
      <KindMark kind={group.kind} />
      {face ? <AppIcon icon={face.icon} color={face.color} size={20} /> : null}
      <span className="min-w-0 font-medium break-words">
        {group.title}
        {group.node ? <span className="ml-1.5 font-mono text-xs font-normal text-ink-3">{group.node.id}</span> : null}
      </span>
    </span>
  );
}

const valueClasses = {
  before: "bg-bad-tint text-bad line-through decoration-bad/60",
  after: "bg-ok-tint text-ok",
  plain: "",
};

function Value({ text, kind, row }: { text: string | null; kind: keyof typeof valueClasses; row: FieldRow }) {
  if (text === null)
    return (
      <span className="text-xs leading-5 text-ink-3">
        {row.label === "Node" || row.label === "Connection" ? "None" : "Not set"}
      </span>
    );
  return (
    <code
      className={cx(
        "box-decoration-clone rounded-tag px-1 py-0.5 text-xs leading-5 break-words whitespace-pre-wrap [word-spacing:normal]",
        valueClasses[kind],
      )}
    >
      {text}
    </code>
  );
}

function ComparisonSkeleton() {
  return (
    <div aria-busy="true" aria-label="Comparing" className="flex flex-col gap-4 p-5">
      <Skeleton className="w-full max-w-180" />
      <Skeleton className="w-full max-w-160" />
      <Skeleton className="w-full max-w-140" />
    </div>
  );
}
