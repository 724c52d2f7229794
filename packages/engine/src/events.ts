import type { Effect, JsonValue, MissingValue, NodeId, OperationError } from "@patchbay/core";

export type EffectOutcome = { ok: true; output: JsonValue } | { ok: false; error: OperationError };

/**
 * What an operation of a dry run did instead of the real thing. `lastOutput`: gave what the node last gave in a real run;
 * `example`: gave the manifest's example; `shape`: gave values made up by the manifest's output schema; `nothing`: nothing is known,
 * it gave an empty bundle; `wait`: did not wait; `response`: answered nobody.
 */
export type Simulated = "lastOutput" | "example" | "shape" | "nothing" | "wait" | "response";

/** What happened outside. An event that does not fit the state (a late result, a second timer) changes nothing. */
export type Event =
  /** The first event of a run: `bundle` is what the trigger emits. */
  | { kind: "start"; bundle: JsonValue; dryRun?: boolean }
  /** Instead of `start`: executes a single node, which sees `bundles` as what the nodes before it have emitted. */
  | { kind: "startNode"; nodeId: NodeId; bundles: ReadonlyMap<NodeId, JsonValue> }
  /** The answer to a `perform` command; `operationId` and `attempt` must be those of what is under way. */
  | {
      kind: "result";
      operationId: number;
      attempt: number;
      startedAtMs: number;
      endedAtMs: number;
      outcome: EffectOutcome;
      /** Of a dry run: it was not performed. */
      simulated?: Simulated;
    }
  /** Whoever performed the attempt is gone, and its result with it. */
  | { kind: "lost"; operationId: number; attempt: number }
  /**
   * What an operation waited for outside of the run has come: the end of the run that it called. Carries the operation and the
   * attempt that it is for; any other is too late.
   */
  | { kind: "resumed"; operationId: number; attempt: number; outcome: EffectOutcome; simulated?: Simulated }
  /** The time of a `wait` has come. Too early, it asks for the rest of the wait. */
  | { kind: "timer" }
  /** Goes on after a pause. */
  | { kind: "continue" }
  /**
   * Goes on from where a parked run stopped; an `unknown` operation is performed again. `by`: whom the host names as having
   * decided so; absent where the run tries again by itself. `changes`: top-level fields of the stopped operation's input that
   * are replaced; they hold until it has ended well. Where several lanes have stopped: all of them, with `changes` the first, and
   * by itself those whose `error.break` says that it is time.
   */
  | { kind: "retry"; by?: string; changes?: Record<string, JsonValue> }
  /** The operation at which a parked run (of several lanes, the first) stopped counts as done, with this output; it is not performed. */
  | { kind: "resolve"; output: JsonValue; by?: string }
  /** The attempt was not made, and does not count: the operation waits, and is then performed. */
  | { kind: "deferred"; operationId: number; attempt: number; untilMs: number; reason: "breaker" }
  /** What was deferred or waits for its retry is performed now, before its time. */
  | { kind: "release" }
  /** The run has reached a limit that the host keeps: it fails with the error, whatever error routes there are. */
  | { kind: "limit"; error: OperationError }
  /**
   * What a Wait node waits for, checked; `operationId` must be that of the operation which waits. `atMs`: when it came, which may be
   * before the run got there, and counts against the end of the wait.
   */
  | { kind: "answer"; operationId: number; answer: Record<string, JsonValue>; atMs: number }
  /** Goes on without an answer, as a person decided. */
  | { kind: "skip"; operationId: number }
  | { kind: "cancel" };

/** Why a run waits: for a time to come, or for somebody to answer, at most until then. */
export type WaitReason = "delay" | "retry" | "breaker" | "event" | "approval";

/** What was decided about an operation at which the run had stopped. */
export interface Decision {
  /** `automatic`: by `error.break`'s own retries. `done`: it counts as performed, with the output that was given. */
  kind: "retried" | "edited" | "done" | "automatic";
  atMs: number;
  /** As the host named them. */
  by?: string;
  /** Of `edited`: the changed fields as they would have been, as far as they could be told. */
  before?: Record<string, JsonValue>;
}

/**
 * What the host has to do. One `advance` may ask for several `perform`, `call` and `abandon`, for one `respond`, and last of all for
 * one of `wait`, `park`, `pause` and `finish`, which say how the run stands.
 */
