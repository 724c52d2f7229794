"use node";

/**
 * Password hashing, only ever in actions: scrypt takes tens of milliseconds of CPU, for which a mutation would hold up
 * every other writer (design 07.14). In Node's actions, whose scrypt is native and runs beside other calls: in JavaScript it
 * takes from four to forty times as long, depending on how the bundler splits the code.
 */
import { scrypt, timingSafeEqual } from "node:crypto";
import { fromBase64, randomBytes, toBase64Url, utf8, type Bytes } from "../lib/bytes.ts";
import { appError } from "../lib/errors.ts";

export const MIN_PASSWORD_LENGTH = 8;
const MAX_PASSWORD_LENGTH = 256;

/** 16 MiB and five passes: OWASP's parameters for hosts with little memory (an isolate has 64 MiB). */
const current = { N: 2 ** 14, r: 8, p: 5 };
const HASH_BYTES = 32;
const SALT_BYTES = 16;

/** Throws `invalid` with a message for the person who chose the password. */
export function checkNewPassword(password: string): void {
  if (password.length < MIN_PASSWORD_LENGTH) {
    throw weak(`Choose a password of at least ${MIN_PASSWORD_LENGTH} characters.`);
  }
  if (password.length > MAX_PASSWORD_LENGTH) {
    throw weak(`Choose a password of at most ${MAX_PASSWORD_LENGTH} characters.`);
  }
}

const weak = (message: string) => appError("invalid", message, { field: "password" });

/** `scrypt.<N>.<r>.<p>.<salt>.<hash>`: the parameters travel along, so they can be raised later. */
export async function hashPassword(password: string): Promise<string> {
  const salt = randomBytes(SALT_BYTES);
  const hash = await derive(password, salt, current);
  return ["scrypt", current.N, current.r, current.p, toBase64Url(salt), toBase64Url(hash)].join(".");
}

/**
 * Whether the password is the one that was hashed. Without a stored hash the same work is done and the answer is no, so
 * that the time taken does not tell which accounts exist.
 */
export async function verifyPassword(password: string, stored: string | null): Promise<boolean> {
  if (password.length > MAX_PASSWORD_LENGTH) return false;
  const [scheme, N, r, p, salt, hash] = (stored ?? NOBODY).split(".");
  if (scheme !== "scrypt" || !salt || !hash) throw new Error("A stored password is not in a known format.");
  const derived = await derive(password, fromBase64(salt), { N: Number(N), r: Number(r), p: Number(p) });
  return equalBytes(derived, fromBase64(hash)) && stored !== null;
}

const NOBODY = `scrypt.${current.N}.${current.r}.${current.p}.${"A".repeat(22)}.${"A".repeat(43)}`;

function derive(password: string, salt: Bytes, cost: { N: number; r: number; p: number }): Promise<Uint8Array> {
  return new Promise((resolve, reject) => {
    scrypt(utf8(password.normalize("NFKC")), salt, HASH_BYTES, cost, (error, key) =>
      error === null ? resolve(key) : reject(error),
    );
  });
}

/** In constant time for equal lengths. */
function equalBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && timingSafeEqual(a, b);
}
