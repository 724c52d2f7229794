import type { JsonValue, OperationError } from "@patchbay/core";
import type { ActionConnection, ActionContext } from "../context.ts";
import type { ActionRuntime } from "../define/action.ts";
import { toOperationError } from "../errors.ts";

export interface RunActionOptions {
  input: unknown;
  connection?: ActionConnection;
  /** The platform's own by default. */
  fetch?: typeof fetch;
  signal?: AbortSignal;
  idempotencyKey?: string;
  nowMs?: () => number;
}

export type ActionOutcome = { ok: true; output: JsonValue } | { ok: false; error: OperationError };

/** Performs an action once, as the executor does, and returns what the run would store. */
export async function runAction(action: ActionRuntime, options: RunActionOptions): Promise<ActionOutcome> {
  const context: ActionContext = {
    fetch: options.fetch ?? fetch,
    signal: options.signal ?? new AbortController().signal,
    idempotencyKey: options.idempotencyKey ?? "run-1:2:1",
    nowMs: options.nowMs ?? (() => Date.UTC(2026, 0, 1)),
    ...(options.connection && { connection: options.connection }),
  };
  try {
    if (action.runPure) return { ok: true, output: action.runPure(options.input) };
    if (action.run) return { ok: true, output: await action.run(options.input, context) };
  } catch (thrown) {
    return { ok: false, error: toOperationError(thrown) };
  }
  throw new Error("The engine carries this node out itself: there is nothing to run.");
}
