"use client";

import { api } from "@convex/api";
import { useToast } from "@patchbay/ui";
import { useConvex, useMutation } from "convex/react";
import { useRouter } from "next/navigation";
import { useOrganization } from "@/features/shell/viewer";
import { useAct } from "@/lib/useAct";

export type CloneSource = { kind: "draft" } | { kind: "version"; number: number };

/** What can be done to a scenario from anywhere, with its toasts. Each answers whether it worked. */
export function useScenarioActions() {
  const organizationId = useOrganization().id;
  const act = useAct();
  const toast = useToast();
  const router = useRouter();
  const createScenario = useMutation(api.scenarios.mutations.createScenario);
  const cloneScenario = useMutation(api.scenarios.mutations.cloneScenario);
  const updateScenario = useMutation(api.scenarios.mutations.updateScenario);
  const pauseScenario = useMutation(api.queue.mutations.pauseScenario);
  const resumeScenario = useMutation(api.queue.mutations.resumeScenario);
  const archiveScenario = useMutation(api.scenarios.mutations.archiveScenario);
  const restoreScenario = useMutation(api.scenarios.mutations.restoreScenario);
  const convex = useConvex();

  const restore = async (scenario: { id: string; name: string }) => {
    const result = await act("Could not restore the scenario", () =>
      restoreScenario({ organizationId, scenarioId: scenario.id }),
    );
    if (result.ok) toast({ title: `${scenario.name} is back`, description: "It is switched off.", tone: "ok" });
    return result.ok;
  };

  /** Calls of a scenario that is off fail: whoever has just switched it off is told whom that concerns. */
  const warnOfCallers = async (scenario: { id: string; name: string }) => {
    const found = await act("Could not find out who calls the scenario", () =>
      convex.query(api.scenarios.queries.listCallers, { organizationId, scenarioId: scenario.id }),
    );
    if (!found.ok || found.value.length === 0) return;
    toast({
      title: `Calls of ${scenario.name} fail while it is off`,
      description: `It is called by ${found.value.map(({ name }) => name).join(", ")}.`,
      tone: "bad",
      action: {
        label: "Switch on again",
        onAction: () =>
          void act("Could not switch it on", () =>
            updateScenario({ organizationId, scenarioId: scenario.id, enabled: true }),
          ),
      },
    });
  };

  return {
    create: async (name: string) => {
      const result = await act("Could not create the scenario", () => createScenario({ organizationId, name }));
      if (result.ok) router.push(`/scenarios/${result.value.scenarioId}`);
      return result.ok;
    },
    clone: async (scenarioId: string, source: CloneSource, name: string) => {
      const result = await act("Could not clone the scenario", () =>
        cloneScenario({ organizationId, scenarioId, source, name }),
      );
      if (!result.ok) return false;
      const cloneId = result.value.scenarioId;
      toast({
        title: `${name} was made`,
        description: "It starts switched off, with a webhook URL of its own.",
        tone: "ok",
        action: { label: "Open", onAction: () => router.push(`/scenarios/${cloneId}`) },
      });
      return true;
    },
    rename: async (scenarioId: string, changes: { name: string; description: string }) =>
      (await act("Could not rename the scenario", () => updateScenario({ organizationId, scenarioId, ...changes }))).ok,
    setEnabled: async (scenario: { id: string; name: string }, enabled: boolean) => {
      const failure = enabled ? `Could not switch ${scenario.name} on` : `Could not switch ${scenario.name} off`;
      const result = await act(failure, () => updateScenario({ organizationId, scenarioId: scenario.id, enabled }));
      if (result.ok && !enabled) await warnOfCallers(scenario);
      return result.ok;
    },
    pause: async (scenario: { id: string; name: string }) => {
      const result = await act("Could not pause the scenario", () =>
        pauseScenario({ organizationId, scenarioId: scenario.id }),
      );
      if (result.ok) toast({ title: `${scenario.name} is paused`, description: "Events are kept, and its runs wait." });
      return result.ok;
    },
    resume: async (scenario: { id: string; name: string }) => {
      const result = await act("Could not resume the scenario", () =>
        resumeScenario({ organizationId, scenarioId: scenario.id }),
      );
      if (result.ok)
        toast({ title: `${scenario.name} goes on`, description: "What waited is worked off.", tone: "ok" });
      return result.ok;
    },
    archive: async (scenario: { id: string; name: string }) => {
      const result = await act("Could not archive the scenario", () =>
        archiveScenario({ organizationId, scenarioId: scenario.id }),
      );
      if (result.ok) {
        toast({
          title: `${scenario.name} is archived`,
          description: "Its versions and runs are kept.",
          action: { label: "Undo", onAction: () => void restore(scenario) },
        });
      }
      return result.ok;
    },
    restore,
  };
}
