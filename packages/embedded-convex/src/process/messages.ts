import type { JsonWebKey } from "node:crypto";
import type { TransferOperations } from "../data/messages.ts";
import type { NamedIndex } from "../deploy/activationDiff.ts";
import type { Manifest, StoredModule } from "../deploy/manifest.ts";
import type { SchemaStatus } from "../deploy/schemaRollout.ts";
import type { FunctionCall } from "../functions/invoke.ts";
import type { RequestInfo } from "../functions/request.ts";
import type { CallFailure, CallResult } from "../functions/results.ts";
import type { FileLocation, NewFile } from "../functions/storedFiles.ts";
import type { JobLane } from "../scheduler/jobs.ts";
import type { VectorRequest } from "../search/vectorQuery.ts";
import type { TableNumber } from "../store/catalog.ts";
import type { LiveChanges, LiveRequest } from "../sync/liveQueries.ts";

/**
 * What the threads say to each other. Everything is plain data (values as Convex JSON text), so that it can cross a thread, and
 * each group of operations is an interface that an object in the same thread could also implement.
 */

export interface MutationCall extends FunctionCall {
  /** Deduplicates resent mutations of a WebSocket session. */
  sessionRequest: { session: string; request: number } | null;
}

export interface ScheduleCall {
  component: string;
  /** A function handle. */
  target: string;
  path: string;
  /** One object as Convex JSON text. */
  args: string;
  dueMs: number;
  lane: JobLane;
  /** The scheduled function that asks, if it is one. */
  parent: string | null;
}

/** What any thread may ask of the transactor. */
export interface TransactorOperations {
  query(call: FunctionCall): Promise<CallResult>;
  mutation(call: MutationCall): Promise<CallResult>;
  /** A `_system/...` read of an administrator. */
  systemQuery(call: { component: string; path: string; args: string }): Promise<CallResult>;
  schedule(call: ScheduleCall): Promise<string>;
  cancelJob(call: { component: string; id: string }): Promise<null>;
  /** The best documents of a vector index as Convex JSON text. */
  vectorSearch(call: { component: string; query: VectorRequest }): Promise<string>;
  storageAdd(call: { component: string; file: NewFile }): Promise<string>;
  storageRemove(call: { component: string; storageId: string }): Promise<null>;
  storageUrlPath(call: { component: string; storageId: string }): Promise<string | null>;
  storageMetadata(call: { component: string; storageId: string }): Promise<string>;
  storageLocate(call: { component: string; storageId: string } | { uuid: string }): Promise<FileLocation | null>;
}

/** What only the main thread asks of the transactor. */
export interface TransactorControl extends TransactorOperations, TransferOperations {
  /** Everything the main thread must know to serve. */
  describe(): Promise<DeploymentState>;
  subscribe(call: {
    subscription: number;
    session: string;
    request: LiveRequest;
  }): Promise<{ live: number; ts: string }>;
  unsubscribe(call: { subscriptions: number[] }): Promise<null>;
  /** Runs all live queries of these sessions that are out of date. */
  catchUp(call: { sessions: string[] }): Promise<null>;
  /** A client has seen this timestamp; answers with the newest one. */
  observeTs(call: { ts: string | null }): Promise<string>;
  actionJobFinished(call: { jobId: string; error: string | null }): Promise<null>;
  knownFiles(): Promise<string[]>;
  modules(call: { hashes: string[] }): Promise<StoredModule[]>;
  /** Runs a query of an administrator that is no function of the deployed code. */
  inlineQuery(call: { call: FunctionCall; module: StoredModule }): Promise<CallResult>;
  prepareSchema(call: { manifest: Manifest; modules: StoredModule[] }): Promise<null>;
  schemaStatus(): Promise<SchemaStatus>;
  evaluateSchema(call: { manifest: Manifest }): Promise<unknown>;
  activate(call: { manifest: Manifest; modules: StoredModule[] }): Promise<ActivationDiff>;
  setEnvironment(call: { changes: { name: string; value: string | null }[] }): Promise<null>;
  /** `auth.config.ts` may read the environment: its new result after a change. */
  setAuthProviders(call: { providers: Manifest["authProviders"] }): Promise<null>;
  close(): Promise<null>;
}

