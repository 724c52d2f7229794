import type { JsonValue, MissingValue, NodeId, OperationError } from "@patchbay/core";
import type { AttemptRecord, Decision, RunEnd, RunError, Simulated, WaitReason } from "./events.ts";

/**
 * A node on the current path, with what it emitted. The environment at a node is exactly the current bundles of the
 * frames on the stack.
 */
export interface Frame {
  node: NodeId;
  /**
   * What `bundles` are: the one bundle that the run was started with; ready bundles; an iterator's bare items, wrapped when
   * they are read; the error of a failed node whose error route runs; the error that the scenario's catch-all route handles,
   * which is read together with the run's event; or the one empty bundle of a disabled node.
   */
  kind: "event" | "bundles" | "items" | "error" | "caught" | "skipped";
  /** Bundles not yet finished; earlier ones are dropped now and then, and `offset` counts them. */
  bundles: JsonValue[];
  /** Position of the current bundle in `bundles`. */
  index: number;
  offset: number;
  /** The next edge to try for the current bundle. */
  edge: number;
  /** Whether an edge took the current bundle. */
  taken: boolean;
  /** Bundle path of the operation that emitted this. */
  path: string;
  /** What aggregators have collected of this node's bundles so far, by aggregator. */
  collected?: Record<string, JsonValue[]>;
  /** The operations below are named by the number of the bundle, as those below an iterator are. */
  numbered?: true;
  /** Aggregators that emit after this frame. */
  after?: Collection[];
  /** Of an error frame: the attempts that the failed operation made. */
  attempts?: number;
  /** Of an iterator that processes several of its bundles side by side. `index` is then the next bundle to open a lane for. */
  parallel?: Parallel;
  /** Marks the first frame of a lane: it has one of its iterator's `total` bundles, and `collected` is the whole lane's. */
  lane?: { total: number };
}

/** The bundles of an iterator that are on their way side by side. */
export interface Parallel {
  /** How many lanes may be open at once. */
  limit: number;
  /** In the order of their bundles. */
  lanes: Lane[];
}

/** What an aggregator collected, and the bundle path of the source whose bundles it collected. */
export interface Collection {
  node: NodeId;
  path: string;
  items: JsonValue[];
}

/** The operation that is under way; at most one in each strand. It stands above the top frame. */
export interface Pending {
  id: number;
  node: NodeId;
  path: string;
  /** `performing`: its attempt is with the host. `waiting`: until `dueMs`, or for the run that it called. `unknown`: a write without a result. */
  phase: "performing" | "waiting" | "unknown";
  dueMs?: number;
  reason?: WaitReason | "call";
  /** The latest attempt's number; results of others are ignored. */
  attempt: number;
  /** The first attempt that counts against the node's policy: what came before a person's retry does not. */
  firstAttempt: number;
  /** When the attempt was handed to the host. */
  attemptAt: number;
  /** Attempts whose results were lost; they count against a limit of their own. */
  lost: number;
  input: Record<string, JsonValue>;
  attempts: AttemptRecord[];
  startedAt: number;
  error?: OperationError;
  missing?: MissingValue[];
  decisions?: Decision[];
  simulated?: Simulated;
}

/** What is remembered of an operation that `error.break` stopped, for when it is performed again. */
export interface Broken {
  node: NodeId;
  path: string;
  /** Attempts made so far: numbers and idempotency go on from there. */
  attempts: number;
  /** How often it was broken off. */
  breaks: number;
  /** Fields of its input that a person has replaced. */
  changes?: Record<string, JsonValue>;
  /** What was decided about it since it was broken off; the next operation takes them over. */
  decisions?: Decision[];
}

/**
 * A path of bundles that is followed depth first: the run's own, or a lane's. Where its top frame has lanes, they go on and it
 * waits for them: then `phase` says what the furthest of them can do, and `pending` is null.
 *
 * `phase`: `new` before the run's first event; `ready` to go on at once; `performing`, `waiting`: see `pending`; `parked`: until
 * someone retries; `done`: a lane without anything left to do; `ended`: the run is to end here, see `end`.
 */
