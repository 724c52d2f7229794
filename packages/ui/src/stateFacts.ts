import type { Tone } from "./components/Badge.tsx";

/** States of a run (`queued` to `cancelled`) and of an operation (`unknown` to `handled`; some names serve both). */
export type ExecutionState =
  | "queued"
  | "running"
  | "waiting"
  | "incomplete"
  | "succeeded"
  | "failed"
  | "cancelled"
  | "unknown"
  | "skipped"
  | "handled";

export interface StateFacts {
  /** In words, for a person. */
  label: string;
  tone: Tone;
  /** Whether anything may still change by itself. */
  live: boolean;
}

const facts: Record<ExecutionState, StateFacts> = {
  queued: { label: "Queued", tone: "neutral", live: true },
  running: { label: "Running", tone: "signal", live: true },
  waiting: { label: "Waiting", tone: "neutral", live: true },
  incomplete: { label: "Incomplete", tone: "warn", live: false },
  succeeded: { label: "Finished", tone: "ok", live: false },
  failed: { label: "Failed", tone: "bad", live: false },
  cancelled: { label: "Stopped", tone: "neutral", live: false },
  unknown: { label: "Result unknown", tone: "warn", live: false },
  skipped: { label: "Skipped", tone: "neutral", live: false },
  handled: { label: "Error handled", tone: "warn", live: false },
};

/** What to say about a state; an unknown name (a newer server's) is shown as it is. */
export function stateFacts(state: string): StateFacts {
  return Object.hasOwn(facts, state) ? facts[state as ExecutionState] : { label: state, tone: "neutral", live: false };
}
