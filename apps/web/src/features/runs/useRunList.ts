"use client";

import { api } from "@convex/api";
import { usePaginatedQuery } from "convex/react";
import type { FunctionArgs, FunctionReturnType } from "convex/server";
import { useState } from "react";
import { useOrganization } from "@/features/shell/viewer";

export type RunRow = FunctionReturnType<typeof api.runs.queries.listRuns>["page"][number];
export type RunState = NonNullable<FunctionArgs<typeof api.runs.queries.listRuns>["state"]>;

const PAGE_SIZE = 30;

/** Runs, newest first and live: of one scenario, or of the organization. */
export function useRunList(scenarioId: string | undefined, initialVersion: number | null) {
  const organizationId = useOrganization().id;
  const [state, setState] = useState<RunState | "all">("all");
  const [version, setVersion] = useState(initialVersion);
  const { results, status, loadMore } = usePaginatedQuery(
    api.runs.queries.listRuns,
    {
      organizationId,
      ...(scenarioId === undefined ? {} : { scenarioId }),
      ...(state === "all" ? {} : { state }),
      ...(version === null ? {} : { version }),
    },
    { initialNumItems: PAGE_SIZE },
  );
  return { state, setState, version, setVersion, rows: results, status, loadMore: () => loadMore(PAGE_SIZE) };
}
