/** Payloads that hold something to hide: stored redacted, and sealed with the state for as long as the run needs them. */
import type { JsonValue, NodeId } from "@patchbay/core";
import { createState, type OperationRecord, type Plan } from "@patchbay/engine";
import type { Doc } from "../../_generated/dataModel.d.ts";
import { parseBundle } from "../interpret.ts";
import { rulesOf } from "../plans.ts";
import { createRecorder, type Recorder } from "./recorder.ts";
import { sealText, type Owner, type SealedState } from "./sealing.ts";
import type { Vault } from "./vault.ts";

type Begun = Pick<Doc<"runs">, "onlyNode">;

/** What a payload tells to be secret, added to what is known; null where that is nothing. */
export function learnFromPayload(
  plan: Plan,
  run: Begun,
  args: { payload: JsonValue; vault: Vault | null },
): Vault | null {
  const recorder = createRecorder(rulesOf(plan), args.vault);
  if (recorder) hideIn(recorder, plan, run, args.payload);
  return recorder?.vault ?? null;
}

/** The payload as it is stored beside a state that is sealed: JSON text. */
export function hidePayload(plan: Plan, run: Begun, args: { payload: JsonValue; vault: Vault }): string {
  const recorder = createRecorder(rulesOf(plan), args.vault);
  return JSON.stringify(recorder ? hideIn(recorder, plan, run, args.payload) : args.payload);
}

/**
 * How a run that has not begun is stored: its payload's text, and its sealed state, where there is something to hide in the
 * payload; null otherwise.
 */
export async function protectPayload(
  owner: Owner & Begun,
  plan: Plan,
  args: { text: string; vault: Vault | null },
): Promise<{ text: string; state: string } | null> {
  if (rulesOf(plan) === null && args.vault === null) return null;
  const payload = parseBundle(args.text);
  const vault = learnFromPayload(plan, owner, { payload, vault: args.vault });
  if (vault === null) return null;
  const sealed: SealedState = { state: createState(), vault, payload };
  return {
    text: hidePayload(plan, owner, { payload, vault }),
    state: await sealText(owner, "state", JSON.stringify(sealed)),
  };
}

function hideIn(recorder: Recorder, plan: Plan, run: Begun, payload: JsonValue): JsonValue {
  if (run.onlyNode === undefined) return hideOutput(recorder, plan.trigger, payload);
  // Bundles by the ids of the nodes that emitted them.
  if (typeof payload !== "object" || payload === null || Array.isArray(payload)) return payload;
  const hidden = Object.entries(payload).map(([id, bundle]) => [id, hideOutput(recorder, Number(id), bundle)] as const);
  return Object.fromEntries(hidden);
}

function hideOutput(recorder: Recorder, nodeId: NodeId, output: JsonValue): JsonValue {
  const record: OperationRecord = {
    id: 1,
    nodeId,
    bundlePath: "1",
    state: "succeeded",
    input: null,
    output,
    error: null,
    attempts: [],
    startedAt: 0,
    durationMs: 0,
  };
  return recorder.hide(record).output;
}
