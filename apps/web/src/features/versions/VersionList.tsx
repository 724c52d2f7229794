"use client";

import { Badge, Button, cx, RelativeTime } from "@patchbay/ui";
import Link from "next/link";
import type { ReactNode } from "react";
import type { Scenario } from "@/features/scenarios/types";
import { ChangeCounts } from "./ChangeCounts.tsx";
import { sideLabel, type Side } from "./useComparison.ts";
import type { useVersions, VersionRow } from "./useVersions.ts";
import { VersionMenu } from "./VersionMenu.tsx";

type Versions = ReturnType<typeof useVersions>;

interface PickProps {
  a: Side;
  b: Side;
  onPick: (which: "a" | "b", side: Side) => void;
}

interface VersionListProps extends PickProps {
  scenario: Scenario;
  versions: Versions;
}

/** The draft and every version, each to be picked as side A or B of the comparison. */
export function VersionList({ scenario, versions, ...pick }: VersionListProps) {
  const { draft, rows, status, loadMore } = versions;
  return (
    <section
      aria-label="Versions"
      className="flex shrink-0 flex-col border-line-2 bg-sunken max-lg:max-h-80 max-lg:border-b lg:w-64 lg:border-r xl:w-78"
    >
      <header className="flex h-11 shrink-0 items-center gap-3 border-b border-line bg-surface px-4 text-xs font-medium text-ink-2">
        <span aria-hidden className="flex w-11 justify-between px-0.75">
          <span>A</span>
          <span>B</span>
        </span>
        <h2 className="text-base font-semibold text-ink">Versions</h2>
      </header>
      <ol className="min-h-0 flex-1 overflow-y-auto">
        {draft ? (
          <Entry side="draft" {...pick} heading={<Badge tone="outline">Draft</Badge>}>
            <p className="mt-0.5 text-sm">
              {draft.differsFromPublished ? "Changes that are not live" : "No changes since the last version"}
            </p>
            <p className="text-xs text-ink-3">
              {draft.updatedBy ? `${draft.updatedBy.name}, ` : ""}
              <RelativeTime value={draft.updatedAt} />
            </p>
          </Entry>
        ) : null}
        {rows.map((row) => (
          <VersionEntry key={row.number} row={row} scenario={scenario} draftRevision={draft?.revision} {...pick} />
        ))}
        {status === "CanLoadMore" || status === "LoadingMore" ? (
          <li className="p-2 text-center">
            <Button size="sm" variant="quiet" pending={status === "LoadingMore"} onClick={loadMore}>
              Show older versions
            </Button>
          </li>
        ) : null}
      </ol>
    </section>
  );
}

interface VersionEntryProps extends PickProps {
  row: VersionRow;
  scenario: Scenario;
  draftRevision: number | undefined;
}

function VersionEntry({ row, scenario, draftRevision, ...pick }: VersionEntryProps) {
  const title = row.label ?? (row.restoredFrom === null ? "No label" : `Rolled back to version ${row.restoredFrom}`);
  return (
    <Entry
      side={row.number}
      {...pick}
      heading={
        <>
          <span className="font-mono text-sm font-semibold">v{row.number}</span>
          {row.state === "published" ? (
            <Badge tone="ok" dot>
              Live
            </Badge>
          ) : null}
          {row.state === "archived" ? <Badge>Archived</Badge> : null}
          {row.restoredFrom === null || row.label === null ? null : <Badge>From v{row.restoredFrom}</Badge>}
          <span className="ml-auto">
            <ChangeCounts counts={row.changes} />
          </span>
        </>
      }
      menu={<VersionMenu row={row} scenario={scenario} draftRevision={draftRevision} />}
    >
      <p className={cx("mt-0.5 text-sm break-words", row.label === null && row.restoredFrom === null && "text-ink-3")}>
        {title}
      </p>
      {row.note ? <p className="mt-0.5 text-xs break-words whitespace-pre-line text-ink-2">{row.note}</p> : null}
      <p className="text-xs text-ink-3">
        {row.createdBy.name}, <RelativeTime value={row.createdAt} />
        {row.liveRuns > 0 ? (
          <Link
            href={`/scenarios/${scenario.id}/runs?version=${row.number}`}
            className="ml-2 font-medium text-signal hover:underline"
          >
            {row.liveRuns >= 100 ? "100 or more" : row.liveRuns} live {row.liveRuns === 1 ? "run" : "runs"}
          </Link>
        ) : null}
      </p>
    </Entry>
  );
}

interface EntryProps extends PickProps {
  side: Side;
  heading: ReactNode;
  menu?: ReactNode;
  children: ReactNode;
}

function Entry({ side, a, b, onPick, heading, menu, children }: EntryProps) {
  const picked = side === a || side === b;
  return (
    <li className={cx("flex gap-3 border-b border-line px-4 py-2.5", picked && "bg-surface")}>
      <span className="flex w-11 shrink-0 justify-between pt-0.5">
        <PickRadio name="a" side={side} checked={side === a} onPick={onPick} />
        <PickRadio name="b" side={side} checked={side === b} onPick={onPick} />
      </span>
      <div className="min-w-0 flex-1">
        <div className="flex min-h-5 items-center gap-2">{heading}</div>
        {children}
      </div>
      {menu ? <span className="-mr-2">{menu}</span> : null}
    </li>
  );
}

interface PickRadioProps extends Pick<PickProps, "onPick"> {
  name: "a" | "b";
  side: Side;
  checked: boolean;
}

function PickRadio({ name, side, checked, onPick }: PickRadioProps) {
  return (
    <input
      type="radio"
      name={`compare-${name}`}
      aria-label={`${sideLabel(side)} as side ${name.toUpperCase()}`}
      checked={checked}
      onChange={() => onPick(name, side)}
      className="size-4 appearance-none rounded-full border border-control bg-surface checked:border-5 checked:border-signal"
    />
  );
}
