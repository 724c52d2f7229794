"use client";

import { Button, EmptyState, SearchField, Tab, TabList, TabPanel, Tabs } from "@patchbay/ui";
import { Archive, Plus, Search, Workflow } from "lucide-react";
import { useState } from "react";
import { useCan } from "@/features/shell/viewer";
import { LoadMore } from "@/lib/LoadMore";
import { useRowKeys } from "@/lib/useRowKeys";
import { NewScenarioDialog } from "./ScenarioDialogs.tsx";
import { ScenarioTable, ScenarioTableSkeleton } from "./ScenarioTable.tsx";
import { TryItPanel } from "./TryItPanel.tsx";
import type { ScenarioFilter } from "./types.ts";
import { useScenarioActions } from "./useScenarioActions.ts";
import { useScenarioList } from "./useScenarioList.ts";

const titles: Record<ScenarioFilter, string> = {
  all: "All",
  on: "On",
  off: "Off",
  failing: "Failing",
  drafts: "With drafts",
  archived: "Archived",
};

/** The home page: every scenario with its state, its path and its last runs. */
export function ScenariosPage() {
  const list = useScenarioList();
  const actions = useScenarioActions();
  const canCreate = useCan("scenario:create");
  const [creating, setCreating] = useState(false);
  const keys = useRowKeys<HTMLTableElement>();
  const sample = list.filter === "all" && list.search === "" && list.counts?.all === 1 ? list.rows[0] : undefined;
  return (
    <>
      <header className="flex shrink-0 flex-wrap items-center gap-x-3 gap-y-2 px-5 pt-3 pb-1">
        <h1 className="mr-auto text-xl font-semibold">All scenarios</h1>
        <SearchField
          value={list.search}
          onValueChange={list.setSearch}
          label="Find by name"
          slashFocuses
          onArrowDown={keys.focusFirst}
          className="order-last w-full sm:order-none sm:w-64"
        />
        {canCreate ? (
          <Button variant="primary" onClick={() => setCreating(true)}>
            <Plus aria-hidden />
            New scenario
          </Button>
        ) : null}
      </header>
      <Tabs
        value={list.filter}
        onValueChange={(value) => list.setFilter(value as ScenarioFilter)}
        className="flex min-h-0 flex-1 flex-col"
      >
        <FilterTabs counts={list.counts} />
        {sample?.publishedVersion ? <TryItPanel scenarioId={sample.id} /> : null}
        <TabPanel value={list.filter} tabIndex={-1} className="min-h-0 flex-1 overflow-auto" onKeyDown={keys.onKeyDown}>
          {list.status === "LoadingFirstPage" ? (
            <ScenarioTableSkeleton />
          ) : list.rows.length > 0 ? (
            <ScenarioTable rows={list.rows} actions={actions} tableRef={keys.list} />
          ) : (
            <NothingFound list={list} onCreate={canCreate ? () => setCreating(true) : undefined} />
          )}
        </TabPanel>
        {list.rows.length > 0 ? (
          <LoadMore
            status={list.status}
            shown={list.rows.length}
            noun={["scenario", "scenarios"]}
            onLoadMore={list.loadMore}
            hint="Bars show duration, a full-height red bar is a failed run."
          />
        ) : null}
      </Tabs>
      {creating ? <NewScenarioDialog actions={actions} onClose={() => setCreating(false)} /> : null}
    </>
  );
}

function FilterTabs({ counts }: { counts: ReturnType<typeof useScenarioList>["counts"] }) {
  const countOf: Partial<Record<ScenarioFilter, number | undefined>> = {
    all: counts?.all,
    on: counts?.on,
    off: counts?.off,
    archived: counts?.archived,
  };
  return (
    <TabList aria-label="Which scenarios" className="shrink-0 px-3">
      {(Object.keys(titles) as ScenarioFilter[]).map((filter) => (
        <Tab key={filter} value={filter} count={countOf[filter]}>
          {titles[filter]}
        </Tab>
      ))}
    </TabList>
  );
}

const emptyWords: Record<ScenarioFilter, { title: string; text: string }> = {
  all: {
    title: "No scenarios yet",
    text: "A scenario starts with a trigger, a webhook say, and passes what arrives from node to node.",
  },
  on: {
    title: "Nothing is switched on",
    text: "A published scenario runs when its trigger fires, as long as it is on.",
  },
  off: { title: "Everything is switched on", text: "Scenarios that are off or not published appear here." },
  failing: { title: "Nothing is failing", text: "Scenarios whose last run failed appear here." },
  drafts: { title: "No unpublished changes", text: "Scenarios whose draft differs from the live version appear here." },
  archived: {
    title: "The archive is empty",
    text: "Archived scenarios keep their versions and runs, and can be restored.",
  },
};

interface NothingFoundProps {
  list: ReturnType<typeof useScenarioList>;
  onCreate: (() => void) | undefined;
}

function NothingFound({ list, onCreate }: NothingFoundProps) {
  if (list.search !== "") {
    return (
      <EmptyState
        icon={<Search aria-hidden />}
        title={`No scenario matches “${list.search}”`}
        action={<Button onClick={() => list.setSearch("")}>Clear search</Button>}
      >
        {list.filter === "all" ? "Search looks at names." : `Only “${titles[list.filter]}” was searched, by name.`}
      </EmptyState>
    );
  }
  const { title, text } = emptyWords[list.filter];
  return (
    <EmptyState
      icon={list.filter === "archived" ? <Archive aria-hidden /> : <Workflow aria-hidden />}
      title={title}
      action={
        list.filter === "all" && onCreate ? (
          <Button variant="primary" onClick={onCreate}>
            <Plus aria-hidden />
            New scenario
          </Button>
        ) : undefined
      }
    >
      {text}
    </EmptyState>
  );
}
