/**
 * Lanes: bundles of one iterator that are processed side by side. Each has a strand of its own on top of the iterator's, with its
 * own pending operation, waits and retries. The rest of the engine knows nothing of them: while a lane goes on, its strand
 * stands in the run's state (`inLane`).
 *
 * A run with lanes ends as if its bundles had been processed one after the other:
 *  - What a lane collects for nodes at or above its iterator is handed over when the lanes before it are done.
 *  - A lane that ends the run (an error that no route takes, `commit`, `rollback`, a stop) stops the lanes after it at once, and the
 *    run ends when those before it are done, unless one of them ends it first.
 *  - A parked lane keeps its place; the others go on, and the run parks when none of them can.
 *  - A write of a stopped lane that is with the host is awaited, so that the log can tell how it ended.
 */
import type { EffectOutcome } from "./events.ts";
import { takeOver } from "./collecting.ts";
import { endUnfinished, judgeAttempt } from "./failures.ts";
import { goOn, nextBundle } from "./flow.ts";
import type { Frame, Lane, Parallel, Pending, Strand } from "./state.ts";
import { begunOf, emitOperation, endRun, isOpen, requireNode, topFrame, type Turn } from "./turn.ts";

/** Lanes that are open at once in a whole run, however its iterators are nested; each iterator has at least one. */
export const MAX_LANES = 40;

/**
 * Lets the iterator's frame, the top one, process up to `limit` bundles at the same time. On an error route it goes on one by one:
 * the directive at the route's end is for what failed before the iterator.
 */
export function startLanes({ state }: Turn, limit: number): void {
  const frame = topFrame(state);
  if (!frame || frame.bundles.length < 2) return;
  if (state.stack.some(({ kind }) => kind === "error" || kind === "caught")) return;
  frame.parallel = { limit: Math.floor(limit), lanes: [] };
}

/** One step of a frame with lanes: goes on with one, or opens one. False when all its bundles are done. */
export function followLanes(turn: Turn, frame: Frame, parallel: Parallel): boolean {
  const lane = parallel.lanes.find(({ phase }) => phase === "ready");
  if (lane) {
    inLane(turn, lane, () => goOn(turn));
    settleLanes(turn, frame, parallel);
    return true;
  }
  if (canOpen(turn, frame, parallel)) {
    openLane(turn, frame, parallel);
    return true;
  }
  delete frame.parallel;
  return false;
}

function canOpen(turn: Turn, frame: Frame, { limit, lanes }: Parallel): boolean {
  if (turn.state.stopped || frame.index >= frame.bundles.length) return false;
  const open = lanes.filter(isOpen).length;
  return open < limit && (open === 0 || turn.openLanes < MAX_LANES);
}

function openLane(turn: Turn, frame: Frame, { lanes }: Parallel): void {
  const { node, kind, path, offset, index, bundles } = frame;
  const first: Frame = {
    node,
    kind,
    bundles: bundles.slice(index, index + 1),
    index: 0,
    offset: offset + index,
    edge: 0,
    taken: false,
    path,
    lane: { total: offset + bundles.length },
  };
  lanes.push({ phase: "ready", stack: [first], at: null, pending: null, broken: null });
  turn.openLanes += 1;
  turn.stepsLeft -= 1;
  nextBundle(frame);
}

/** The lane has nothing left to do. What it collected stays with it until its turn has come. */
export function endLane({ state }: Turn, frame: Frame): void {
  frame.bundles = [];
  frame.index = 0;
  state.phase = "done";
}

/** Lets `work` happen in a lane of the top frame: meanwhile the lane's strand, on top of the stack, stands in the state. */
export function inLane<Result>(turn: Turn, lane: Lane, work: () => Result): Result {
  const { state } = turn;
  const outer = strandOf(state);
  const depth = outer.stack.length;
  const wasOpen = isOpen(lane);
  Object.assign(state, strandOf(lane), { stack: [...outer.stack, ...lane.stack] });
  const result = work();
  Object.assign(lane, strandOf(state), { stack: state.stack.slice(depth) });
  Object.assign(state, outer);
  if (wasOpen && !isOpen(lane)) turn.openLanes -= 1;
  return result;
}

/** All fields of a strand, absent ones as well: what stands in the state must not outlast its lane. */
const strandOf = ({ phase, stack, at, pending, broken, parked, end, returned, stopped }: Strand): Strand => ({
  phase,
  stack,
  at,
  pending,
  broken,
  parked,
  end,
  returned,
  stopped,
});

/** Delivers something to each lane of the top frame that `isFor` chooses; false where none accepts it. */
export function deliverToLanes(
  turn: Turn,
  { isFor, deliver }: { isFor: (lane: Lane) => boolean; deliver: () => boolean },
): boolean {
  const frame = topFrame(turn.state);
  if (!frame?.parallel) return false;
  let accepted = false;
  for (const lane of frame.parallel.lanes) {
    if (isOpen(lane) && isFor(lane) && inLane(turn, lane, deliver)) accepted = true;
  }
  if (accepted) settleLanes(turn, frame, frame.parallel);
  return accepted;
}

