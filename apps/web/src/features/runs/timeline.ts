import { formatDuration } from "@patchbay/ui";
import { shownState, type Operation } from "./runModel.ts";

/** One coloured stretch of an operation's bar, in milliseconds after the run's start. */
export interface Segment {
  fromMs: number;
  toMs: number;
  tone: "done" | "failed" | "waiting" | "running";
}

export interface Bar {
  operation: Operation;
  /** Which of the lane's rows, from 0. */
  row: number;
  segments: Segment[];
  fromMs: number;
  toMs: number;
}

export interface Lane {
  nodeId: number;
  bars: Bar[];
  /** Rows that the bars take, at least 1 and at most `MAX_ROWS`. */
  rows: number;
  operationCount: number;
  /** Bars left out because the lane has more than `MAX_BARS`. */
  hidden: number;
  /** When the lane's last bar ends. */
  endMs: number;
}

export const MAX_ROWS = 4;
export const MAX_BARS = 200;

export interface TimelineInput {
  operations: readonly Operation[];
  /** The run's start; times before it count as 0. */
  originMs: number;
  /** The run's end, or now while it is live. */
  endMs: number;
  /** Nodes whose own work is waiting (a delay): their bars are hatched. */
  isWaitingNode: (nodeId: number) => boolean;
}

/** Lanes by node, in the order in which the nodes first did something. */
export function buildLanes({ operations, originMs, endMs, isWaitingNode }: TimelineInput): Lane[] {
  const byNode = new Map<number, Operation[]>();
  for (const operation of operations.toSorted((a, b) => a.startedAt - b.startedAt)) {
    const list = byNode.get(operation.nodeId);
    if (list) list.push(operation);
    else byNode.set(operation.nodeId, [operation]);
  }
  const span = Math.max(0, endMs - originMs);
  return [...byNode].map(([nodeId, list]) => {
    const shown = list.slice(0, MAX_BARS);
    const bars = placeRows(shown.map((operation) => barOf(operation, originMs, span, isWaitingNode(nodeId))));
    return {
      nodeId,
      bars,
      rows: Math.max(1, ...bars.map((bar) => bar.row + 1)),
      operationCount: list.length,
      hidden: list.length - shown.length,
      endMs: Math.max(...bars.map((bar) => bar.toMs)),
    };
  });
}

function barOf(operation: Operation, originMs: number, span: number, waits: boolean): Omit<Bar, "row"> {
  const at = (ms: number) => Math.min(span, Math.max(0, ms - originMs));
  const live = operation.durationMs === null;
  const fromMs = at(operation.startedAt);
  const toMs = live ? span : at(operation.startedAt + (operation.durationMs ?? 0));
  const segments = waits ? [] : attemptSegments(operation, at, span);
  const tone = waits || operation.state === "waiting" ? "waiting" : toneOf(operation, live);
  return {
    operation,
    fromMs,
    toMs,
    segments: segments.length > 0 ? segments : [{ fromMs, toMs, tone }],
  };
}

function toneOf(operation: Operation, live: boolean): Segment["tone"] {
  if (live) return "running";
  return ["failed", "unknown"].includes(shownState(operation)) ? "failed" : "done";
}

/** Each attempt a stretch, and the pauses between them hatched. */
function attemptSegments(operation: Operation, at: (ms: number) => number, span: number): Segment[] {
  const segments: Segment[] = [];
  for (const attempt of operation.attempts) {
    const fromMs = at(attempt.startedAt);
    const toMs = attempt.durationMs === null ? span : at(attempt.startedAt + attempt.durationMs);
    const before = segments.at(-1);
    if (before && fromMs > before.toMs) segments.push({ fromMs: before.toMs, toMs: fromMs, tone: "waiting" });
    const tone = attempt.error ? "failed" : attempt.durationMs === null ? "running" : "done";
    segments.push({ fromMs, toMs, tone });
  }
  const last = segments.at(-1);
  if (last && operation.state === "waiting" && last.toMs < span) {
    segments.push({ fromMs: last.toMs, toMs: span, tone: "waiting" });
  }
  return segments;
}

/** The first row that is free when a bar begins; when all are taken, the last row is shared. */
function placeRows(bars: readonly Omit<Bar, "row">[]): Bar[] {
  const freeFrom: number[] = [];
  return bars.map((bar) => {
    let row = freeFrom.findIndex((ms) => ms <= bar.fromMs);
    if (row < 0) row = Math.min(freeFrom.length, MAX_ROWS - 1);
    freeFrom[row] = Math.max(freeFrom[row] ?? 0, bar.toMs, bar.fromMs + 1);
    return { ...bar, row };
  });
}

const STEPS = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, 2_000, 5_000, 10_000, 15_000, 30_000];
const MINUTE = 60_000;

/** Round instants from 0 on for the ruler, at most `count` + 1 of them, the last at or before the span's end. */
export function ticks(spanMs: number, count: number): number[] {
  const wanted = spanMs / count;
  const step =
    STEPS.find((each) => each >= wanted) ??
    [1, 2, 5, 10, 30, 60, 120, 360, 720, 1_440].map((minutes) => minutes * MINUTE).find((each) => each >= wanted) ??
    Math.ceil(wanted / (1_440 * MINUTE)) * 1_440 * MINUTE;
  return Array.from({ length: Math.floor(spanMs / step) + 1 }, (_, index) => index * step);
}

/** A tick's time, without the zeros that a length of time would have: `0`, `500 ms`, `5 min`, `2 h`. */
export function tickLabel(ms: number): string {
  if (ms === 0) return "0";
  if (ms % 3_600_000 === 0) return `${ms / 3_600_000} h`;
  return ms % 60_000 === 0 && ms < 3_600_000 ? `${ms / 60_000} min` : formatDuration(ms);
}
