"use client";

import {
  Braces,
  Brackets,
  Calendar,
  ChevronDown,
  ChevronRight,
  CircleOff,
  Copy,
  Hash,
  Link,
  Route,
  ToggleLeft,
  Type,
  type LucideIcon,
} from "lucide-react";
import { useMemo, useRef, useState, type KeyboardEvent, type ReactNode } from "react";
import { cx } from "../classNames.ts";
import { copyText, formatPath, jsonRows, rowId, type JsonKind, type JsonLike, type JsonRow } from "../jsonRows.ts";
import { useCopy } from "./CopyButton.tsx";
import { IconButton } from "./IconButton.tsx";

const PAGE_SIZE = 100;

const kindIcons: Record<JsonKind, LucideIcon> = {
  object: Braces,
  list: Brackets,
  text: Type,
  number: Hash,
  boolean: ToggleLeft,
  null: CircleOff,
  date: Calendar,
  url: Link,
};

export interface JsonTreeProps {
  value: JsonLike;
  /** Accessible name of the tree. */
  label: string;
  /** Before every copied path: `"5"` makes `5.body.items[1]`. */
  rootPath?: string;
  /** Containers above this depth start open. */
  openDepth?: number;
  /** Top-level keys that start closed: what is rarely looked at. */
  closedKeys?: readonly string[];
  /** At the right of a row: a badge, say. */
  renderAside?: (row: JsonRow) => ReactNode;
}

/**
 * A JSON value as a tree with type icons. Arrow keys move and open, `c` copies the value, `p` the path; the same two are
 * buttons on the row under the pointer or focus.
 */
export function JsonTree({ value, label, rootPath = "", openDepth = 2, closedKeys = [], renderAside }: JsonTreeProps) {
  const [toggled, setToggled] = useState<ReadonlySet<string>>(new Set());
  const [limits, setLimits] = useState<ReadonlyMap<string, number>>(new Map());
  const [activeId, setActiveId] = useState<string | null>(null);
  const { copied, copy } = useCopy();
  const tree = useRef<HTMLUListElement>(null);
  // The keys as one text: callers may write the list in place without every render making a new tree.
  const closedText = JSON.stringify(closedKeys);
  const closed = useMemo(() => new Set((JSON.parse(closedText) as string[]).map((key) => rowId([key]))), [closedText]);
  const rows = useMemo(
    () => jsonRows(value, { toggled, limits, openDepth, closed, pageSize: PAGE_SIZE }),
    [value, toggled, limits, openDepth, closed],
  );
  const active = rows.find((row) => row.id === activeId) ?? rows[0];

  const focusRow = (row: JsonRow | undefined) => {
    if (!row) return;
    setActiveId(row.id);
    tree.current?.querySelector<HTMLElement>(`[data-row="${CSS.escape(row.id)}"]`)?.focus();
  };
  const toggle = (row: JsonRow) => {
    if (row.hiddenCount !== undefined) {
      const id = rowId(row.path);
      setLimits((current) => new Map(current).set(id, (current.get(id) ?? PAGE_SIZE) + PAGE_SIZE));
    } else if (row.expanded !== undefined) {
      setToggled((current) => {
        const next = new Set(current);
        if (!next.delete(row.id)) next.add(row.id);
        return next;
      });
    }
  };
  const copyPath = (row: JsonRow) => copy(formatPath(row.path, rootPath));
  const copyValue = (row: JsonRow) => copy(copyText(row.value));

  const onKeyDown = (event: KeyboardEvent) => {
    const target = event.target as HTMLElement;
    const focused = rows.find((row) => row.id === target.dataset.row);
    if (!focused || event.ctrlKey || event.metaKey || event.altKey) return;
    const index = rows.indexOf(focused);
    const parent = rows.slice(0, index).findLast((row) => row.depth < focused.depth);
    const actions: Record<string, () => void> = {
      ArrowDown: () => focusRow(rows[index + 1]),
      ArrowUp: () => focusRow(rows[index - 1]),
      Home: () => focusRow(rows[0]),
      End: () => focusRow(rows.at(-1)),
      ArrowRight: () => (focused.expanded === false ? toggle(focused) : focusRow(rows[index + 1])),
      ArrowLeft: () => (focused.expanded ? toggle(focused) : focusRow(parent)),
      Enter: () => toggle(focused),
      " ": () => toggle(focused),
      c: () => void copyValue(focused),
      p: () => void copyPath(focused),
    };
    const act = actions[event.key];
    if (!act) return;
    event.preventDefault();
    event.stopPropagation();
    act();
  };

  return (
    <div>
      <span role="status" className="sr-only">
        {copied === null ? "Could not copy" : copied ? "Copied" : ""}
      </span>
      <ul ref={tree} role="tree" aria-label={label} onKeyDown={onKeyDown} className="text-sm">
        {rows.map((row) => (
          <TreeRow
            key={row.id}
            row={row}
            focusable={row === active}
            onFocus={() => setActiveId(row.id)}
            onToggle={() => toggle(row)}
            onCopyPath={() => void copyPath(row)}
            onCopyValue={() => void copyValue(row)}
            aside={renderAside?.(row)}
          />
        ))}
      </ul>
    </div>
  );
}

