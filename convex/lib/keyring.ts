import { z } from "zod";
import { fromBase64, type Bytes } from "./bytes.ts";
import { readEnv } from "./env.ts";
import { appError } from "./errors.ts";

const KEY_BYTES = 32;

const keyringSchema = z
  .object({ current: z.string(), keys: z.record(z.string().regex(/^[A-Za-z0-9_-]{1,32}$/), z.string()) })
  .refine((ring) => Object.hasOwn(ring.keys, ring.current), "`current` must name one of `keys`");

/** The key-encryption keys: the newest one writes, all of them read. */
export interface Keyring {
  current: string;
  keys: ReadonlyMap<string, Bytes>;
}

/**
 * Reads the keyring from PATCHBAY_KEYRING (`{ "current": "k1", "keys": { "k1": "<base64 of 32 bytes>" } }`). Throws
 * `misconfigured`, naming the variable and never its value.
 */
export function readKeyring(): Keyring {
  const text = readEnv("PATCHBAY_KEYRING");
  if (text === undefined) throw badKeyring("is not set");
  const parsed = keyringSchema.safeParse(parseJson(text));
  if (!parsed.success) throw badKeyring("is not a keyring");
  const keys = new Map<string, Bytes>();
  for (const [id, encoded] of Object.entries(parsed.data.keys)) {
    const bytes = decodeKey(encoded);
    if (bytes?.length !== KEY_BYTES) throw badKeyring(`holds a key (${id}) that is not base64 of ${KEY_BYTES} bytes`);
    keys.set(id, bytes);
  }
  return { current: parsed.data.current, keys };
}

/** The key by its id; throws `misconfigured` when the keyring has lost it. */
export function requireKey(keyring: Keyring, id: string): Bytes {
  const key = keyring.keys.get(id);
  if (key === undefined) throw badKeyring(`lacks the key ${id}, with which stored secrets were encrypted`);
  return key;
}

export const badKeyring = (problem: string) =>
  appError("misconfigured", `The environment variable PATCHBAY_KEYRING ${problem}.`, { variable: "PATCHBAY_KEYRING" });

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function decodeKey(encoded: string): Bytes | null {
  try {
    return fromBase64(encoded);
  } catch {
    return null;
  }
}
