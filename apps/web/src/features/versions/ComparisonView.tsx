"use client";

import {
  AppIcon,
  Badge,
  Cell,
  cx,
  EmptyState,
  HeadCell,
  RelativeTime,
  Skeleton,
  Switch,
  Table,
  TableHead,
} from "@patchbay/ui";
import { Equal, Minus, Move, Pencil, Plus, Unplug, type LucideIcon } from "lucide-react";
import dynamic from "next/dynamic";
import { useState } from "react";
import { nodeFace } from "@/lib/nodeFaces";
import { useMediaQuery } from "@/lib/useMediaQuery";
import type { ChangeGroup, ChangeKind, Comparison, FieldRow } from "./compare.ts";
import { sideLabel, useComparison, type Side } from "./useComparison.ts";
import type { Draft, VersionRow } from "./useVersions.ts";

/** The canvases need the room of a tablet at least, and their code is large: phones get the table alone. */
const WIDE = "(min-width: 768px)";

const CanvasPair = dynamic(() => import("./CanvasPair.tsx"), {
  ssr: false,
  loading: () => <div className="dot-grid size-full bg-canvas" />,
});

interface ComparisonViewProps {
  scenarioId: string;
  a: Side;
  b: Side;
  draft: Draft;
  rows: readonly VersionRow[];
}

/** What leads from side A to side B: as counts, on two canvases, and field by field. */
export function ComparisonView({ scenarioId, a, b, draft, rows }: ComparisonViewProps) {
  const compared = useComparison(scenarioId, a, b, draft);
  const [isLinked, setLinked] = useState(true);
  const isWide = useMediaQuery(WIDE);
  const hasChanges = compared != null && compared.comparison.groups.length > 0;
  return (
    <section aria-label="Comparison" className="flex min-w-0 flex-1 flex-col lg:min-h-0">
      <header className="flex min-h-11 shrink-0 flex-wrap items-center gap-x-5 gap-y-1 border-b border-line-2 px-4 py-1.5">
        {hasChanges ? (
          <Counts summary={compared.comparison.summary} />
        ) : (
          <h2 className="text-base font-semibold">
            {sideLabel(a)} to {sideLabel(b)}
          </h2>
        )}
        {hasChanges && isWide ? (
          <label className="ml-auto flex items-center gap-2 text-sm font-medium">
            <Switch checked={isLinked} onCheckedChange={setLinked} label="Pan both together" />
            Pan both together
          </label>
        ) : null}
      </header>
      {compared === undefined ? (
        <ComparisonSkeleton isWide={isWide} />
      ) : compared === null ? (
        <EmptyState icon={<Unplug aria-hidden />} title="One of the two does not exist any more">
          Pick other versions at the left.
        </EmptyState>
      ) : !hasChanges ? (
        <EmptyState icon={<Equal aria-hidden />} title={`${sideLabel(a)} and ${sideLabel(b)} are the same`}>
          {a === b ? "Pick another version as side A or B." : "They do the same, and look the same."}
        </EmptyState>
      ) : (
        <>
          {isWide ? (
            <>
              <div className="grid shrink-0 grid-cols-2 border-b border-line">
                <SideHead side={a} rows={rows} draft={draft} className="border-r border-line-2" />
                <SideHead side={b} rows={rows} draft={draft} />
              </div>
              <div className="h-80 shrink-0 border-b border-line-2 bg-canvas lg:h-[44%]">
                <CanvasPair
                  {...compared}
                  names={[sideLabel(a), sideLabel(b)]}
                  isLinked={isLinked}
                  onNodeClick={showChangesOf}
                />
              </div>
            </>
          ) : null}
          <div
            role="region"
            aria-label="Changes"
            tabIndex={0}
            className="min-h-0 flex-1 overflow-auto -outline-offset-2"
          >
            <ChangeTable groups={compared.comparison.groups} a={a} b={b} />
          </div>
        </>
      )}
    </section>
  );
}

const rowsId = (nodeId: number) => `changes-of-${nodeId}`;
const showChangesOf = (nodeId: number) =>
  document.getElementById(rowsId(nodeId))?.scrollIntoView({ block: "nearest", behavior: "smooth" });

interface SideHeadProps {
  side: Side;
  rows: readonly VersionRow[];
  draft: Draft;
  className?: string;
}

/** Above each canvas: which version it is, and whose. */
function SideHead({ side, rows, draft, className }: SideHeadProps) {
  const row = rows.find((each) => each.number === side);
  const [person, at] =
    side === "draft" ? [draft.updatedBy?.name, draft.updatedAt] : [row?.createdBy.name, row?.createdAt];
  return (
    <div className={cx("flex h-9 min-w-0 items-center gap-2 px-4", className)}>
      {side === "draft" ? (
        <Badge tone="outline">Draft</Badge>
      ) : (
        <span className="font-mono text-sm font-semibold">{sideLabel(side)}</span>
      )}
      {row?.state === "published" ? (
        <Badge tone="ok" dot>
          Live
        </Badge>
      ) : null}
      {at === undefined ? null : (
        <span className="truncate text-xs text-ink-3">
          <RelativeTime value={at} />
          {person ? `, ${person}` : ""}
        </span>
      )}
    </div>
  );
}

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
        <Cell
          dense
          rowSpan={group.rows.length}
          {...(group.node ? { id: rowsId(group.node.id) } : {})}
          className="scroll-mt-8 py-2 align-top"
        >
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

function ComparisonSkeleton({ isWide }: { isWide: boolean }) {
  return (
    <div aria-busy="true" aria-label="Comparing" className="flex min-h-0 flex-1 flex-col">
      {isWide ? (
        <div className="dot-grid h-80 shrink-0 border-b border-line-2 bg-canvas lg:h-[calc(44%+36px)]" />
      ) : null}
      <div className="flex flex-col gap-4 p-5">
        <Skeleton className="w-full max-w-180" />
        <Skeleton className="w-full max-w-160" />
        <Skeleton className="w-full max-w-140" />
      </div>
    </div>
  );
}
