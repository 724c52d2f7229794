"use client";

import { api } from "@convex/api";
import { useToast } from "@patchbay/ui";
import { useMutation } from "convex/react";
import { useRouter } from "next/navigation";
import { useOrganization } from "@/features/shell/viewer";
import { useAct } from "@/lib/useAct";
import type { DryRun } from "./runModel.ts";

export type ReplaySource = "original" | "published" | "draft" | { version: number };

export interface Replay {
  source: ReplaySource;
  dryRun: DryRun | null;
}

const replayWords = {
  original: "on the version it ran on",
  published: "on the live version",
  draft: "on the draft",
};
const placeOf = (source: ReplaySource) =>
  typeof source === "object" ? `on version ${source.version}` : replayWords[source];

/** Stop, discard, retry and replay, with their toasts. */
export function useRunActions() {
  const organizationId = useOrganization().id;
  const act = useAct();
  const toast = useToast();
  const router = useRouter();
  const cancelRun = useMutation(api.runs.mutations.cancelRun);
  const stopRetries = useMutation(api.runs.mutations.stopRetries);
  const replayRun = useMutation(api.runs.mutations.replayRun);
  return {
    cancel: async (runId: string) => {
      const result = await act("Could not stop the run", () => cancelRun({ organizationId, runId }));
      if (result.ok) toast({ title: "The run is stopped", description: "What it has done so far is kept." });
    },
    discard: async (runId: string) => {
      const result = await act("Could not discard the run", () => cancelRun({ organizationId, runId }));
      if (result.ok) toast({ title: "The run is discarded", description: "What it has done so far is kept." });
      return result.ok;
    },
    stopRetries: async ({ id: runId, generation }: { id: string; generation: number }) => {
      const stop = () => stopRetries({ organizationId, runId, generation });
      const result = await act("Could not stop the automatic retries", stop);
      if (result.ok) toast({ title: "It waits for somebody now", description: "Nothing is tried until you decide." });
    },
    replay: async (run: { id: string; scenarioId: string }, { source, dryRun }: Replay) => {
      const result = await act("Could not replay the run", () =>
        replayRun({ organizationId, runId: run.id, source, ...(dryRun && { dryRun }) }),
      );
      if (!result.ok) return;
      if (result.value.kind === "invalid") {
        const [issue] = result.value.issues;
        toast({
          title: "It cannot run as it is drawn",
          description: issue?.message ?? "Open it in the editor.",
          tone: "bad",
        });
        return;
      }
      const path = `/scenarios/${run.scenarioId}/runs/${result.value.runId}`;
      toast({
        title: dryRun ? "A dry run has started" : "A replay has started",
        description: `With the same data, ${placeOf(source)}.`,
        tone: "ok",
        action: { label: "Watch", onAction: () => router.push(path) },
      });
    },
  };
}
