"use client";

import { api } from "@convex/api";
import { usePaginatedQuery, useQuery } from "convex/react";
import { useDeferredValue, useState } from "react";
import { useOrganization } from "@/features/shell/viewer";
import type { ScenarioFilter } from "./types.ts";

const PAGE_SIZE = 25;

/** The scenarios of the organization, live, with search, filter and paging. */
export function useScenarioList() {
  const organizationId = useOrganization().id;
  const [search, setSearch] = useState("");
  const [filter, setFilter] = useState<ScenarioFilter>("all");
  // Typing must not wait for rows; the query follows a beat behind.
  const term = useDeferredValue(search.trim());
  const { results, status, loadMore } = usePaginatedQuery(
    api.scenarios.queries.listScenarios,
    { organizationId, filter, ...(term === "" ? {} : { search: term }) },
    { initialNumItems: PAGE_SIZE },
  );
  const counts = useQuery(api.scenarios.queries.countScenarios, { organizationId });
  return { search, setSearch, filter, setFilter, rows: results, status, loadMore: () => loadMore(PAGE_SIZE), counts };
}