export interface Strand {
  phase: "new" | "ready" | "performing" | "waiting" | "parked" | "done" | "ended";
  stack: Frame[];
  /** The node to enter next; null to go on with the top frame. */
  at: NodeId | null;
  pending: Pending | null;
  broken: Broken | null;
  /** While parked: why, and when it tries again by itself. Absent in states of earlier releases. */
  parked?: { error: RunError; retryAtMs?: number };
  /** How the run is to end. A lane's end comes into force when the lanes before it are done. */
  end?: RunEnd;
  /** What the latest `return` gave, for whoever called the run. */
  returned?: Record<string, JsonValue>;
  /** A lane whose work is not wanted any more: it only waits for the results of writes that are with the host. */
  stopped?: true;
}

/** One bundle of a parallel iterator on its way: a strand on top of the iterator's. Its first frame is marked as `lane`. */
export type Lane = Strand;

/** Where a run stands. Plain JSON. */
export interface RunState extends Strand {
  format: 1;
  operationCount: number;
  lastOperationId: number;
  /** Decides, with node and bundle path, what formulas draw by chance. Drawn when the run starts; not to be guessed. */
  seed: string;
  /** The host's key that the addresses of this run's Wait nodes are made with, once one was made. */
  addressKey?: string;
  responded: boolean;
  /** When the run has lived too long. Moves on by the time in which it is parked. Absent in states of earlier releases. */
  deadlineMs?: number;
  /** Since when the run is parked. */
  parkedAtMs?: number;
  /** Present in a dry run: nothing outside is changed. The host simulates effects; delays and answers are skipped here. */
  dryRun?: true;
  /** Only this node is executed, on bundles that were given; whatever comes of it ends the run. */
  only?: NodeId;
  /** How often each edge was `[seen, passed]`, by its position in the definition. */
  edges: Record<string, [seen: number, passed: number]>;
}

/** A run before its first event. */
export function createState(): RunState {
  return {
    format: 1,
    phase: "new",
    stack: [],
    at: null,
    pending: null,
    broken: null,
    operationCount: 0,
    lastOperationId: 0,
    seed: "",
    responded: false,
    edges: {},
  };
}

/**
 * A copy that `advance` may change. Frames and counters are copied, values are shared: they are never changed, only replaced.
 * Costs time in proportion to what is on the stacks.
 */
export function copyState(state: RunState): RunState {
  return {
    ...copyStrand(state),
    edges: Object.fromEntries(Object.entries(state.edges).map(([key, [seen, passed]]) => [key, [seen, passed]])),
  };
}

function copyStrand<Of extends Strand>(strand: Of): Of {
  const { pending } = strand;
  return {
    ...strand,
    stack: strand.stack.map(copyFrame),
    pending: pending && { ...pending, attempts: [...pending.attempts] },
  };
}

function copyFrame(frame: Frame): Frame {
  const { collected, parallel } = frame;
  if (!collected && !parallel) return { ...frame };
  const copy = { ...frame };
  if (collected)
    copy.collected = Object.fromEntries(Object.entries(collected).map(([node, items]) => [node, [...items]]));
  if (parallel) copy.parallel = { limit: parallel.limit, lanes: parallel.lanes.map(copyStrand) };
  return copy;
}

/** JSON text of the state without the run's event, which the host keeps once, apart. */
export function packState(state: RunState): string {
  const [event, ...rest] = state.stack;
  if (event?.kind !== "event") return JSON.stringify(state);
  return JSON.stringify({ ...state, stack: [{ ...event, bundles: [] }, ...rest] });
}

/** The inverse of `packState`; `getEvent` gives the bundle that the run was started with. */
export function unpackState(text: string, getEvent: () => JsonValue): RunState {
  const state = JSON.parse(text) as RunState;
  const [event] = state.stack;
  if (event?.kind === "event") event.bundles = [getEvent()];
  return state;
}

/** `run:node:bundlePath`: the same for every attempt at an operation, and for no other operation of any run. */
export function operationKey(runId: string, operation: { nodeId: NodeId; bundlePath: string }): string {
  return `${runId}:${operation.nodeId}:${operation.bundlePath}`;
}
