/**
 * Secrets at rest. An envelope is `v1.<kekId>.<wrappedKey>.<iv>.<ciphertext>`: AES-256-GCM, whose additional data binds
 * it to its place (organization, owner of the secret, field), so that a ciphertext moved to another row does not open.
 *
 * Two ways to a data key:
 * - **wrapped**: a random key per connection, itself encrypted with the keyring's key. Made in actions only, as random keys are.
 * - **derived** (`wrappedKey` is the word `derived`): HMAC-SHA256 of the organization under the keyring's key. For
 *   secrets that are made inside a mutation (webhook tokens), together with the rows they belong to, in one transaction:
 *   Convex generates no keys there, but derives, imports and encrypts. Leaking one derived key opens one organization's webhook
 *   addresses and nothing else.
 */
import { concatBytes, fromBase64, fromUtf8, randomBytes, toBase64Url, utf8, type Bytes } from "./bytes.ts";
import { badKeyring, requireKey, type Keyring } from "./keyring.ts";

const FORMAT = "v1";
const DERIVED = "derived";
const IV_BYTES = 12;
const DATA_KEY_BYTES = 32;

/** Where a secret belongs. `owner` is the row it is stored for (a connection's seal id, a scenario's id). */
export interface SecretPlace {
  organizationId: string;
  owner: string;
  field: string;
}

/** A data key and its wrapped form, for the secrets of one owner. */
export interface DataKey {
  keyId: string;
  wrapped: string;
  key: CryptoKey;
}

/** Makes a random data key for one owner's secrets. Only in actions. */
export async function createDataKey(keyring: Keyring, place: Omit<SecretPlace, "field">): Promise<DataKey> {
  const bytes = randomBytes(DATA_KEY_BYTES);
  const kek = await importAesKey(requireKey(keyring, keyring.current));
  const { iv, ciphertext } = await encrypt(kek, bytes, keyAdditionalData(place));
  return {
    keyId: keyring.current,
    wrapped: toBase64Url(concatBytes(iv, ciphertext)),
    key: await importAesKey(bytes),
  };
}

/** Encrypts one secret under a data key made by `createDataKey` for the same organization and owner. */
export async function seal(dataKey: DataKey, place: SecretPlace, secret: string): Promise<string> {
  const { iv, ciphertext } = await encrypt(dataKey.key, utf8(secret), additionalData(place));
  return [FORMAT, dataKey.keyId, dataKey.wrapped, toBase64Url(iv), toBase64Url(ciphertext)].join(".");
}

/** Encrypts one secret under the organization's derived key. Works in mutations. */
export async function sealDerived(keyring: Keyring, place: SecretPlace, secret: string): Promise<string> {
  const key = await deriveKey(requireKey(keyring, keyring.current), place.organizationId);
  return await seal({ keyId: keyring.current, wrapped: DERIVED, key }, place, secret);
}

/**
 * Decrypts an envelope of either kind. Throws `misconfigured` when the keyring lacks or has changed the key, and when the
 * envelope was tampered with or belongs to another place.
 */
export async function open(keyring: Keyring, place: SecretPlace, envelope: string): Promise<string> {
  const [format, keyId, wrapped, iv, ciphertext, ...rest] = envelope.split(".");
  if (format !== FORMAT || !keyId || !wrapped || !iv || !ciphertext || rest.length > 0) {
    throw new Error("A stored secret is not in a known format.");
  }
  const kek = requireKey(keyring, keyId);
  const key = wrapped === DERIVED ? await deriveKey(kek, place.organizationId) : await unwrap(kek, wrapped, place);
  return fromUtf8(
    await decrypt(key, { iv: fromBase64(iv), ciphertext: fromBase64(ciphertext) }, additionalData(place)),
  );
}

async function unwrap(kek: Bytes, wrapped: string, place: SecretPlace): Promise<CryptoKey> {
  const bytes = fromBase64(wrapped);
  const parts = { iv: bytes.slice(0, IV_BYTES), ciphertext: bytes.slice(IV_BYTES) };
  return await importAesKey(await decrypt(await importAesKey(kek), parts, keyAdditionalData(place)));
}

async function deriveKey(kek: Bytes, organizationId: string): Promise<CryptoKey> {
  const hmac = await crypto.subtle.importKey("raw", kek, { name: "HMAC", hash: "SHA-256" }, false, ["sign"]);
  const derived = await crypto.subtle.sign("HMAC", hmac, utf8(`patchbay organization key ${organizationId}`));
  return await importAesKey(new Uint8Array(derived));
}

/** JSON rather than joined text: no two places read the same, whatever their parts contain. */
const additionalData = (place: SecretPlace) =>
  utf8(JSON.stringify([FORMAT, place.organizationId, place.owner, place.field]));
const keyAdditionalData = (place: Omit<SecretPlace, "field">) =>
  utf8(JSON.stringify([FORMAT, "data key", place.organizationId, place.owner]));

async function importAesKey(bytes: Bytes): Promise<CryptoKey> {
  return await crypto.subtle.importKey("raw", bytes, "AES-GCM", false, ["encrypt", "decrypt"]);
}

async function encrypt(key: CryptoKey, plain: Bytes, additional: Bytes): Promise<{ iv: Bytes; ciphertext: Bytes }> {
  const iv = randomBytes(IV_BYTES);
  const ciphertext = await crypto.subtle.encrypt({ name: "AES-GCM", iv, additionalData: additional }, key, plain);
  return { iv, ciphertext: new Uint8Array(ciphertext) };
}

async function decrypt(key: CryptoKey, parts: { iv: Bytes; ciphertext: Bytes }, additional: Bytes): Promise<Bytes> {
  try {
    const algorithm = { name: "AES-GCM", iv: parts.iv, additionalData: additional };
    return new Uint8Array(await crypto.subtle.decrypt(algorithm, key, parts.ciphertext));
  } catch {
    // Web crypto says nothing about why: a changed key and a changed ciphertext look the same.
    throw badKeyring("does not open a stored secret: it is not the keyring that the data was written with");
  }
}