/** Draws the consequences of what has happened in lanes: for those after one that ends the run, and for the strand below. */
function settleLanes(turn: Turn, frame: Frame, parallel: Parallel): void {
  const { state } = turn;
  const ending = parallel.lanes.findIndex(({ phase }) => phase === "ended");
  if (ending >= 0) {
    frame.index = frame.bundles.length;
    stopLanes(turn, parallel.lanes.slice(ending + 1));
  }
  parallel.lanes = handOver(turn, parallel.lanes);
  const [first, ...rest] = parallel.lanes;
  if (first?.phase === "ended" && first.end && rest.length === 0) {
    if (first.returned) state.returned = first.returned;
    return endRun(turn, first.end);
  }
  if (state.stopped && !first) return dropStrand(state);
  state.phase = canOpen(turn, frame, parallel) ? "ready" : phaseOf(parallel.lanes);
}

/** What the furthest of the lanes can do; `ready` when there is none left, to go on below them. */
function phaseOf(lanes: readonly Lane[]): Strand["phase"] {
  if (lanes.length === 0) return "ready";
  const phases = ["ready", "performing", "waiting", "parked"] as const;
  return phases.find((phase) => lanes.some((lane) => lane.phase === phase)) ?? "ready";
}

/** Lanes that are done leave: those in front hand over what came of them, others join the done lane before them. */
function handOver(turn: Turn, lanes: readonly Lane[]): Lane[] {
  const kept: Lane[] = [];
  for (const lane of lanes) {
    const collected = lane.stack[0]?.collected;
    const before = kept.at(-1);
    if (lane.phase !== "done") kept.push(lane);
    else if (!before) {
      if (collected) takeOver(turn, collected);
      if (lane.returned) turn.state.returned = lane.returned;
    } else if (before.phase === "done") join(before, lane);
    else if (collected || lane.returned) kept.push(lane);
  }
  return kept;
}

function join(before: Lane, { stack, returned }: Lane): void {
  if (returned) before.returned = returned;
  const collected = stack[0]?.collected ?? {};
  const frame = before.stack[0];
  if (!frame) return;
  frame.collected ??= {};
  for (const [node, items] of Object.entries(collected)) {
    const all = (frame.collected[node] ??= []);
    for (const item of items) all.push(item);
  }
}

function stopLanes(turn: Turn, lanes: readonly Lane[]): void {
  for (const lane of lanes) {
    if (isOpen(lane)) inLane(turn, lane, () => stopLane(turn));
    else dropStrand(lane);
  }
}

/** Stops the lane that stands in the state: nothing of it goes on, and only a write that is with the host is waited for. */
function stopLane(turn: Turn): void {
  const { state } = turn;
  const frame = topFrame(state);
  const { pending } = state;
  if (frame?.parallel) {
    state.stopped = true;
    frame.index = frame.bundles.length;
    stopLanes(turn, frame.parallel.lanes);
    return settleLanes(turn, frame, frame.parallel);
  }
  if (pending?.phase === "performing" && !withdraw(turn, pending)) {
    if (requireNode(turn.plan, pending.node).effect === "write") {
      state.stopped = true;
      return;
    }
    abandon(turn, pending);
  } else if (pending?.phase === "waiting" && pending.reason === "call") abandon(turn, pending);
  if (pending) endUnfinished(turn, isUncertain(pending) ? { ...pending, phase: "unknown" } : pending, STOPPED);
  dropStrand(turn.state);
}

function abandon(turn: Turn, { id, attempt }: Pending): void {
  turn.commands.push({ kind: "abandon", operationId: id, attempt });
}

const STOPPED = "The run ended at an earlier bundle before this operation was done.";

/** Takes back a command that the host has not seen yet. */
function withdraw(turn: Turn, { id }: Pending): boolean {
  const index = turn.commands.findIndex((command) => command.kind === "perform" && command.operationId === id);
  if (index < 0) return false;
  turn.commands.splice(index, 1);
  return true;
}

/** Whether the operation is a write that a person has just allowed again, after a result that was lost. */
const isUncertain = ({ phase, attempts, attempt, firstAttempt }: Pending) =>
  phase === "performing" && attempts.length > 0 && attempt === firstAttempt;

function dropStrand(strand: Strand): void {
  strand.phase = "done";
  strand.stack = [];
  strand.at = null;
  strand.pending = null;
  strand.broken = null;
  delete strand.returned;
}

/** Of an attempt that the host did not make. */
export const notMade: EffectOutcome = {
  ok: false,
  error: { kind: "cancelled", code: "run_cancelled", message: STOPPED, notPerformed: true },
};

/** Ends the awaited write of a stopped lane with what became of it. */
export function endStopped(turn: Turn, pending: Pending, outcome: EffectOutcome): void {
  const operation = begunOf(turn, pending);
  if (outcome.ok) emitOperation(turn, operation, { state: "succeeded", output: outcome.output });
  else {
    const isUnknown = judgeAttempt(turn, pending, outcome.error).kind === "unknown";
    emitOperation(turn, operation, { state: isUnknown ? "unknown" : "failed", error: outcome.error });
  }
  dropStrand(turn.state);
}
