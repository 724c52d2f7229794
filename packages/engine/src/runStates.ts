/**
 * The states of a run, as lists and people see them:
 *
 *   queued ⇄ running ⇄ waiting      `running` goes back to `queued` when its executor was lost or hands over
 *               ↓
 *           incomplete → queued     by retry, from where it stopped
 *
 * `succeeded`, `failed` and `cancelled` are ends. `incomplete` is not: it keeps everything needed to go on.
 */
export const runStates = ["queued", "running", "waiting", "incomplete", "succeeded", "failed", "cancelled"] as const;
export type RunStateName = (typeof runStates)[number];

const transitions: Record<RunStateName, readonly RunStateName[]> = {
  queued: ["running", "cancelled", "failed"],
  running: ["queued", "waiting", "incomplete", "succeeded", "failed", "cancelled"],
  waiting: ["running", "cancelled"],
  incomplete: ["queued", "cancelled"],
  succeeded: [],
  failed: [],
  cancelled: [],
};

export const liveRunStates = runStates.filter((state) => transitions[state].length > 0);
export const endedRunStates = runStates.filter((state) => transitions[state].length === 0);

export function canTransition(from: RunStateName, to: RunStateName): boolean {
  return transitions[from].includes(to);
}

export function isEnded(state: RunStateName): boolean {
  return transitions[state].length === 0;
}

/** The new state. Throws where the table has no such transition: an end is set once. */
export function transition(from: RunStateName, to: RunStateName): RunStateName {
  if (!canTransition(from, to)) throw new Error(`A run cannot go from ${from} to ${to}.`);
  return to;
}
