"use client";

import { Button, EmptyState, Select, Tab, TabList, TabPanel, Tabs } from "@patchbay/ui";
import { Activity } from "lucide-react";
import type { ReactNode } from "react";
import { LoadMore } from "@/lib/LoadMore";
import { useRowKeys } from "@/lib/useRowKeys";
import { RunTable, RunTableSkeleton } from "./RunTable.tsx";
import { useRunActions } from "./useRunActions.ts";
import { useRunList, type RunState } from "./useRunList.ts";

const states: readonly { value: RunState | "all"; label: string }[] = [
  { value: "all", label: "All" },
  { value: "running", label: "Running" },
  { value: "waiting", label: "Waiting" },
  { value: "incomplete", label: "Incomplete" },
  { value: "failed", label: "Failed" },
  { value: "succeeded", label: "Finished" },
  { value: "cancelled", label: "Stopped" },
];

interface RunListViewProps {
  /** Runs of one scenario; of the whole organization where absent. */
  scenarioId?: string;
  /** The newest version's number, for the version filter. */
  newestVersion?: number;
  /** The version filter's first value; every version where absent. */
  initialVersion?: number | null;
  /** What to say where nothing has ever run. */
  empty: ReactNode;
}

/** The live list of runs with its filters; the parent gives it the page's remaining height. */
export function RunListView({ scenarioId, newestVersion, initialVersion = null, empty }: RunListViewProps) {
  const list = useRunList(scenarioId, initialVersion);
  const actions = useRunActions();
  const keys = useRowKeys<HTMLTableElement>();
  const showScenario = scenarioId === undefined;
  const filtered = list.state !== "all" || list.version !== null;
  return (
    <>
      <Tabs
        value={list.state}
        onValueChange={(value) => list.setState(value as RunState | "all")}
        className="flex min-h-0 flex-1 flex-col"
      >
        <div className="flex shrink-0 items-center border-b border-line">
          <TabList aria-label="Which runs" className="min-w-0 flex-1 border-b-0 px-3">
            {states.map(({ value, label }) => (
              <Tab key={value} value={value}>
                {label}
              </Tab>
            ))}
          </TabList>
          {newestVersion ? <VersionFilter list={list} newestVersion={newestVersion} /> : null}
        </div>
        <TabPanel value={list.state} tabIndex={-1} className="min-h-0 flex-1 overflow-auto" onKeyDown={keys.onKeyDown}>
          {list.status === "LoadingFirstPage" ? (
            <RunTableSkeleton showScenario={showScenario} />
          ) : list.rows.length > 0 ? (
            <RunTable rows={list.rows} showScenario={showScenario} actions={actions} tableRef={keys.list} />
          ) : filtered ? (
            <EmptyState
              icon={<Activity aria-hidden />}
              title="No such runs"
              action={
                <Button
                  onClick={() => {
                    list.setState("all");
                    list.setVersion(null);
                  }}
                >
                  Show all runs
                </Button>
              }
            >
              Nothing matches this state and version.
            </EmptyState>
          ) : (
            empty
          )}
        </TabPanel>
      </Tabs>
      {list.rows.length > 0 ? (
        <LoadMore
          status={list.status}
          shown={list.rows.length}
          noun={["run", "runs"]}
          onLoadMore={list.loadMore}
          hint="New runs appear by themselves."
        />
      ) : null}
    </>
  );
}

interface VersionFilterProps {
  list: ReturnType<typeof useRunList>;
  newestVersion: number;
}

/** The select shows the newest versions; older ones are reached from the history page. */
const VERSIONS_OFFERED = 50;

function VersionFilter({ list, newestVersion }: VersionFilterProps) {
  const numbers = Array.from(
    { length: Math.min(newestVersion, VERSIONS_OFFERED) },
    (_, index) => newestVersion - index,
  );
  const options = [
    { value: "all", label: "Every version" },
    ...numbers.map((number) => ({ value: String(number), label: `Version ${number}` })),
  ];
  return (
    <div className="w-40 shrink-0 pr-4">
      <Select
        size="sm"
        aria-label="Version"
        value={list.version === null ? "all" : String(list.version)}
        onValueChange={(value) => list.setVersion(value === "all" ? null : Number(value))}
        options={options}
      />
    </div>
  );
}
