"use client";

import { api } from "@convex/api";
import { Badge, Button, cx, EmptyState, Skeleton, Switch, tabClasses } from "@patchbay/ui";
import { useQuery } from "convex/react";
import { Unplug } from "lucide-react";
import Link from "next/link";
import { usePathname } from "next/navigation";
import type { ReactNode } from "react";
import { useCan, useOrganization } from "@/features/shell/viewer";
import { useTitle } from "@/lib/useTitle";
import { PausedBadge } from "./PausedBadge.tsx";
import { ScenarioMenu } from "./ScenarioMenu.tsx";
import type { Scenario } from "./types.ts";
import { useScenarioActions } from "./useScenarioActions.ts";

interface ScenarioFrameProps {
  scenarioId: string;
  children: (scenario: Scenario) => ReactNode;
}

/** A scenario's bar with its pages, above its history or its runs. */
export function ScenarioFrame({ scenarioId, children }: ScenarioFrameProps) {
  const organizationId = useOrganization().id;
  const scenario = useQuery(api.scenarios.queries.getScenario, { organizationId, scenarioId });
  useTitle(scenario?.name);
  if (scenario === null) return <NoSuchScenario />;
  return (
    <>
      <ScenarioBar scenarioId={scenarioId} scenario={scenario} />
      {scenario === undefined ? <FrameSkeleton /> : children(scenario)}
    </>
  );
}

function ScenarioBar({ scenarioId, scenario }: { scenarioId: string; scenario: Scenario | undefined }) {
  const actions = useScenarioActions();
  const canUpdate = useCan("scenario:update");
  return (
    <header className="flex min-h-12 shrink-0 flex-wrap items-center gap-x-4 border-b border-line-2 px-4">
      <div className="flex h-12 min-w-0 items-center gap-2.5">
        <Link href="/" className="hidden shrink-0 text-sm text-ink-2 hover:text-ink sm:inline">
          Scenarios
        </Link>
        <span aria-hidden className="hidden text-ink-3 sm:inline">
          ›
        </span>
        <h1 className="truncate text-lg font-semibold">{scenario?.name ?? <Skeleton className="h-4 w-40" />}</h1>
        {scenario ? <LiveBadge scenario={scenario} /> : null}
        {scenario?.paused ? <PausedBadge by={scenario.paused} /> : null}
      </div>
      <ScenarioTabs scenarioId={scenarioId} />
      {scenario ? (
        <div className="ml-auto flex h-12 items-center gap-2">
          {scenario.publishedVersion !== null && scenario.archivedAt === null ? (
            <label className="flex items-center gap-2 text-sm font-medium">
              <Switch
                checked={scenario.enabled}
                onCheckedChange={(enabled) => void actions.setEnabled(scenario, enabled)}
                disabled={!canUpdate}
                label={`${scenario.name} is on`}
              />
              {scenario.enabled ? "On" : "Off"}
            </label>
          ) : null}
          <ScenarioMenu scenario={scenario} archived={scenario.archivedAt !== null} actions={actions} />
        </div>
      ) : null}
    </header>
  );
}

function LiveBadge({ scenario }: { scenario: Scenario }) {
  if (scenario.archivedAt !== null) return <Badge>Archived</Badge>;
  if (scenario.publishedVersion === null) return <Badge tone="outline">Draft</Badge>;
  return (
    <Badge tone="ok" dot mono>
      v{scenario.publishedVersion} live
    </Badge>
  );
}

function ScenarioTabs({ scenarioId }: { scenarioId: string }) {
  const pathname = usePathname();
  const base = `/scenarios/${scenarioId}`;
  const tabs = [
    { href: base, label: "Editor", current: pathname === base },
    { href: `${base}/runs`, label: "Runs", current: pathname.startsWith(`${base}/runs`) },
    { href: `${base}/history`, label: "History", current: pathname.startsWith(`${base}/history`) },
  ];
  return (
    <nav aria-label="Scenario" className="flex h-12 items-stretch gap-1 sm:border-l sm:border-line sm:pl-3">
      {tabs.map(({ href, label, current }) => (
        <Link
          key={href}
          href={href}
          aria-current={current ? "page" : undefined}
          className={cx(tabClasses, "after:bottom-0")}
        >
          {label}
        </Link>
      ))}
    </nav>
  );
}

export function NoSuchScenario() {
  return (
    <EmptyState
      icon={<Unplug aria-hidden />}
      level={1}
      title="There is no such scenario"
      action={
        <Button asChild>
          <Link href="/">All scenarios</Link>
        </Button>
      }
    >
      The address is wrong, or the scenario belongs to another organization.
    </EmptyState>
  );
}

function FrameSkeleton() {
  return (
    <div aria-busy="true" aria-label="Loading" className="flex flex-col gap-4 p-5">
      <Skeleton className="h-5 w-60" />
      <Skeleton className="h-5 w-80" />
      <Skeleton className="h-5 w-72" />
    </div>
  );
}
