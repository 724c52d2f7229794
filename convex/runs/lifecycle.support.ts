/**
 * A small reference model of what becomes of runs: no engine, no queue, only what a person is promised. The scenario it stands
 * for calls a service once, waits ten seconds and says which content it was made from; the event decides what the service does.
 */
import type { Doc } from "../_generated/dataModel.d.ts";

/**
 * What the service does for a run. `lost`: the connection breaks after the request was sent; `busy`: it asks to come again in four
 * seconds; `broken`: it refuses, and an error route breaks the run off, with two retries of its own.
 */
export const plans = ["calm", "refused", "lost", "busy", "broken"] as const;
export type Plan = (typeof plans)[number];

export const DELAY_MS = 10_000;
export const BUSY_MS = 4_000;
export const BREAK_MS = 5_000;
export const BREAK_RETRIES = 2;
/** Attempts of the default retry policy. */
const ATTEMPTS = 3;

export interface ModelRun {
  key: string;
  plan: Plan;
  /** How often the service fails before it answers. */
  failures: number;
  /** The content of the draft or version that the run is pinned to. */
  content: string;
  state: Doc<"runs">["state"];
  waitReason: Doc<"runs">["waitReason"] | null;
  /** When a timer goes on with it; null where none does. */
  dueMs: number | null;
  /** Requests that the service has got for it. */
  calls: number;
  /** Attempts since the run last began, or was last retried by a person or after a break. */
  attempts: number;
  breaks: number;
}

/** What holds for all runs of the scenario at a moment. */
export interface World {
  nowMs: number;
  isPaused: boolean;
}

export function beginRun(given: Pick<ModelRun, "key" | "plan" | "failures" | "content">, world: World): ModelRun {
  const run = { ...given, state: "queued" as const, waitReason: null, dueMs: null, calls: 0, attempts: 0, breaks: 0 };
  return call(run, world);
}

/** What becomes of a run that is cancelled; null where that is refused. */
export function cancelRun(run: ModelRun): ModelRun | null {
  return isOver(run) ? null : end(run, "cancelled");
}

/** What becomes of a run that a person retries; null where that is refused. */
export function retryRun(run: ModelRun, world: World): ModelRun | null {
  return run.state === "incomplete" ? call({ ...run, state: "running", attempts: 0 }, world) : null;
}

/** Lets a run go on that a pause has held. */
export function resumeRun(run: ModelRun, world: World): ModelRun {
  return run.waitReason === "paused" ? call(run, world) : run;
}

/** Lets the timers that are due by now go off, one after the other. */
export function passTime(run: ModelRun, world: World): ModelRun {
  if (run.dueMs === null || run.dueMs > world.nowMs) return run;
  return passTime(fire(run, { ...world, nowMs: run.dueMs }), world);
}

/** A delay's end needs nothing more of the outside; that of any other wait does. */
function fire(run: ModelRun, world: World): ModelRun {
  if (run.waitReason === "delay") return end(run, "succeeded");
  return call({ ...run, state: "running", ...(run.waitReason === "break" && { attempts: 0 }) }, world);
}

/** The service is called, unless the scenario is paused: then the run is held where it stands. */
function call(before: ModelRun, { nowMs, isPaused }: World): ModelRun {
  if (isPaused) {
    const state = before.state === "queued" ? "queued" : "waiting";
    return { ...before, state, waitReason: "paused", dueMs: null };
  }
  const run = { ...before, calls: before.calls + 1, attempts: before.attempts + 1 };
  if (run.plan === "calm" || (run.plan !== "refused" && run.calls > run.failures)) {
    return { ...run, state: "waiting", waitReason: "delay", dueMs: nowMs + DELAY_MS };
  }
  switch (run.plan) {
    case "refused":
      return end(run, "failed");
    case "lost":
      return { ...run, state: "incomplete", waitReason: null, dueMs: null };
    case "busy":
      if (run.attempts >= ATTEMPTS) return end(run, "failed");
      return { ...run, state: "waiting", waitReason: "retry", dueMs: nowMs + BUSY_MS };
    case "broken":
      return breakOff(run, nowMs);
  }
}

function breakOff(run: ModelRun, nowMs: number): ModelRun {
  const parked = { ...run, state: "incomplete" as const, breaks: run.breaks + 1 };
  if (parked.breaks > BREAK_RETRIES) return { ...parked, waitReason: null, dueMs: null };
  return { ...parked, waitReason: "break", dueMs: nowMs + BREAK_MS * 2 ** run.breaks };
}

const isOver = ({ state }: ModelRun) => ["succeeded", "failed", "cancelled"].includes(state);

const end = (run: ModelRun, state: "succeeded" | "failed" | "cancelled"): ModelRun => ({
  ...run,
  state,
  waitReason: null,
  dueMs: null,
});
