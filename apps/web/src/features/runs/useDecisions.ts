"use client";

import { api } from "@convex/api";
import { useToast } from "@patchbay/ui";
import { useMutation, useQuery } from "convex/react";
import type { FunctionReturnType } from "convex/server";
import { useRouter } from "next/navigation";
import { useState } from "react";
import { useOrganization } from "@/features/shell/viewer";
import { messageOf } from "@/lib/errors";
import type { RunDetail } from "./runModel.ts";

export type VersionChoice = FunctionReturnType<typeof api.runs.queries.getVersionChoice>;

/** The ways in which an incomplete run can go on. `problem`: why the latest decision was refused, in words. */
export function useDecisions(run: RunDetail) {
  const organizationId = useOrganization().id;
  const at = { organizationId, runId: run.id, generation: run.generation };
  const versions = useQuery(api.runs.queries.getVersionChoice, { organizationId, runId: run.id });
  const retryRun = useMutation(api.runs.mutations.retryRun);
  const resolveRun = useMutation(api.runs.mutations.resolveRun);
  const restartRun = useMutation(api.runs.mutations.restartRun);
  const [problem, setProblem] = useState<string | null>(null);
  const toast = useToast();
  const router = useRouter();

  const beginAnew = async (source: "original" | "published"): Promise<boolean> => {
    const started = await restartRun({ ...at, source });
    if (started.kind === "invalid") {
      setProblem(started.issues[0]?.message ?? "It cannot run as it is drawn.");
      return false;
    }
    toast({ title: "A new run has begun", description: "This one is discarded.", tone: "ok" });
    router.push(`/scenarios/${run.scenarioId}/runs/${started.runId}`);
    return true;
  };
  const goOn = async (way: "again" | "edited" | "done", data: { changes: string; output: string }) => {
    if (way === "done") await resolveRun({ ...at, output: data.output });
    else await retryRun({ ...at, ...(way === "edited" && { changes: data.changes }) });
    toast({ title: "The run goes on from where it stopped", tone: "ok" });
  };
  return {
    versions,
    problem,
    decide: async (
      way: "again" | "edited" | "done" | "original" | "published",
      data: { changes: string; output: string },
    ): Promise<boolean> => {
      setProblem(null);
      try {
        if (way === "original" || way === "published") return await beginAnew(way);
        await goOn(way, data);
        return true;
      } catch (error) {
        setProblem(messageOf(error));
        return false;
      }
    },
  };
}
