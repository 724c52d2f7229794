/** Checks who sent a request: over the bytes as they came, in constant time, against each secret that counts. */
import type { SignatureScheme } from "@patchbay/core";
import { concatBytes, fromBase64, toHex, utf8, type Bytes } from "../lib/bytes.ts";

/** Why a request is not believed; for the webhook's owner, never for the sender. */
export type SenderFault = { reason: "secret" | "signature" | "timestamp"; detail: string };

export interface SignedRequest {
  headers: Headers;
  /** The raw body. */
  bytes: Bytes;
}

/** A header whose value must be the secret itself, with or without `Bearer` in front. */
export async function checkSharedSecret(
  request: SignedRequest,
  options: { header: string; secrets: readonly string[] },
): Promise<SenderFault | null> {
  const value = request.headers.get(options.header);
  if (value === null) return { reason: "secret", detail: `the header ${options.header} is missing` };
  const given = value.replace(/^Bearer +/i, "");
  // Digests have one length, so that the time says nothing about the secret's either.
  const digest = await sha256(given);
  const matches = await Promise.all(options.secrets.map(async (secret) => isEqual(digest, await sha256(secret))));
  return matches.includes(true) ? null : { reason: "secret", detail: "the secret does not match" };
}

/** An HMAC of the body (and the time of sending) by one of the secrets. */
export async function checkSignature(
  request: SignedRequest,
  options: { scheme: SignatureScheme; secrets: readonly string[]; nowMs: number },
): Promise<SenderFault | null> {
  const { scheme, secrets, nowMs } = options;
  const header = request.headers.get(scheme.header);
  if (header === null) return { reason: "signature", detail: `the header ${scheme.header} is missing` };
  const { signatures, timestamp } = readHeader(header, scheme, request.headers);
  if (scheme.timestamp) {
    const fault = timestampFault(timestamp, { toleranceMs: scheme.toleranceMs, nowMs });
    if (fault !== null) return { reason: "timestamp", detail: fault };
  }
  const given = signatures.map((text) => decode(text, scheme.encoding)).filter((bytes) => bytes !== null);
  if (given.length === 0) return { reason: "signature", detail: `the header ${scheme.header} holds no signature` };
  const signed = signedBytes(scheme, { body: request.bytes, timestamp: timestamp ?? "" });
  const expected = await Promise.all(secrets.map((secret) => hmac(scheme.algorithm, secret, signed)));
  const matches = expected.flatMap((own) => given.map((bytes) => isEqual(own, bytes)));
  return matches.includes(true) ? null : { reason: "signature", detail: "the signature does not match" };
}

/** More than a service ever sends; each costs a comparison. */
const MAX_SIGNATURES = 5;

function readHeader(header: string, scheme: SignatureScheme, headers: Headers) {
  const { prefix, timestamp } = scheme;
  if (timestamp?.kind === "element") {
    const parts = header.split(",").map((part) => part.trim());
    const signatures = parts.filter((part) => part.startsWith(prefix)).map((part) => part.slice(prefix.length));
    const time = parts.find((part) => part.startsWith("t="))?.slice(2);
    return { signatures: signatures.slice(0, MAX_SIGNATURES), timestamp: time };
  }
  const signatures = header.startsWith(prefix) ? [header.slice(prefix.length).trim()] : [];
  return { signatures, timestamp: timestamp && (headers.get(timestamp.name)?.trim() ?? undefined) };
}

/** Unix time in seconds (or, as some services have it, milliseconds), not too far from now in either direction. */
function timestampFault(text: string | undefined, at: { toleranceMs: number; nowMs: number }): string | null {
  if (text === undefined || !/^\d{1,13}$/.test(text)) return "the time of sending is missing or no Unix time";
  const sentMs = text.length > 11 ? Number(text) : Number(text) * 1_000;
  const ageMs = at.nowMs - sentMs;
  if (ageMs > at.toleranceMs) return `it was sent ${Math.round(ageMs / 1_000)} s ago, which is too long`;
  if (ageMs < -at.toleranceMs) return `its time of sending is ${Math.round(-ageMs / 1_000)} s in the future`;
  return null;
}

function signedBytes(scheme: SignatureScheme, parts: { body: Bytes; timestamp: string }): Bytes {
  const [before = "", after = ""] = scheme.signedText.split("{body}");
  const fill = (text: string) => utf8(text.replaceAll("{timestamp}", () => parts.timestamp));
  return concatBytes(fill(before), parts.body, fill(after));
}

function decode(text: string, encoding: SignatureScheme["encoding"]): Uint8Array | null {
  if (encoding === "hex") {
    const pairs = /^(?:[0-9a-f]{2}){1,64}$/i.test(text) ? (text.match(/../g) ?? []) : null;
    return pairs && Uint8Array.from(pairs, (pair) => Number.parseInt(pair, 16));
  }
  if (!/^[A-Za-z0-9+/_-]{1,100}={0,2}$/.test(text)) return null;
  try {
    return fromBase64(text);
  } catch {
    return null;
  }
}

const hashes = { sha1: "SHA-1", sha256: "SHA-256", sha512: "SHA-512" } as const;

async function hmac(algorithm: SignatureScheme["algorithm"], secret: string, bytes: Bytes): Promise<Uint8Array> {
  const spec = { name: "HMAC", hash: hashes[algorithm] };
  const key = await crypto.subtle.importKey("raw", utf8(secret), spec, false, ["sign"]);
  return new Uint8Array(await crypto.subtle.sign("HMAC", key, bytes));
}

const sha256 = async (text: string) => new Uint8Array(await crypto.subtle.digest("SHA-256", utf8(text)));

/** Looks at every byte, whatever the first ones are. */
function isEqual(own: Uint8Array, given: Uint8Array): boolean {
  if (own.length !== given.length) return false;
  let difference = 0;
  for (let index = 0; index < own.length; index++) difference |= (own[index] ?? 0) ^ (given[index] ?? 0);
  return difference === 0;
}

/** The header values that a request of `body` would be signed with: for tests and for nobody else's secrets. */
export async function signatureHeaders(
  scheme: SignatureScheme,
  args: { secret: string; body: string; nowMs: number },
): Promise<Record<string, string>> {
  const timestamp = String(Math.floor(args.nowMs / 1_000));
  const signed = signedBytes(scheme, { body: utf8(args.body), timestamp });
  const bytes = await hmac(scheme.algorithm, args.secret, signed);
  const text = scheme.encoding === "hex" ? toHex(bytes) : btoa(String.fromCharCode(...bytes));
  if (scheme.timestamp?.kind === "element") return { [scheme.header]: `t=${timestamp},${scheme.prefix}${text}` };
  const time = scheme.timestamp ? { [scheme.timestamp.name]: timestamp } : {};
  return { [scheme.header]: `${scheme.prefix}${text}`, ...time };
}
