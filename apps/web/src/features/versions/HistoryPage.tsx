"use client";

import { Button, EmptyState, Skeleton } from "@patchbay/ui";
import { GitCompareArrows } from "lucide-react";
import Link from "next/link";
import { useState } from "react";
import { ScenarioFrame } from "@/features/scenarios/ScenarioFrame";
import type { Scenario } from "@/features/scenarios/types";
import { ComparisonView } from "./ComparisonView.tsx";
import { sidesToCompare } from "./sides.ts";
import type { Side } from "./useComparison.ts";
import { useVersions } from "./useVersions.ts";
import { VersionList } from "./VersionList.tsx";

/** Versions at the left, and what lies between the two picked ones. */
export function HistoryPage({ scenarioId }: { scenarioId: string }) {
  return <ScenarioFrame scenarioId={scenarioId}>{(scenario) => <History scenario={scenario} />}</ScenarioFrame>;
}

function History({ scenario }: { scenario: Scenario }) {
  const versions = useVersions(scenario.id);
  const [picked, setPicked] = useState<{ a?: Side; b?: Side }>({});
  if (versions.status === "LoadingFirstPage" || versions.draft === undefined) return <HistorySkeleton />;
  if (versions.rows.length === 0) return <NothingPublished scenarioId={scenario.id} />;
  const { a, b } = sidesToCompare(picked, {
    published: scenario.publishedVersion,
    draftDiffers: versions.draft.differsFromPublished,
    numbers: versions.rows.map((row) => row.number),
  });
  return (
    <div className="flex min-h-0 flex-1 flex-col overflow-y-auto lg:flex-row lg:overflow-hidden">
      <VersionList
        scenario={scenario}
        versions={versions}
        a={a}
        b={b}
        onPick={(which, side) => setPicked((current) => ({ ...current, [which]: side }))}
      />
      <ComparisonView scenarioId={scenario.id} a={a} b={b} draft={versions.draft} rows={versions.rows} />
    </div>
  );
}

function NothingPublished({ scenarioId }: { scenarioId: string }) {
  return (
    <EmptyState
      icon={<GitCompareArrows aria-hidden />}
      title="Nothing is published yet"
      action={
        <Button asChild variant="primary">
          <Link href={`/scenarios/${scenarioId}`}>Open editor</Link>
        </Button>
      }
    >
      Publishing makes a version: it never changes, runs are pinned to it, and you can compare with it and come back to
      it.
    </EmptyState>
  );
}

function HistorySkeleton() {
  return (
    <div aria-busy="true" aria-label="Loading versions" className="flex min-h-0 flex-1">
      <div className="flex w-64 flex-col gap-5 border-r border-line-2 bg-sunken p-4 xl:w-78">
        {[0, 1, 2, 3].map((index) => (
          <div key={index} className="flex flex-col gap-2">
            <Skeleton className="w-20" />
            <Skeleton className="w-48" />
            <Skeleton className="h-2.5 w-32" />
          </div>
        ))}
      </div>
      <div className="flex flex-1 flex-col gap-4 p-5">
        <Skeleton className="h-5 w-64" />
        <Skeleton className="w-full max-w-160" />
        <Skeleton className="w-full max-w-140" />
      </div>
    </div>
  );
}
