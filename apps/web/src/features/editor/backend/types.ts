import type { CallableScenario } from "@patchbay/core";
import type { DryRun, RunDetail } from "@/features/runs/runModel.ts";
import type { RunSource } from "@/features/runs/runFacts.ts";

export type { RunDetail, RunSource };

/** What the editor shows about the scenario itself. Times are milliseconds since the epoch throughout. */
export interface ScenarioInfo {
  id: string;
  name: string;
  description: string;
  enabled: boolean;
  publishedVersion: number | null;
  nextVersion: number;
  /** When the published version's schedule strikes next. */
  nextRunAt: number | null;
  webhookUrl: string | null;
  /** The highest node id that was ever saved; ids below it are never given out again. */
  nodeHighWaterMark: number;
  archivedAt: number | null;
}

export interface DraftHead {
  revision: number;
  /** A definition as JSON. */
  definition: string;
  updatedAt: number;
  updatedBy: { name: string } | null;
}

export interface DraftInfo extends DraftHead {
  baseVersion: number | null;
  differsFromPublished: boolean;
}

export type SaveDraftResult =
  | { kind: "ok"; revision: number; updatedAt: number }
  | { kind: "conflict"; head: DraftHead }
  | { kind: "invalid"; issues: { message: string }[] };

export type PublishResult =
  | { kind: "ok"; number: number }
  | { kind: "unchanged"; number: number }
  | { kind: "invalid"; issues: { message: string }[] }
  | { kind: "conflict"; revision: number }
  | { kind: "version_limit" };

export type StartRunResult = { kind: "ok"; runId: string } | { kind: "invalid"; issues: { message: string }[] };

export interface RunSummary {
  id: string;
  state: string;
  source: RunSource;
  startedAt: number;
  endedAt: number | null;
  operationCount: number;
}

export interface SampleRow {
  nodeId: number;
  /** The node's last known output bundle, as JSON. */
  output: string;
}

export interface ListeningInfo {
  url: string;
  listeningUntil: number | null;
  /** Newest first; `bundle` is JSON. */
  samples: { receivedAt: number; bundle: string }[];
}

/** What protects the webhook, and what it kept out lately. */
export interface WebhookSecurityInfo {
  /** The newest first; a replaced one counts until `validUntil`. */
  secrets: { createdAt: number; validUntil: number | null }[];
  refusals: {
    countsLastDay: Record<string, number>;
    latest: { at: number; reason: string; detail: string; method: string; address?: string }[];
  };
}

/** How the published trigger's polls stand. */
export interface PollingInfo {
  state: "stopped" | "off" | "polling" | "failing" | "waiting";
  nextPollAt: number | null;
  lastPolledAt: number | null;
  lastFoundAt: number | null;
  lastFoundCount: number | null;
  failures: number;
  lastError: { kind: string; message: string; at: number } | null;
}

export interface ConnectionInfo {
  id: string;
  /** `"http.bearer"` */
  type: string;
  name: string;
}

/** What upgrading one node would change; see core's `UpgradeReport`. Values of fields are JSON text. */
export interface UpgradeReport {
  nodeId: number;
  from: { type: string; typeVersion: number };
  to: { type: string; typeVersion: number };
  verdict: "ready" | "look" | "refused";
  reasons: string[];
  changes: string[];
  fields: { path: (string | number)[]; before?: string; after?: string }[];
}

/** `nodes`: the nodes afterwards as JSON text, in the order of the reports. */
export type UpgradePlan =
  { kind: "ok"; reports: UpgradeReport[]; nodes: string[] } | { kind: "invalid"; issues: { message: string }[] };

/** A scenario that a node may call, to choose from. */
export interface CallableChoice {
  id: string;
  name: string;
  description: string;
  enabled: boolean;
}

/**
 * Everything the editor reads from and does to the outside world, for one scenario. The members that begin with
 * `use` are hooks: `undefined` means loading, `null` means that there is no such thing (or none that may be seen).
 * There are two implementations: Convex, and memory for tests.
 */
export interface EditorBackend {
  organizationId: string;
  scenarioId: string;
  useViewerId: () => string | null | undefined;
  useScenario: () => ScenarioInfo | null | undefined;
  useDraft: () => DraftInfo | null | undefined;
  /** The definition of the published version as JSON; `null` where nothing is published. */
  usePublishedDefinition: (number: number | null) => string | null | undefined;
  useRecentRuns: () => RunSummary[] | undefined;
  useRun: (runId: string) => RunDetail | null | undefined;
  useSamples: () => SampleRow[] | undefined;
  useListening: () => ListeningInfo | null | undefined;
  useWebhookSecurity: () => WebhookSecurityInfo | null | undefined;
  usePolling: () => PollingInfo | null | undefined;
  useConnections: () => ConnectionInfo[] | undefined;
  /** What is known of scenarios that nodes call; ids of others are left out. */
  useCallables: (ids: readonly string[]) => readonly CallableScenario[] | undefined;
  /** Scenarios that can be called, by a part of their names. */
  useCallableChoices: (search: string) => readonly CallableChoice[] | undefined;
  useOnline: () => boolean;

  saveDraft: (args: { baseRevision: number; definition: string }) => Promise<SaveDraftResult>;
  publish: (args: { label?: string; note?: string; draftRevision: number }) => Promise<PublishResult>;
  updateScenario: (args: { name?: string; description?: string; enabled?: boolean }) => Promise<void>;
  /** Starts a run of the draft as the server holds it. `payload` is JSON and becomes the trigger's body. */
  startRun: (args: { payload: string; dryRun?: DryRun }) => Promise<StartRunResult>;
  /** Executes one node of that draft. `bundles` is a JSON object: what nodes before it have emitted, by their ids. */
  runNode: (args: { nodeId: number; bundles: string }) => Promise<StartRunResult>;
  cancelRun: (runId: string) => Promise<void>;
  startListening: () => Promise<void>;
  stopListening: () => Promise<void>;
  /** Makes a secret for the webhook; the one before counts on for a day. It is told this once. */
  setWebhookSecret: () => Promise<{ secret: string }>;
  endPreviousWebhookSecret: () => Promise<void>;
  /** Polls with the draft's trigger and keeps what it finds as samples. */
  lookForItems: () => Promise<{ kind: "ok"; found: number } | { kind: "failed"; message: string }>;
  pollNow: () => Promise<void>;
  startPollingAnew: () => Promise<void>;
  createConnection: (args: { type: string; name: string; values: Record<string, string> }) => Promise<{ id: string }>;
  /** What upgrading nodes of a definition (JSON text) would come to. Stores nothing. */
  planUpgrades: (args: { definition: string; nodeIds: number[] }) => Promise<UpgradePlan>;
}
