/** Runs the engine inside a transaction, within budgets of steps and of what is written. */
import type { JsonValue } from "@patchbay/core";
import { advance, type Command, type Event, type Plan, type RunState } from "@patchbay/engine";
import { createPorts } from "./enginePorts.ts";
import { LOG_CHARACTERS_PER_RUN, STEPS_PER_RUN } from "./limits.ts";
import { packOperation, type LargeValue } from "./packing.ts";
import { rulesOf } from "./plans.ts";
import { createRecorder } from "./privacy/recorder.ts";
import type { Vault } from "./privacy/vault.ts";

export interface Interpretation {
  /** False where the event came too late or twice: nothing has changed. */
  accepted: boolean;
  state: RunState;
  /** What the engine asks for now; a `respond` may come before the last one. */
  commands: Command[];
  /** JSON texts of the operations that ended, in order. */
  operations: string[];
  /** Nodes and edges passed. */
  steps: number;
  /** What was too large for the texts of the operations. */
  large: LargeValue[];
  /** What the run knows to be secret: then its state is stored sealed. */
  vault: Vault | null;
}

export interface InterpretOptions {
  nowMs: number;
  /** 0: the event is applied, and nothing goes on. */
  steps?: number;
  vault?: Vault | null;
}

/** Small first: with large bundles a single step may write a lot, and the budget is checked between slices. */
const FIRST_SLICE = 32;
const MAX_SLICE = 256;

/** Goes on with a run after an event until the outside is needed or the budget is used up (`pause` is the last command). */
export function interpret(plan: Plan, state: RunState, event: Event, options: InterpretOptions): Interpretation {
  const ports = createPorts(options.nowMs);
  const limit = options.steps ?? STEPS_PER_RUN;
  const { vault = null } = options;
  const recorder = createRecorder(rulesOf(plan), vault);
  const result: Interpretation = { accepted: true, state, commands: [], operations: [], large: [], steps: 0, vault };
  let next: Event = event;
  let characters = 0;
  for (let slice = FIRST_SLICE; ; slice = Math.min(slice * 2, MAX_SLICE)) {
    const advanced = advance(plan, result.state, next, { ports, budget: { steps: Math.min(slice, limit) } });
    if (!advanced.accepted) return { ...result, accepted: result.steps > 0 };
    result.state = advanced.state;
    result.steps += slice;
    for (const record of advanced.operations) {
      const text = packOperation(recorder ? recorder.hide(record) : record, result.large);
      characters += text.length;
      result.operations.push(text);
    }
    const paused = advanced.commands.at(-1)?.kind === "pause";
    for (const command of advanced.commands) {
      if (command.kind !== "pause") result.commands.push(recorder ? recorder.hideError(command) : command);
    }
    if (recorder) {
      recorder.learnFromPending(advanced.state);
      result.vault = recorder.vault;
    }
    if (!paused) return result;
    if (result.steps >= limit || characters >= LOG_CHARACTERS_PER_RUN) {
      result.commands.push({ kind: "pause" });
      return result;
    }
    next = { kind: "continue" };
  }
}

/** Parses a payload that was checked when it was stored. */
export function parseBundle(text: string): JsonValue {
  return JSON.parse(text) as JsonValue;
}