export type Command =
  | PerformCommand
  | CallCommand
  /** The result of this attempt (a read, an idempotent effect, a call) is not wanted any more: the host may stop it. */
  | { kind: "abandon"; operationId: number; attempt: number }
  /** Send `timer` at `dueMs`, the earliest of all lanes. Attempts may be with the host all the same. */
  | { kind: "wait"; dueMs: number; reason: WaitReason }
  /** The address of a later Wait node was given out: what comes there from now on is the answer to that operation. */
  | { kind: "expect"; nodeId: NodeId; bundlePath: string }
  | AskCommand
  /** The webhook's answer, at most once per run. */
  | { kind: "respond"; response: WebhookResponse }
  /** The run is incomplete: kept with everything to go on; at `retryAtMs`, where given, the host sends `retry`. */
  | { kind: "park"; error: RunError; retryAtMs?: number }
  /** The budget is used up: send `continue`. */
  | { kind: "pause" }
  /** `returned`: what the run gives whoever called it; absent where it reached no `return`. */
  | { kind: "finish"; outcome: "succeeded"; returned?: Record<string, JsonValue> }
  | { kind: "finish"; outcome: "failed"; error: RunError }
  | { kind: "finish"; outcome: "cancelled" };

/** How a run ends. */
export type RunEnd = { outcome: "succeeded" | "cancelled" } | { outcome: "failed"; error: RunError };

/** Perform one attempt at an operation. For a `write`, "started" must be durable before it is performed. */
export interface PerformCommand {
  kind: "perform";
  /** The operation's number within its run; the result carries it. */
  operationId: number;
  /** Node and bundle path name the operation within its run: see `operationKey`. */
  nodeId: NodeId;
  bundlePath: string;
  type: string;
  typeVersion: number;
  input: Record<string, JsonValue>;
  connectionId?: string;
  effect: Exclude<Effect, "pure">;
  attempt: number;
  timeoutMs: number;
  /** What the node wants when its connection's circuit breaker is open; it waits where absent. */
  whenUnavailable?: "fail";
}

/**
 * Start a run of another scenario, exactly once for each operation and attempt, in the transaction that stores the state. The
 * event `resumed` answers: with the outputs once that run has ended, or, in mode `start`, as soon as it is stored.
 */
export interface CallCommand {
  kind: "call";
  operationId: number;
  nodeId: NodeId;
  bundlePath: string;
  attempt: number;
  scenarioId: string;
  inputs: Record<string, JsonValue>;
  mode: "wait" | "start";
}

/**
 * A Wait node was reached and asks for its answer until `dueMs`. One that has already come is to be handed in at once, in the
 * transaction that stores the state.
 */
export interface AskCommand {
  kind: "ask";
  operationId: number;
  nodeId: NodeId;
  bundlePath: string;
  dueMs: number;
  /** The checked input of the node. */
  input: Record<string, JsonValue>;
}

export interface WebhookResponse {
  status: number;
  headers: { name: string; value: string }[];
  body: JsonValue;
}

/** An operation's error with the place where it happened. */
export interface RunError extends OperationError {
  nodeId?: NodeId;
  bundlePath?: string;
}

export interface AttemptRecord {
  number: number;
  startedAt: number;
  durationMs: number;
  error?: OperationError;
}

export type OperationState = "running" | "succeeded" | "failed" | "waiting" | "unknown" | "skipped" | "handled";

/** One execution of one node on one bundle. Finished ones leave the engine and are never changed. */
export interface OperationRecord {
  /** 1, 2, 3 ... in the order in which the run's operations began. */
  id: number;
  nodeId: NodeId;
  /** Which bundle of each iterating node above it worked on: `"1"`, `"1.3"`. */
  bundlePath: string;
  /** `handled`: failed, and the node's error route took it. `skipped`: the node is disabled. */
  state: OperationState;
  /** The evaluated config. */
  input: JsonValue;
  output: JsonValue;
  error: OperationError | null;
  attempts: AttemptRecord[];
  startedAt: number;
  durationMs: number;
  /** Values of the config that were empty, and why. */
  missing?: MissingValue[];
  /** What persons decided about it while the run was incomplete. */
  decisions?: Decision[];
  /** In a dry run: it was not performed, and why there is an output all the same. */
  simulated?: Simulated;
}
