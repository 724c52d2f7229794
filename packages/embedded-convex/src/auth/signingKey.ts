import { createHash, createPrivateKey, generateKeyPairSync, type JsonWebKey, type KeyObject, sign } from "node:crypto";
import type { ConvexJson } from "../values/json.ts";

/** What `ctx.auth.signJwt` is given. */
export interface JwtOptions {
  claims?: Record<string, ConvexJson>;
  expiresInSeconds: number;
}

const MAX_LIFETIME_S = 60 * 60;
const RESERVED_CLAIMS: ReadonlySet<string> = new Set(["iss", "iat", "exp", "nbf"]);
const RESERVED_PREFIX = /^(convex|cvx)/i;

/** The key with which the deployment signs tokens for its functions (ES256). Anyone may verify them by the public part. */
export class SigningKey {
  readonly #key: KeyObject;
  /** `{ keys: [...] }`, as it is served under `/.well-known/jwks.json`. */
  readonly publicKeys: { keys: JsonWebKey[] };
  readonly #kid: string;

  /** `stored`: as `SigningKey.generate` has made it. */
  constructor(stored: JsonWebKey) {
    const { kty, crv, x, y } = stored;
    this.#key = createPrivateKey({ key: stored, format: "jwk" });
    this.#kid = thumbprint(stored);
    this.publicKeys = { keys: [{ kty, crv, x, y, kid: this.#kid, use: "sig", alg: "ES256" }] };
  }

  /** A private key as a JSON Web Key. */
  static generate(): JsonWebKey {
    return generateKeyPairSync("ec", { namedCurve: "P-256" }).privateKey.export({ format: "jwk" });
  }

  /**
   * A signed token with the given claims and `iss`, `iat`, `exp`.
   *
   * @throws if a claim is reserved, or the lifetime is not between a second and an hour.
   */
  sign({ claims = {}, expiresInSeconds }: JwtOptions, { issuer, nowMs }: { issuer: string; nowMs: number }): string {
    if (typeof expiresInSeconds !== "number" || !(expiresInSeconds >= 1 && expiresInSeconds <= MAX_LIFETIME_S))
      throw new Error(`\`expiresInSeconds\` must be between 1 and ${MAX_LIFETIME_S}.`);
    for (const claim of Object.keys(claims)) {
      if (RESERVED_CLAIMS.has(claim) || RESERVED_PREFIX.test(claim))
        throw new Error(`The claim \`${claim}\` is reserved and may not be set.`);
    }
    const iat = Math.floor(nowMs / 1000);
    const header = { alg: "ES256", typ: "JWT", kid: this.#kid };
    const payload = { ...claims, iss: issuer, iat, exp: iat + Math.floor(expiresInSeconds) };
    const content = `${encode(header)}.${encode(payload)}`;
    const signature = sign("sha256", Buffer.from(content), { key: this.#key, dsaEncoding: "ieee-p1363" });
    return `${content}.${signature.toString("base64url")}`;
  }
}

function encode(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString("base64url");
}

/** RFC 7638: the members that define the key, in lexical order. */
function thumbprint({ crv, kty, x, y }: JsonWebKey): string {
  return createHash("sha256").update(JSON.stringify({ crv, kty, x, y })).digest("base64url");
}
