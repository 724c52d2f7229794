import type { JsonLike } from "@patchbay/ui";
import type { Definition, OperationError } from "@patchbay/core";
import type { RunSource, RunTrigger } from "./runFacts.ts";

/** One attempt of an operation. `durationMs` is null while it lasts. */
export interface Attempt {
  number: number;
  startedAt: number;
  durationMs: number | null;
  error?: OperationError | null;
}

export type OperationState = "running" | "succeeded" | "failed" | "waiting" | "unknown" | "skipped" | "handled";

/** One execution of one node on one bundle, its JSON parsed. Undefined input or output: none was kept. */
export interface Operation {
  id: string;
  nodeId: number;
  bundlePath: string;
  state: OperationState;
  attempts: Attempt[];
  input: JsonLike | undefined;
  output: JsonLike | undefined;
  error: OperationError | null;
  startedAt: number;
  durationMs: number | null;
  missing: { field: (string | number)[]; reference: string; reason: string }[];
  /** Of a dry run: not performed, and where its output is from. */
  simulated?: "lastOutput" | "example" | "shape" | "nothing" | "wait" | "response";
  /** What was decided about it while the run was incomplete. */
  decisions?: Decision[];
}

/** `automatic`: by the run's own retries. `done`: it counts as performed, with an output that somebody gave. */
export interface Decision {
  kind: "retried" | "edited" | "done" | "automatic";
  atMs: number;
  by?: string;
  /** The edited fields as they would have been. */
  before: JsonLike | undefined;
}

/** Another run that repeats this one, or that this one repeats. */
export interface RunLink {
  runId: string;
  kind: "replayed" | "restarted";
  state: string;
  at: number;
  by: { name: string };
}

/** Whether a dry run performs what only reads outside. */
export type DryRun = "performReads" | "simulateReads";

export interface RunDetail {
  id: string;
  scenarioId: string;
  state: string;
  source: RunSource;
  trigger: RunTrigger;
  startedAt: number;
  endedAt: number | null;
  operationCount: number;
  dryRun?: DryRun;
  /** Somebody keeps it, whatever its age. */
  keptAt?: number;
  /** Its data was deleted, or never kept. */
  dataDeletedAt?: number;
  /** The one node that was executed. */
  onlyNode?: number;
  error: string | null;
  /** What ended or stopped the run, where something did. */
  failure: { kind: string; code: string; nodeId?: number; bundlePath?: string } | null;
  waitingUntil: number | null;
  waitReason: string | null;
  /** Names this stop of the run, for decisions about it. */
  generation: number;
  /** Where an incomplete run stopped, and at how many bundles besides that were processed at the same time. */
  stopped: { nodeId: number; bundlePath: string; reason: "unknown" | "broken"; breaks: number; others?: number } | null;
  /** Of a run that waits for its turn: how many wait before it. */
  ahead: number | null;
  /** Of a run that waits for a connection. */
  breaker: { connectionName: string; failures: number; message: string; nextTryAt: number | null } | null;
  links: { from: RunLink | null; to: RunLink[] };
  definition: Definition;
  payload: JsonLike | undefined;
  operations: Operation[];
  /** The log is longer than what is shown. */
  operationsCut: boolean;
  edgesTaken: { from: number; to: number; kind: "next" | "error"; passed: number; seen: number }[];
}

/** JSON text as a value; undefined where there is none or where it cannot be read. */
export function readJson(text: string | null | undefined): JsonLike | undefined {
  if (text === null || text === undefined || text === "") return undefined;
  try {
    return JSON.parse(text) as JsonLike;
  } catch {
    return undefined;
  }
}

/** What the backend sends in place of a value that is too large to look at. */
export interface CutValue {
  characters: number;
  start: string;
}

export function readCut(value: JsonLike): CutValue | null {
  if (value === null || typeof value !== "object" || Array.isArray(value)) return null;
  const { _cut, characters, start } = value as Record<string, JsonLike>;
  return _cut === true && typeof characters === "number" && typeof start === "string" ? { characters, start } : null;
}

/** The operations of one node in the order in which they began. */
export function operationsOf(operations: readonly Operation[], nodeId: number): Operation[] {
  return operations
    .filter((operation) => operation.nodeId === nodeId)
    .toSorted((a, b) => a.startedAt - b.startedAt || compareBundlePaths(a.bundlePath, b.bundlePath));
}

/** `1.2` before `1.10`. */
export function compareBundlePaths(a: string, b: string): number {
  const left = a.split(".").map(Number);
  const right = b.split(".").map(Number);
  for (let index = 0; index < Math.max(left.length, right.length); index++) {
    const difference = (left[index] ?? -1) - (right[index] ?? -1);
    if (difference !== 0) return difference;
  }
  return 0;
}

/** How an operation's state is told to people: what a person stopped has not failed. */
export function shownState(operation: Pick<Operation, "state" | "error">): string {
  return operation.state === "failed" && operation.error?.kind === "cancelled" ? "cancelled" : operation.state;
}

const wentWrong = (operation: Operation) => ["failed", "unknown"].includes(shownState(operation));

/** The operation that deserves the first look: the newest that went wrong, else the one at work, else none. */
export function telling(operations: readonly Operation[]): Operation | undefined {
  return operations.findLast(wentWrong) ?? operations.findLast((operation) => operation.state === "running");
}
