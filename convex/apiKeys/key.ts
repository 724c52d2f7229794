import { randomBytes, sha256Hex, toBase64Url } from "../lib/bytes.ts";

const KEY_BYTES = 32;
const SHOWN_CHARACTERS = 10;

/** Makes a key. Only its hash and its first characters are to be stored. */
export async function makeApiKey(): Promise<{ key: string; keyHash: string; prefix: string }> {
  const key = `pb_${toBase64Url(randomBytes(KEY_BYTES))}`;
  return { key, keyHash: await sha256Hex(key), prefix: key.slice(0, SHOWN_CHARACTERS) };
}
