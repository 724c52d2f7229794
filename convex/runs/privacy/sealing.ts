/**
 * The state of a run that holds secrets, sealed: what later nodes read stays true, and nobody reads it in the database. It is
 * deleted when the run ends.
 */
import type { JsonValue } from "@patchbay/core";
import type { RunState } from "@patchbay/engine";
import type { Doc } from "../../_generated/dataModel.d.ts";
import { open, sealDerived } from "../../lib/crypto.ts";
import { readKeyring } from "../../lib/keyring.ts";
import type { Vault } from "./vault.ts";

/** Whose secrets they are. */
export type Owner = Pick<Doc<"runs">, "organizationId" | "scenarioId">;

/** Unlike a state that is not sealed it has its event's bundle: what is stored of the payload is redacted. */
export interface SealedState {
  state: RunState;
  vault: Vault;
  /** The payload of a run that has not begun. */
  payload?: JsonValue;
}

const placeOf = (owner: Owner, field: "state" | "response") => ({
  organizationId: owner.organizationId,
  owner: owner.scenarioId,
  field: `run ${field}`,
});

/** A state that is not sealed is a JSON object. */
export const isSealed = (text: string): boolean => !text.startsWith("{");

export async function sealText(owner: Owner, field: "state" | "response", text: string): Promise<string> {
  return await sealDerived(readKeyring(), placeOf(owner, field), text);
}

export async function openText(owner: Owner, field: "state" | "response", text: string): Promise<string> {
  return isSealed(text) ? await open(readKeyring(), placeOf(owner, field), text) : text;
}

export async function openState(owner: Owner, text: string): Promise<SealedState> {
  return JSON.parse(await openText(owner, "state", text)) as SealedState;
}
