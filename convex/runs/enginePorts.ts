import { findAction } from "@patchbay/catalog/runtime";
import type { JsonValue, OperationError } from "@patchbay/core";
import type { Ports, PureResult } from "@patchbay/engine";
import { toOperationError } from "@patchbay/sdk";
import { createAddresses } from "../waits/tokens.ts";

/** The engine's ports on Convex: the transaction's clock and random numbers, and the integrations' pure code. */
export function createPorts(nowMs: number): Ports {
  return {
    nowMs,
    random: () => Math.random(),
    runPure(type, typeVersion, input) {
      const runPure = findAction(type, typeVersion)?.runPure;
      return runPure ? attempt(() => runPure(input)) : { ok: false, error: missing(type, typeVersion) };
    },
    checkInput(type, typeVersion, input) {
      const action = findAction(type, typeVersion);
      return action ? attempt(() => action.parseInput(input)) : { ok: false, error: missing(type, typeVersion) };
    },
    collector: (type, typeVersion) => findAction(type, typeVersion)?.collector ?? null,
    // Made only when a formula asks for one: most never do.
    get addresses() {
      return createAddresses();
    },
  };
}

function attempt<Value extends JsonValue | Record<string, JsonValue>>(run: () => Value): PureResult<Value> {
  try {
    return { ok: true, value: run() };
  } catch (thrown) {
    return { ok: false, error: toOperationError(thrown) };
  }
}

/** The error of a node whose code is not installed. */
export function missing(type: string, typeVersion: number): OperationError {
  return {
    kind: "terminal",
    code: "action_invalid",
    message: `No installed integration has "${type}" in version ${typeVersion}.`,
    notPerformed: true,
  };
}
