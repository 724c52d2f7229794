/** The limits that end a run as a whole, wherever it stands: how long it lives, and what its host keeps an eye on. */
import type { OperationError } from "@patchbay/core";
import { failRun } from "./failures.ts";
import { pendingsOf } from "./pending.ts";
import type { Pending } from "./state.ts";
import { begunOf, emitOperation, endRun, requireNode, type Turn } from "./turn.ts";

/** Sets the end of the run's life. */
export function beginLife(turn: Turn): void {
  turn.state.deadlineMs = turn.ports.nowMs + turn.plan.maxRunMs;
}

/** Time in which a run is parked does not count: it is kept until somebody resolves it. */
export function countParkedTime(turn: Turn): void {
  const { state, ports } = turn;
  if (state.phase === "parked") {
    state.parkedAtMs ??= ports.nowMs;
    return;
  }
  if (state.parkedAtMs === undefined) return;
  if (state.deadlineMs !== undefined) state.deadlineMs += Math.max(0, ports.nowMs - state.parkedAtMs);
  delete state.parkedAtMs;
}

/** Ends a run that has lived too long. What was to be performed or waited for next is taken back. */
export function endOverdue(turn: Turn): void {
  const { state, ports } = turn;
  if (state.phase === "parked" || state.phase === "ended") return;
  if (state.deadlineMs === undefined || ports.nowMs < state.deadlineMs) return;
  failWhole(turn, tooLong(turn.plan.maxRunMs));
}

/** Fails the run with the error of a limit. Nothing of what it asked for in this step is carried out. */
export function failWhole(turn: Turn, error: OperationError): void {
  const pendings = pendingsOf(turn.state);
  const unsent = new Set(turn.commands.map((command) => (command.kind === "perform" ? command.operationId : 0)));
  turn.commands = turn.commands.filter((command) => command.kind === "respond");
  const [pending] = pendings;
  if (pendings.length === 1 && pending && !isUncertain(turn, pending, unsent)) {
    return failRun(turn, begunOf(turn, pending), error);
  }
  for (const each of pendings) {
    const state = isUncertain(turn, each, unsent) ? "unknown" : "failed";
    emitOperation(turn, begunOf(turn, each), { state, error: (state === "unknown" && each.error) || error });
  }
  endRun(turn, { outcome: "failed", error });
}

function isUncertain(turn: Turn, { id, node, phase }: Pending, unsent: ReadonlySet<number>): boolean {
  if (phase !== "performing") return phase === "unknown";
  return !unsent.has(id) && requireNode(turn.plan, node).effect === "write";
}

function tooLong(maxRunMs: number): OperationError {
  return {
    kind: "terminal",
    code: "scenario_limit",
    message: `The run reached its limit of ${spanOf(maxRunMs)}, waits included. Raise “Life of a run” in the scenario's settings, or wait for less.`,
    notPerformed: true,
  };
}

function spanOf(durationMs: number): string {
  for (const [unitMs, unit] of units) {
    if (durationMs % unitMs === 0) return `${durationMs / unitMs} ${unit}${durationMs === unitMs ? "" : "s"}`;
  }
  return `${Math.round(durationMs / 1_000)} seconds`;
}

const units = [
  [86_400_000, "day"],
  [3_600_000, "hour"],
  [60_000, "minute"],
] as const;
