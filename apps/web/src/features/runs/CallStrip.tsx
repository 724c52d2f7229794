"use client";

import { api } from "@convex/api";
import { StateBadge } from "@patchbay/ui";
import { useQuery } from "convex/react";
import type { FunctionReturnType } from "convex/server";
import { CornerDownRight, CornerLeftUp } from "lucide-react";
import Link from "next/link";
import type { ReactNode } from "react";
import { useOrganization } from "@/features/shell/viewer";
import { shortId } from "./runFacts.ts";
import type { RunDetail } from "./runModel.ts";

type RunCalls = NonNullable<FunctionReturnType<typeof api.runs.queries.getRunCalls>>;
type OtherRun = NonNullable<RunCalls["calls"][number]["run"]>;

/** Live: who called the run, and which runs it waits for. Nothing where there is neither. */
export function CallStrip({ run }: { run: RunDetail }) {
  const isConcerned = run.trigger === "scenario" || (run.state === "waiting" && run.waitReason === "call");
  const found = useRunCalls(run.id, { isWanted: isConcerned });
  const waited = (found?.calls ?? []).flatMap((call) => (call.run ? [call.run] : []));
  if (!found?.caller && waited.length === 0) return null;
  return (
    <section
      aria-label="Calls"
      className="flex shrink-0 flex-wrap items-center gap-x-6 gap-y-2 border-b border-line-2 bg-sunken px-4 py-2 text-sm"
    >
      {found?.caller ? (
        <Line icon={<CornerLeftUp aria-hidden />}>
          Called by <RunLink run={found.caller} />
          <StateBadge state={found.caller.state} />
          {found.caller.waits ? null : <span className="text-ink-2">which does not wait for it</span>}
        </Line>
      ) : null}
      {waited.map((other) => (
        <Line key={other.runId} icon={<CornerDownRight aria-hidden />}>
          Waits for <RunLink run={other} />
          <StateBadge state={other.state} />
          <span className="text-ink-2">{whyItTakes(other)}</span>
        </Line>
      ))}
    </section>
  );
}

function whyItTakes({ state, error, waitsForTurn }: OtherRun): string {
  if (state === "incomplete") return `It stopped${error ? `: ${error}` : ""}. Retry or discard it there.`;
  return waitsForTurn ? "It waits for its turn behind other runs of its scenario." : "";
}

/** The runs that an operation called, one for each attempt. */
export function CalledRuns({ run, operationId }: { run: RunDetail; operationId: string }) {
  const found = useRunCalls(run.id, { isWanted: true, operationId: Number(operationId) });
  if (!found || found.calls.length === 0) return null;
  return (
    <div className="shrink-0 px-4 pb-3">
      <h4 className="mb-1.5 text-xs font-medium">{found.calls.length === 1 ? "Called run" : "Called runs"}</h4>
      <ul className="flex max-h-40 flex-col overflow-y-auto rounded-control border border-line-2 [&>li:last-child]:border-b-0">
        {found.calls.map((call) => (
          <li key={call.attempt} className="flex flex-wrap items-center gap-2 border-b border-line px-3 py-2 text-sm">
            {call.run ? (
              <>
                <RunLink run={call.run} />
                <StateBadge state={call.run.state} />
              </>
            ) : (
              <span className="text-ink-2">No run: the call was refused, or the run is gone.</span>
            )}
          </li>
        ))}
      </ul>
    </div>
  );
}

function useRunCalls(runId: string, { isWanted, operationId }: { isWanted: boolean; operationId?: number }) {
  const organizationId = useOrganization().id;
  const args = { organizationId, runId, ...(operationId === undefined ? {} : { operationId }) };
  return useQuery(api.runs.queries.getRunCalls, isWanted ? args : "skip");
}

function RunLink({ run }: { run: Pick<OtherRun, "runId" | "scenarioId" | "scenarioName"> }) {
  return (
    <Link
      href={`/scenarios/${run.scenarioId}/runs/${run.runId}`}
      className="font-medium text-ink underline decoration-line-2 underline-offset-2 hover:decoration-ink"
    >
      {run.scenarioName}, run <span className="font-mono">{shortId(run.runId)}</span>
    </Link>
  );
}

function Line({ icon, children }: { icon: ReactNode; children: ReactNode }) {
  return (
    <p className="flex flex-wrap items-center gap-2">
      <span className="text-ink-3 [&_svg]:size-4">{icon}</span>
      {children}
    </p>
  );
}
