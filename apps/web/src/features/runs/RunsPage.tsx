"use client";

import { Button, EmptyState } from "@patchbay/ui";
import { Activity } from "lucide-react";
import Link from "next/link";
import { ScenarioFrame } from "@/features/scenarios/ScenarioFrame";
import { RunListView } from "./RunListView.tsx";

/** Every run of the organization. */
export function RunsPage() {
  return (
    <>
      <header className="flex shrink-0 items-center px-5 pt-3 pb-1">
        <h1 className="flex h-8 items-center text-xl font-semibold">Runs</h1>
      </header>
      <RunListView
        empty={
          <EmptyState
            icon={<Activity aria-hidden />}
            title="Nothing has run yet"
            action={
              <Button asChild>
                <Link href="/">Scenarios</Link>
              </Button>
            }
          >
            Switch a scenario on and post to its webhook, or run one once from the editor.
          </EmptyState>
        }
      />
    </>
  );
}

interface ScenarioRunsPageProps {
  scenarioId: string;
  /** Only the runs of this version, to begin with. */
  version: number | null;
}

/** The runs of one scenario. */
export function ScenarioRunsPage({ scenarioId, version }: ScenarioRunsPageProps) {
  return (
    <ScenarioFrame scenarioId={scenarioId}>
      {(scenario) => (
        <RunListView
          scenarioId={scenarioId}
          newestVersion={scenario.nextVersion - 1}
          initialVersion={version}
          empty={
            <EmptyState icon={<Activity aria-hidden />} title="This scenario has not run yet">
              {scenario.enabled
                ? "Post to its webhook, or run it once from the editor."
                : "Run it once from the editor; it runs by itself once it is published and on."}
            </EmptyState>
          }
        />
      )}
    </ScenarioFrame>
  );
}
