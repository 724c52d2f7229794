import { createHash, timingSafeEqual } from "node:crypto";
import type { TokenVerifier } from "../auth/verify.ts";
import type { SessionIdentity } from "../sync/session.ts";
import { HttpError } from "./responses.ts";

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

  /** @throws HttpError 403 unless the `Authorization: Convex <key>` header is right. */
  requireAdmin(authorization: string | undefined): void {
    this.requireAdminKey(
      authorization?.startsWith("Convex ") === true ? authorization.slice(7).split(":")[0] : undefined,
    );
  }

  /** The caller of an HTTP request. @throws AuthTokenError or HttpError for wrong credentials. */
  async fromHeader(authorization: string | undefined): Promise<SessionIdentity> {
    if (authorization === undefined) return { identity: null, admin: false, expiresAtMs: null };
    if (authorization.startsWith("Bearer ")) return this.fromToken(authorization.slice(7));
    if (!authorization.startsWith("Convex ")) return { identity: null, admin: false, expiresAtMs: null };
    const credentials = authorization.slice(7);
    // A key may hold a colon itself; what follows the last one is an identity only if it is one.
    const separator = credentials.lastIndexOf(":");
    if (separator === -1 || this.isAdminKey(credentials)) {
      this.requireAdminKey(credentials);
      return { identity: null, admin: true, expiresAtMs: null };
    }
    this.requireAdminKey(credentials.slice(0, separator));
    return { identity: decodeIdentity(credentials.slice(separator + 1)), admin: true, expiresAtMs: null };
  }

  async fromToken(token: string): Promise<SessionIdentity> {
    const identity = await this.#verifier().verify(token);
    return { identity: JSON.stringify(identity), admin: false, expiresAtMs: expiryOf(token) };
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
