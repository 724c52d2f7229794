/**
 * What a run knows to be secret. It grows while the run goes on, and lives in the run's sealed state only: when the run
 * has ended nothing of it is left.
 */
import type { JsonValue } from "@patchbay/core";
import { createRedactor, REDACTED, type Redactor } from "@patchbay/sdk";

export interface Vault {
  /** Texts that may appear nowhere, in no encoding. */
  readonly secrets: readonly string[];
  /** There is too much to be looked for: then nothing of the run's data is stored. */
  readonly withheld?: true;
}

export const emptyVault: Vault = { secrets: [] };

/** Shorter values are hidden where they stand, and not looked for elsewhere: they would match ordinary text. */
const MIN_SECRET_CHARACTERS = 4;
const MAX_SECRET_CHARACTERS = 4_000;
const MAX_SECRETS = 200;

/** The vault with the texts and numbers inside a value added to it. */
export function addSecrets(vault: Vault, value: JsonValue): Vault {
  const found = new Set(vault.secrets);
  let tooMuch = vault.withheld ?? false;
  const walk = (item: JsonValue): void => {
    if (typeof item === "object" && item !== null) {
      for (const inner of Object.values(item)) walk(inner);
      return;
    }
    const text = typeof item === "string" ? item : typeof item === "number" ? String(item) : "";
    if (text.length < MIN_SECRET_CHARACTERS || found.has(text)) return;
    if (text.length > MAX_SECRET_CHARACTERS || found.size >= MAX_SECRETS) tooMuch = true;
    else found.add(text);
  };
  walk(value);
  return { secrets: [...found], ...(tooMuch && { withheld: true as const }) };
}

/** What two runs know to be secret, for one that has to do with both. */
export function joinVaults(one: Vault | null, other: Vault): Vault {
  const joined = addSecrets(one ?? emptyVault, [...other.secrets]);
  return other.withheld ? { ...joined, withheld: true } : joined;
}

const redactors = new WeakMap<Vault, Redactor>();

/** Removes the vault's secrets from a value. */
export function redactorOf(vault: Vault): Redactor {
  const known = redactors.get(vault);
  if (known) return known;
  const redactor = createRedactor(vault.secrets);
  redactors.set(vault, redactor);
  return redactor;
}

/** A text without the vault's secrets, which may be none. */
export function redactText(text: string, vault: Vault | null | undefined): string {
  if (!vault) return text;
  const redacted = vault.withheld ? REDACTED : redactorOf(vault)(text);
  return typeof redacted === "string" ? redacted : REDACTED;
}
