"use client";

import { api } from "@convex/api";
import type { Id } from "@convex/dataModel";
import type { CallableScenario } from "@patchbay/core";
import { useAction, useConvex, useConvexConnectionState, useMutation, useQuery } from "convex/react";
import { useMemo } from "react";
import { useRun } from "@/features/runs/useRun.ts";
import { createTriggerWrites, useTriggerWrites, type TriggerWrites } from "./triggerWrites.ts";
import type { EditorBackend } from "./types.ts";

const RECENT_RUNS = 15;
/** The same list every time: what depends on it is worked out once. */
const NONE: readonly CallableScenario[] = [];

type Scope = { organizationId: Id<"organizations">; scenarioId: string };

/** The editor's backend on the Convex deployment. The object stays the same for the same scenario. */
export function useConvexBackend(organizationId: Id<"organizations">, scenarioId: string): EditorBackend {
  const writes = useWrites();
  const triggerWrites = useTriggerWrites();
  return useMemo<EditorBackend>(() => {
    const scope = { organizationId, scenarioId };
    return {
      ...scope,
      ...createReads(scope),
      ...createWrites(scope, writes),
      ...createTriggerWrites(scope, triggerWrites),
    };
  }, [organizationId, scenarioId, writes, triggerWrites]);
}

function useWrites() {
  const saveDraft = useMutation(api.drafts.mutations.saveDraft);
  const publish = useMutation(api.versions.mutations.publish);
  const updateScenario = useMutation(api.scenarios.mutations.updateScenario);
  const startRun = useMutation(api.runs.mutations.startRun);
  const runNode = useMutation(api.runs.mutations.runNode);
  const cancelRun = useMutation(api.runs.mutations.cancelRun);
  const startListening = useMutation(api.webhooks.mutations.startListening);
  const stopListening = useMutation(api.webhooks.mutations.stopListening);
  const createConnection = useAction(api.connections.actions.createConnection);
  const convex = useConvex();
  return useMemo(
    () => ({
      saveDraft,
      publish,
      updateScenario,
      startRun,
      runNode,
      cancelRun,
      startListening,
      stopListening,
      createConnection,
      convex,
    }),
    [
      saveDraft,
      publish,
      updateScenario,
      startRun,
      runNode,
      cancelRun,
      startListening,
      stopListening,
      createConnection,
      convex,
    ],
  );
}

type Writes = Omit<EditorBackend, keyof Scope | `use${string}` | keyof TriggerWrites>;

function createWrites(scope: Scope, calls: ReturnType<typeof useWrites>): Writes {
  const { organizationId } = scope;
  return {
    saveDraft: (args) => calls.saveDraft({ ...scope, ...args }),
    publish: (args) => calls.publish({ ...scope, ...args }),
    updateScenario: async (args) => void (await calls.updateScenario({ ...scope, ...args })),
    startRun: (args) => calls.startRun({ ...scope, source: { kind: "draft" }, ...args }),
    runNode: (args) => calls.runNode({ ...scope, ...args }),
    cancelRun: async (runId) => void (await calls.cancelRun({ organizationId, runId })),
    startListening: async () => void (await calls.startListening(scope)),
    stopListening: async () => void (await calls.stopListening(scope)),
    planUpgrades: (args) => calls.convex.query(api.upgrades.queries.planUpgrades, { ...scope, ...args }),
    createConnection: (args) => calls.createConnection({ organizationId, ...args }),
  };
}

type Reads = Pick<EditorBackend, keyof EditorBackend & `use${string}`>;

/** Hooks, made once per scenario. Their order within a component is the caller's, as with any hook. */
function createReads(scope: Scope): Reads {
  const { organizationId } = scope;
  return {
    useViewerId: () => {
      const viewer = useQuery(api.organizations.queries.getViewer, {});
      return viewer ? viewer.user.id : viewer;
    },
    useScenario: () => useQuery(api.scenarios.queries.getScenario, scope),
    useDraft: () => useQuery(api.drafts.queries.getDraft, scope),
    usePublishedDefinition: (number) => {
      const version = useQuery(api.versions.queries.getVersion, number === null ? "skip" : { ...scope, number });
      return number === null ? null : version ? version.definition : version;
    },
    useRecentRuns: () =>
      useQuery(api.runs.queries.listRuns, { ...scope, paginationOpts: { numItems: RECENT_RUNS, cursor: null } })?.page,
    useRun,
    useSamples: () => useQuery(api.runs.queries.getSamples, scope),
    useListening: () => useQuery(api.webhooks.queries.getListening, scope),
    useWebhookSecurity: () => useQuery(api.webhooks.queries.getSecurity, scope),
    usePolling: () => useQuery(api.polling.queries.getPolling, scope),
    useConnections: () => useQuery(api.connections.queries.listConnections, { organizationId }),
    useCallables: (ids) => {
      const found = useQuery(
        api.scenarios.queries.getCallables,
        ids.length === 0 ? "skip" : { ...scope, ids: [...ids] },
      );
      return ids.length === 0 ? NONE : found;
    },
    useCallableChoices: (search) => useQuery(api.scenarios.queries.searchCallables, { organizationId, search }),
    useOnline: () => useConvexConnectionState().isWebSocketConnected,
  };
}
