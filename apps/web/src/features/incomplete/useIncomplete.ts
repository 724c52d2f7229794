"use client";

import { api } from "@convex/api";
import { useToast } from "@patchbay/ui";
import { useMutation, usePaginatedQuery, useQuery } from "convex/react";
import type { FunctionArgs, FunctionReturnType } from "convex/server";
import { useState } from "react";
import { useOrganization } from "@/features/shell/viewer";
import { useAct } from "@/lib/useAct";

export type IncompleteGroup = FunctionReturnType<typeof api.runs.queries.summarizeIncomplete>["groups"][number];
export type IncompleteRow = FunctionReturnType<typeof api.runs.queries.listRuns>["page"][number];
export type Batch = FunctionReturnType<typeof api.runs.queries.listBatches>[number];
export type BulkRequest = Omit<FunctionArgs<typeof api.runs.mutations.startBulk>, "organizationId">;
export type BulkAct = BulkRequest["act"];

/** Which incomplete runs are looked at: those of a scenario, with an error, at a node. */
export interface IncompleteFilter {
  scenarioId?: string;
  code?: string;
  nodeId?: number;
}

const PAGE_SIZE = 50;

/** The organization's incomplete runs, live: grouped by what stopped them, and those of the filter one by one. */
export function useIncomplete() {
  const organizationId = useOrganization().id;
  const [filter, setFilter] = useState<IncompleteFilter>({});
  const summary = useQuery(api.runs.queries.summarizeIncomplete, { organizationId });
  const batches = useQuery(api.runs.queries.listBatches, { organizationId });
  const { results, status, loadMore } = usePaginatedQuery(
    api.runs.queries.listRuns,
    { organizationId, state: "incomplete", ...filter },
    { initialNumItems: PAGE_SIZE },
  );
  return { filter, setFilter, summary, batches, rows: results, status, loadMore: () => loadMore(PAGE_SIZE) };
}

/** Bulk acts: begin one, stop one. Each answers whether it worked. */
export function useBulk() {
  const organizationId = useOrganization().id;
  const act = useAct();
  const toast = useToast();
  const startBulk = useMutation(api.runs.mutations.startBulk);
  const cancelBulk = useMutation(api.runs.mutations.cancelBulk);
  return {
    start: async (request: BulkRequest) => {
      const result = await act("It did not begin", () => startBulk({ organizationId, ...request }));
      return result.ok;
    },
    stop: async (batch: Batch) => {
      const result = await act("It could not be stopped", () => cancelBulk({ organizationId, batchId: batch.id }));
      if (result.ok) toast({ title: "It is stopped", description: "What was done stays done." });
    },
  };
}
