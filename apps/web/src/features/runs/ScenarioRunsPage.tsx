"use client";

import { EmptyState } from "@patchbay/ui";
import { Activity } from "lucide-react";
import { ScenarioFrame } from "@/features/scenarios/ScenarioFrame";
import { RunListView } from "./RunListView.tsx";

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
