import { createHash, timingSafeEqual } from "node:crypto";
import { type Caller, NOBODY } from "../auth/caller.ts";
import type { TokenVerifier } from "../auth/verify.ts";
import { HttpError } from "./responses.ts";

const ADMIN_SCHEME = "Convex ";

/** Tells who is calling, from admin keys and tokens. */
export class Callers {
  readonly #adminKey: string;
  readonly #verifier: () => TokenVerifier;

  constructor(options: { adminKey: string; verifier: () => TokenVerifier }) {
    this.#adminKey = options.adminKey;
    this.#verifier = options.verifier;
  }

  isAdminKey(key: string): boolean {
    return timingSafeEqual(digest(key), digest(this.#adminKey));
  }

  /** @throws HttpError 403 unless the key is right. */
  requireAdminKey(key: unknown): void {
    if (typeof key !== "string" || !this.isAdminKey(key)) {
      throw new HttpError(403, "BadDeployKey", "The provided admin key was invalid for this deployment");
    }
  }

  /** @throws HttpError 403 unless the header is `Authorization: Convex <key>`. */
  requireAdmin(authorization: string | undefined): void {
    if (authorization?.startsWith(ADMIN_SCHEME) !== true) this.requireAdminKey(undefined);
    else this.#admin(authorization.slice(ADMIN_SCHEME.length));
  }

  /** The caller of an HTTP request. @throws AuthTokenError or HttpError for wrong credentials. */
  async fromHeader(authorization: string | undefined): Promise<Caller> {
    if (authorization === undefined) return NOBODY;
    if (authorization.startsWith("Bearer ")) return this.fromToken(authorization.slice(7));
    return authorization.startsWith(ADMIN_SCHEME) ? this.#admin(authorization.slice(ADMIN_SCHEME.length)) : NOBODY;
  }

  /**
   * `<key>`, or `<key>:<identity>` to act as somebody. A key may hold colons itself (`prod:name|secret`), the base64 of an
   * identity none: what follows the last colon is one unless the whole is the key.
   */
  #admin(credentials: string): Caller {
    const separator = credentials.lastIndexOf(":");
    if (separator === -1 || this.isAdminKey(credentials)) {
      this.requireAdminKey(credentials);
      return { ...NOBODY, admin: true };
    }
    this.requireAdminKey(credentials.slice(0, separator));
    return { ...NOBODY, identity: decodeIdentity(credentials.slice(separator + 1)), admin: true };
  }

  async fromToken(token: string): Promise<Caller> {
    const identity = await this.#verifier().verify(token);
    return { identity: JSON.stringify(identity), admin: false, authToken: token, expiresAtMs: expiryOf(token) };
  }
}

function digest(text: string): Buffer {
  return createHash("sha256").update(text).digest();
}

function decodeIdentity(base64: string): string {
  const text = Buffer.from(base64, "base64").toString("utf8");
  try {
    return JSON.stringify(JSON.parse(text));
  } catch {
    throw new HttpError(400, "BadIdentity", "The identity to act as is not valid JSON");
  }
}

/** Only called for verified tokens. */
function expiryOf(token: string): number | null {
  const payload = JSON.parse(Buffer.from(token.split(".")[1] ?? "", "base64url").toString("utf8")) as { exp?: number };
  return payload.exp === undefined ? null : payload.exp * 1000;
}