/** What the transactor tells the main thread. */
export interface TransactorEvents {
  /** After every commit and every refresh, behind the answers of the mutations in it. */
  sync(event: {
    ts: string;
    changes: LiveChanges;
    /** Live queries that are out of date at `ts`, since they are run a little later. */
    putOff: number[];
  }): void;
  /** The last subscriber has left. */
  liveDropped(event: { live: number }): void;
  runAction(event: { jobId: string; target: string; args: string; isCronRun: boolean }): void;
  tablesChanged(event: { tables: TableNumber[] }): void;
  deleteFiles(event: { files: string[] }): void;
  log(event: LogEntry): void;
}

/** What the transactor, or the main thread, asks of an action worker. */
export interface ActionOperations {
  load(call: { state: DeploymentState; modules: StoredModule[] }): Promise<null>;
  /** Only environment variables have changed since. */
  environment(call: { state: DeploymentState }): Promise<null>;
  action(call: NumberedCall<FunctionCall>): Promise<CallResult>;
  http(call: NumberedCall<HttpCall>): Promise<HttpAnswer>;
  /** Changes what functions may reach besides the public internet. */
  outbound(call: { add: { hostPort: string; ttlMs: number | null }[]; remove: string[] }): Promise<null>;
  cancelStream(call: { stream: number }): Promise<null>;
  analyze(call: { manifest: Manifest; modules: StoredModule[]; env: Record<string, string> }): Promise<Manifest>;
  /** The result of `auth.config.ts` after a change of the environment. */
  authProviders(call: Parameters<ActionOperations["analyze"]>[0]): Promise<Manifest["authProviders"]>;
  tables(call: { tables: TableNumber[] }): Promise<null>;
  ping(): Promise<null>;
}

/** A call of a worker, numbered in the order of sending. */
export interface NumberedCall<Call> {
  number: number;
  call: Call;
}

/** A request for an HTTP action. Bodies within the limit cross as a whole. */
export interface HttpCall {
  method: string;
  url: string;
  headers: [string, string][];
  body: Uint8Array | null;
  identity: string | null;
  request: RequestInfo;
}

/**
 * The answer of an HTTP action. A streamed body follows in `httpChunk` events under `stream`. With `failure` the handler has
 * thrown, and what its caller is told is left to the main thread.
 */
export interface HttpAnswer {
  status: number;
  headers: [string, string][];
  body: Uint8Array | null;
  stream: number | null;
  failure?: CallFailure;
}

/** What an action worker tells the main thread. */
export interface ActionEvents {
  httpChunk(event: { stream: number; chunk: Uint8Array | null; error: string | null }): void;
  log(event: LogEntry): void;
}

/** The state of the deployment that other threads keep a copy of. */
export interface DeploymentState {
  manifest: Manifest;
  /** Names and values that functions see, including the address variables. */
  env: Record<string, string>;
  /** Variables that are stored (not from the environment file). */
  storedEnv: Record<string, string>;
  cloudUrl: string;
  siteUrl: string;
  tables: TableNumber[];
  /** Base64 of the secret that signs upload URLs. */
  uploadSecret: string;
  /** What verifies the tokens that mutations sign. */
  publicKeys: { keys: JsonWebKey[] };
}

/** What a push has changed, for the CLI. */
export interface ActivationDiff {
  addedModules: string[];
  removedModules: string[];
  addedIndexes: NamedIndex[];
  removedIndexes: NamedIndex[];
  crons: { added: string[]; updated: string[]; deleted: string[] };
}

/** One execution that has something to report, in the shape of `stream_function_logs`. */
export interface LogEntry {
  kind: "Completion";
  identifier: string;
  udfType: "Query" | "Mutation" | "Action" | "HttpAction";
  logLines: string[];
  /** Seconds since 1970. */
  timestamp: number;
  /** Seconds. */
  executionTime: number;
  error: string | null;
  requestId: string;
  success: null;
}
