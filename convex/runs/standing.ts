/** From what the engine asks for to how the run's row stands. */
import {
  transition,
  type Command,
  type RunError,
  type RunState,
  type RunStateName,
  type WebhookResponse,
} from "@patchbay/engine";
import type { Doc } from "../_generated/dataModel.d.ts";
import { LEASE_MS } from "./limits.ts";

/** The fields of a run's row that a step changes; `undefined` removes a field. */
export type Standing = Pick<
  Doc<"runs">,
  "state" | "endedAt" | "operationCount" | "error" | "failure" | "queue" | "dueAt" | "waitReason" | "generation"
>;

const MAX_MESSAGE_CHARACTERS = 1_000;

/**
 * How a run stands after a step. `holder`: an executor that has claimed the run keeps it for what comes next; otherwise it
 * goes to the queue. With lanes the state says more than the last command: others may still be performing.
 */
export function standingAfter(
  run: Pick<Doc<"runs">, "state" | "generation">,
  step: { commands: readonly Command[]; state: Pick<RunState, "phase" | "operationCount" | "deadlineMs"> },
  options: { nowMs: number; holder: "executor" | "queue" },
): Standing {
  const { nowMs } = options;
  const { generation } = run;
  const { phase, operationCount } = step.state;
  const move = (to: RunStateName) => ({ state: moveState(run.state, to), operationCount });
  const rest = { endedAt: undefined, error: undefined, failure: undefined, dueAt: undefined, waitReason: undefined };
  const last = step.commands.at(-1);
  if (phase === "performing" || phase === "ready") {
    const held = options.holder === "executor";
    const place = held
      ? { queue: "claimed" as const, dueAt: nowMs + LEASE_MS }
      : { queue: "ready" as const, dueAt: nowMs };
    return { ...rest, ...move("running"), ...place, generation };
  }
  if (phase === "waiting" && last?.kind !== "wait") {
    // The end of what it called goes on with it; only the end of its own life comes by itself.
    const waiting = { queue: "waiting" as const, dueAt: step.state.deadlineMs ?? Number.MAX_SAFE_INTEGER };
    return { ...rest, ...move("waiting"), ...waiting, waitReason: "call", generation: generation + 1 };
  }
  switch (last?.kind) {
    case "finish": {
      const end = { ...rest, ...move(last.outcome), queue: undefined, endedAt: nowMs, generation };
      return last.outcome === "failed" ? { ...end, ...describeError(last.error) } : end;
    }
    case "wait": {
      const waiting = { queue: "waiting" as const, dueAt: last.dueMs, waitReason: last.reason };
      return { ...rest, ...move("waiting"), ...waiting, generation: generation + 1 };
    }
    case "park": {
      const parked = { ...rest, ...move("incomplete"), ...describeError(last.error), generation: generation + 1 };
      if (last.retryAtMs === undefined) return { ...parked, queue: undefined };
      return { ...parked, queue: "waiting", dueAt: last.retryAtMs, waitReason: "break" };
    }
    default:
      throw new Error(`The engine stopped without saying why (${last?.kind ?? "no command"}).`);
  }
}

/** Where a step begins or ends in between is part of the same transaction; each move must still be allowed. */
function moveState(from: RunStateName, to: RunStateName): RunStateName {
  if (to === "cancelled") return transition(from, to);
  let state = from;
  if (state === "incomplete") state = transition(state, "queued");
  if (state !== "running") state = transition(state, "running");
  return state === to ? state : transition(state, to);
}

function describeError(error: RunError): Pick<Standing, "error" | "failure"> {
  const { kind, code, nodeId, bundlePath } = error;
  return {
    error: error.message.slice(0, MAX_MESSAGE_CHARACTERS).toWellFormed(),
    failure: { kind, code, ...(nodeId !== undefined && { nodeId }), ...(bundlePath !== undefined && { bundlePath }) },
  };
}

/** The webhook's answer, where the step made one. */
export function responseIn(commands: readonly Command[]): WebhookResponse | null {
  for (const command of commands) if (command.kind === "respond") return command.response;
  return null;
}
