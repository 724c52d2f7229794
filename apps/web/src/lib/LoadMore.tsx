"use client";

import { Button } from "@patchbay/ui";

export type PageStatus = "LoadingFirstPage" | "CanLoadMore" | "LoadingMore" | "Exhausted";

interface LoadMoreProps {
  status: PageStatus;
  shown: number;
  /** `["scenario", "scenarios"]` */
  noun: readonly [one: string, many: string];
  onLoadMore: () => void;
  hint?: string;
}

/** Below a list: how much is shown, and the next page. */
export function LoadMore({ status, shown, noun, onLoadMore, hint }: LoadMoreProps) {
  const more = status === "CanLoadMore" || status === "LoadingMore";
  return (
    <footer className="flex min-h-11 shrink-0 items-center justify-between gap-3 border-t border-line bg-sunken px-5 text-xs text-ink-3">
      <span>
        Showing {more ? "the first " : ""}
        {shown} {noun[shown === 1 ? 0 : 1]}.{hint ? <span className="max-sm:hidden"> {hint}</span> : null}
      </span>
      {more ? (
        <Button size="sm" variant="quiet" pending={status === "LoadingMore"} onClick={onLoadMore}>
          Show more
        </Button>
      ) : null}
    </footer>
  );
}
