import type { JWTPayload } from "jose";

/** Who a token speaks for, as `ctx.auth.getUserIdentity()` gives it. */
export interface Identity {
  /** `<issuer>|<subject>`: unique among all providers. */
  tokenIdentifier: string;
  issuer: string;
  subject: string;
  [attribute: string]: unknown;
}

/** Claims of the token itself, which are not attributes of the user. */
const TOKEN_CLAIMS: ReadonlySet<string> = new Set(["iss", "sub", "aud", "exp", "iat", "nbf", "jti", "azp", "nonce"]);

/** OpenID Connect's standard claims and the names under which Convex gives them out. */
const OIDC_ATTRIBUTES: Readonly<Record<string, string>> = {
  name: "name",
  given_name: "givenName",
  family_name: "familyName",
  nickname: "nickname",
  preferred_username: "preferredUsername",
  profile: "profileUrl",
  picture: "pictureUrl",
  website: "websiteUrl",
  email: "email",
  email_verified: "emailVerified",
  gender: "gender",
  birthdate: "birthday",
  zoneinfo: "timezone",
  locale: "language",
  phone_number: "phoneNumber",
  phone_number_verified: "phoneNumberVerified",
  address: "address",
  updated_at: "updatedAt",
};

/**
 * The identity in verified claims. Standard claims get Convex's names; `updated_at` becomes an ISO date. Custom claims are
 * passed on as they are; of custom JWT providers, nested ones also as `path.to.claim`, as Convex does.
 */
export function toIdentity(claims: JWTPayload, flatten: boolean): Identity {
  const issuer = String(claims.iss);
  const subject = String(claims.sub);
  const identity: Identity = { tokenIdentifier: `${issuer}|${subject}`, issuer, subject };
  for (const [claim, value] of Object.entries(claims)) {
    if (TOKEN_CLAIMS.has(claim) || value === undefined) continue;
    const attribute = Object.hasOwn(OIDC_ATTRIBUTES, claim) ? OIDC_ATTRIBUTES[claim]! : claim;
    if (Object.hasOwn(identity, attribute)) continue;
    identity[attribute] = claim === "updated_at" ? toIsoDate(value) : claim === "address" ? toAddress(value) : value;
    if (flatten) addNested(identity, claim, value);
  }
  return identity;
}

function addNested(identity: Identity, path: string, value: unknown): void {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return;
  for (const [name, nested] of Object.entries(value)) {
    identity[`${path}.${name}`] = nested;
    addNested(identity, `${path}.${name}`, nested);
  }
}

function toIsoDate(value: unknown): unknown {
  return typeof value === "number" ? new Date(value * 1000).toISOString() : value;
}

function toAddress(value: unknown): unknown {
  return typeof value === "object" && value !== null ? ((value as { formatted?: unknown }).formatted ?? value) : value;
}