interface TreeRowProps {
  row: JsonRow;
  focusable: boolean;
  onFocus: () => void;
  onToggle: () => void;
  onCopyPath: () => void;
  onCopyValue: () => void;
  aside: ReactNode;
}

function TreeRow({ row, focusable, onFocus, onToggle, onCopyPath, onCopyValue, aside }: TreeRowProps) {
  const opens = row.expanded !== undefined;
  const isMore = row.hiddenCount !== undefined;
  return (
    <li
      role="treeitem"
      aria-level={row.depth + 1}
      aria-expanded={row.expanded}
      aria-selected={focusable}
      data-row={row.id}
      tabIndex={focusable ? 0 : -1}
      onFocus={onFocus}
      onClick={opens || isMore ? onToggle : undefined}
      className={cx(
        "group/json relative flex min-h-7 items-start gap-2 py-1 pr-3 leading-5 -outline-offset-2 hover:bg-hover focus-visible:bg-hover",
        (opens || isMore) && "cursor-pointer",
      )}
      style={{ paddingInlineStart: 12 + row.depth * 16 }}
    >
      {isMore ? <span className="text-xs font-medium text-signal">Show {row.summary}</span> : <RowContent row={row} />}
      {aside}
      {isMore ? null : (
        <span className="invisible absolute top-0.5 right-1 flex rounded-control bg-hover group-focus-within/json:visible group-hover/json:visible">
          {row.path.length > 0 ? (
            <IconButton label="Copy path" className="size-6" tabIndex={-1} onClick={stopping(onCopyPath)}>
              <Route aria-hidden className="size-3.5!" />
            </IconButton>
          ) : null}
          <IconButton label="Copy value" className="size-6" tabIndex={-1} onClick={stopping(onCopyValue)}>
            <Copy aria-hidden className="size-3.5!" />
          </IconButton>
        </span>
      )}
    </li>
  );
}

/** A click on a row's button is not a click on the row. */
const stopping = (act: () => void) => (event: { stopPropagation: () => void }) => {
  event.stopPropagation();
  act();
};

function RowContent({ row }: { row: JsonRow }) {
  const Kind = kindIcons[row.kind];
  const quiet = row.expanded !== undefined || row.value === null || row.value === "" || typeof row.value === "object";
  return (
    <>
      <span aria-hidden className="mt-1 -ml-1.5 w-3 shrink-0 text-ink-3">
        {row.expanded === undefined ? null : row.expanded ? (
          <ChevronDown className="size-3" />
        ) : (
          <ChevronRight className="size-3" />
        )}
      </span>
      <Kind aria-hidden className="mt-1 size-3 shrink-0 text-ink-3" />
      {row.name === "" ? null : (
        // The values of all depths start in one column: what the indent takes is given back here (40 % of 16 px are 6.4).
        <span
          className="min-w-16 shrink-0 truncate font-medium text-ink"
          style={{ width: `calc(40% - ${row.depth * 9.6}px)` }}
          title={row.name}
        >
          {row.name}
        </span>
      )}
      <span
        className={cx(
          "min-w-0 flex-1 font-mono text-xs leading-5 break-words whitespace-pre-wrap [word-spacing:normal]",
          quiet ? "text-ink-3" : "text-ink",
          typeof row.value === "string" && row.value.length > 400 && "max-h-40 overflow-y-auto",
        )}
      >
        {row.summary}
      </span>
    </>
  );
}
