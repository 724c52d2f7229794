import { emptyDefinition, validateDefinition } from "@patchbay/core";
import type { CallableScenario, Definition } from "@patchbay/core";
import { manifestCatalog } from "@patchbay/catalog/manifests";
import { useMemo } from "react";
import { createStore, useStore } from "zustand";
import type { StoreApi } from "zustand";
import type {
  ConnectionInfo,
  DraftInfo,
  EditorBackend,
  ListeningInfo,
  RunDetail,
  SampleRow,
  ScenarioInfo,
  WebhookSecurityInfo,
} from "./types.ts";

export interface MemoryState {
  scenario: ScenarioInfo;
  draft: DraftInfo;
  published: string | null;
  runs: RunDetail[];
  samples: SampleRow[];
  listening: ListeningInfo;
  connections: ConnectionInfo[];
  /** Scenarios that nodes may call. */
  callables: CallableScenario[];
  isOnline: boolean;
  /** Payloads with which runs were started. */
  started: string[];
}

export interface MemoryBackend extends EditorBackend {
  /** What the "server" holds, to look at and to change as others would. */
  state: StoreApi<MemoryState>;
}

/** An editor backend in memory, with the real rules for saving and publishing, for tests. */
export function createMemoryBackend(
  definition: Definition = emptyDefinition(),
  patch: Partial<MemoryState> = {},
): MemoryBackend {
  const state = createStore<MemoryState>(() => ({ ...initialState(definition), ...patch }));
  const use = <T>(select: (current: MemoryState) => T): T => useStore(state, select);
  const set = (change: (current: MemoryState) => Partial<MemoryState>) => state.setState(change);
  return {
    organizationId: "org",
    scenarioId: "scenario",
    state,
    useViewerId: () => "viewer",
    useScenario: () => use((current) => current.scenario),
    useDraft: () => use((current) => current.draft),
    usePublishedDefinition: () => use((current) => current.published),
    useRecentRuns: () => use((current) => current.runs),
    useRun: (runId) => use((current) => current.runs.find((run) => run.id === runId) ?? null),
    useSamples: () => use((current) => current.samples),
    useListening: () => use((current) => current.listening),
    useWebhookSecurity: () => noSecurity,
    usePolling: () => null,
    useConnections: () => use((current) => current.connections),
    useCallables: () => use((current) => current.callables),
    useCallableChoices: (search) => {
      const all = use((current) => current.callables);
      return useMemo(
        () =>
          all.flatMap(({ id, name, status }) =>
            name.toLowerCase().includes(search.toLowerCase())
              ? [{ id, name, description: "", enabled: status !== "off" }]
              : [],
          ),
        [all, search],
      );
    },
    useOnline: () => use((current) => current.isOnline),

    async saveDraft({ baseRevision, definition: json }) {
      const { draft } = state.getState();
      if (draft.revision !== baseRevision) return { kind: "conflict", head: draft };
      const revision = baseRevision + 1;
      const updatedAt = Date.now();
      set((current) => ({
        draft: {
          ...current.draft,
          revision,
          definition: json,
          updatedAt,
          differsFromPublished: json !== current.published,
        },
      }));
      return { kind: "ok", revision, updatedAt };
    },
    async publish({ draftRevision }) {
      const { draft, published, scenario } = state.getState();
      if (draft.revision !== draftRevision) return { kind: "conflict", revision: draft.revision };
      const errors = validateDefinition(JSON.parse(draft.definition) as Definition, manifestCatalog).filter(
        ({ severity }) => severity === "error",
      );
      if (errors.length > 0) return { kind: "invalid", issues: errors };
      if (draft.definition === published) return { kind: "unchanged", number: scenario.publishedVersion ?? 0 };
      const number = scenario.nextVersion;
      set((current) => ({
        published: draft.definition,
        scenario: {
          ...current.scenario,
          publishedVersion: number,
          nextVersion: number + 1,
          enabled: current.scenario.publishedVersion === null || current.scenario.enabled,
        },
        draft: { ...current.draft, differsFromPublished: false },
      }));
      return { kind: "ok", number };
    },
    updateScenario: async (changes) => set((current) => ({ scenario: { ...current.scenario, ...changes } })),
    async startRun({ payload }) {
      set((current) => ({ started: [...current.started, payload] }));
      const run = state.getState().runs[0];
      return run
        ? { kind: "ok", runId: run.id }
        : { kind: "invalid", issues: [{ message: "This memory holds no run to show." }] };
    },
    async runNode({ bundles }) {
      set((current) => ({ started: [...current.started, bundles] }));
      const run = state.getState().runs[0];
      return run
        ? { kind: "ok", runId: run.id }
        : { kind: "invalid", issues: [{ message: "This memory holds no run to show." }] };
    },
    cancelRun: async (runId) =>
      set((current) => ({
        runs: current.runs.map((run) => (run.id === runId ? { ...run, state: "cancelled", endedAt: Date.now() } : run)),
      })),
    startListening: async () =>
      set((current) => ({ listening: { ...current.listening, listeningUntil: Date.now() + 600_000 } })),
    stopListening: async () => set((current) => ({ listening: { ...current.listening, listeningUntil: null } })),
    setWebhookSecret: async () => ({ secret: "made-in-memory" }),
    endPreviousWebhookSecret: async () => undefined,
    lookForItems: async () => ({ kind: "ok", found: 0 }),
    pollNow: async () => undefined,
    startPollingAnew: async () => undefined,
    // The integrations' code, which upgrades nodes, is on the server.
    planUpgrades: async () => ({ kind: "ok", reports: [], nodes: [] }),
    async createConnection({ type, name }) {
      const id = `connection-${state.getState().connections.length + 1}`;
      set((current) => ({ connections: [...current.connections, { id, type, name }] }));
      return { id };
    },
  };
}

const noSecurity: WebhookSecurityInfo = { secrets: [], refusals: { countsLastDay: {}, latest: [] } };

function initialState(definition: Definition): MemoryState {
  return {
    scenario: {
      id: "scenario",
      name: "Orders to posts and stock",
      description: "",
      enabled: false,
      publishedVersion: null,
      nextVersion: 1,
      nextRunAt: null,
      webhookUrl: "http://127.0.0.1:3211/hooks/test",
      nodeHighWaterMark: Math.max(0, ...definition.nodes.map((node) => node.id)),
      archivedAt: null,
    },
    draft: {
      revision: 1,
      definition: JSON.stringify(definition),
      updatedAt: Date.now(),
      updatedBy: null,
      baseVersion: null,
      differsFromPublished: true,
    },
    published: null,
    runs: [],
    samples: [],
    listening: { url: "http://127.0.0.1:3211/hooks/test", listeningUntil: null, samples: [] },
    connections: [],
    callables: [],
    isOnline: true,
    started: [],
  };
}
