/**
 * Verification of the tokens that clients send, by the providers of the deployment's `auth.config.ts`.
 *
 * OIDC providers are discovered at `<domain>/.well-known/openid-configuration`; custom JWT providers name their JWKS, by URL
 * or as a data URI. The deployment itself may be the issuer (Convex Auth): its documents are then fetched in-process, since a
 * deployment that calls its own address may be unreachable or busy with this very request.
 */
import { createLocalJWKSet, decodeJwt, decodeProtectedHeader, errors, jwtVerify } from "jose";
import type { JSONWebKeySet, JWTPayload, JWTVerifyGetKey } from "jose";
import { toIdentity } from "./identity.ts";
import type { Identity } from "./identity.ts";

export type { Identity } from "./identity.ts";

/** An OpenID Connect provider. */
export interface OidcProvider {
  type?: "oidc";
  domain: string;
  applicationID: string;
}

/** An issuer of plain JWTs. */
export interface CustomJwtProvider {
  type: "customJwt";
  issuer: string;
  jwks: string;
  algorithm: "RS256" | "ES256";
  applicationID?: string | null;
}

/** A provider as `auth.config.ts` exports it. */
export type AuthProvider = OidcProvider | CustomJwtProvider;

/** Options of a verifier. */
export interface TokenVerifierOptions {
  providers: readonly AuthProvider[];
  /** The deployment's own site URL. */
  ownIssuer: string;
  /** Answers requests to the deployment's own site without the network. */
  fetchOwn: (request: Request) => Promise<Response>;
  /** For all other issuers; `globalThis.fetch` by default. */
  fetch?: typeof fetch;
  /** Milliseconds since the epoch; the system's clock by default. */
  now?: () => number;
}

/** Verifies tokens. */
export interface TokenVerifier {
  /** The identity that a token proves. Throws `AuthTokenError`. */
  verify: (token: string) => Promise<Identity>;
  /** Forgets fetched keys, for example when environment variables have changed. */
  clear: () => void;
}

/** A token was not accepted. `code` and `message` are the backend's; HTTP clients get status 401. */
export class AuthTokenError extends Error {
  readonly code: string;
  readonly status = 401;

  constructor(code: string, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = "AuthTokenError";
    this.code = code;
  }
}

const OIDC_ALGORITHMS = ["RS256", "ES256"];
const JWKS_MAX_AGE_MS = 10 * 60_000;
/** A token signed by an unknown key asks for fresh keys, but not more often than this. */
const JWKS_COOLDOWN_MS = 30_000;
const FETCH_TIMEOUT_MS = 5_000;
const CLOCK_TOLERANCE_S = 5;

interface CachedKeys {
  keys: JWTVerifyGetKey;
  fetchedAt: number;
}

/** Creates a verifier for the providers of one `auth.config.ts`. */
export function createTokenVerifier(options: TokenVerifierOptions): TokenVerifier {
  const now = options.now ?? Date.now;
  const fetchDocument = documentFetcher(options);
  const cache = new Map<string, Promise<CachedKeys>>();

  function load(provider: AuthProvider): Promise<CachedKeys> {
    const loading = fetchKeys(provider, fetchDocument).then((keys) => ({ keys, fetchedAt: now() }));
    const key = cacheKey(provider);
    cache.set(key, loading);
    // A failure is not kept: the next token tries again.
    loading.catch(() => cache.get(key) === loading && cache.delete(key));
    return loading;
  }

  async function keysOf(provider: AuthProvider): Promise<CachedKeys> {
    const cached = await cache.get(cacheKey(provider));
    return cached !== undefined && now() - cached.fetchedAt < JWKS_MAX_AGE_MS ? cached : await load(provider);
  }

  async function verifyBy(provider: AuthProvider, token: string, issuer: string): Promise<JWTPayload> {
    const cached = await keysOf(provider);
    try {
      return await verifySignature(provider, token, issuer, cached.keys, now());
    } catch (error) {
      // The keys may have been rotated. Tokens of Convex Auth carry no key id, so a wrong signature counts too.
      const stale = error instanceof errors.JWKSNoMatchingKey || error instanceof errors.JWSSignatureVerificationFailed;
      if (!stale || now() - cached.fetchedAt < JWKS_COOLDOWN_MS) throw error;
      return await verifySignature(provider, token, issuer, (await load(provider)).keys, now());
    }
  }

  return {
    async verify(token) {
      const { issuer, audiences } = readClaims(token);
      const provider = options.providers.find((candidate) => matches(candidate, issuer, audiences));
      if (provider === undefined) throw new AuthTokenError("NoAuthProvider", noProviderMessage(options.providers));
      try {
        return toIdentity(await verifyBy(provider, token, issuer), provider.type === "customJwt");
      } catch (error) {
        throw tokenError(error);
      }
    },
    clear: () => cache.clear(),
  };
}

function readClaims(token: string): { issuer: string; audiences: string[] } {
  let claims: JWTPayload;
  try {
    decodeProtectedHeader(token);
    claims = decodeJwt(token);
  } catch (error) {
    const message = "Could not parse JWT payload. Check that the token is a valid JWT.";
    throw new AuthTokenError("InvalidAuthHeader", message, { cause: error });
  }
  if (typeof claims.iss !== "string") {
    throw new AuthTokenError("InvalidAuthHeader", "Could not parse JWT payload: the 'iss' claim is missing.");
  }
  const audience = claims.aud ?? [];
  return { issuer: claims.iss, audiences: Array.isArray(audience) ? audience : [audience] };
}

function matches(provider: AuthProvider, issuer: string, audiences: readonly string[]): boolean {
  if (normalizeIssuer(issuerOf(provider)) !== normalizeIssuer(issuer)) return false;
  return provider.applicationID == null || audiences.includes(provider.applicationID);
}

function issuerOf(provider: AuthProvider): string {
  return provider.type === "customJwt" ? provider.issuer : provider.domain;
}

/** Identity providers disagree on the trailing slash, and their documentation leaves out the scheme. */
function normalizeIssuer(issuer: string): string {
  const withScheme = /^https?:\/\//.test(issuer) ? issuer : `https://${issuer}`;
  return withScheme.replace(/\/+$/, "");
}

function noProviderMessage(providers: readonly AuthProvider[]): string {
  const start = "No auth provider found matching the given token";
  if (providers.length === 0) return `${start} (no providers configured). Check convex/auth.config.ts.`;
  const list = providers.map((provider) =>
    provider.type === "customJwt"
      ? `CustomJWT(issuer=${provider.issuer}, app_id=${provider.applicationID ?? "none"})`
      : `OIDC(domain=${provider.domain}, app_id=${provider.applicationID})`,
  );
  return `${start}. Check that your JWT's issuer and audience match one of your configured providers: [${list.join(", ")}]`;
}

async function verifySignature(
  provider: AuthProvider,
  token: string,
  issuer: string,
  keys: JWTVerifyGetKey,
  nowMs: number,
): Promise<JWTPayload> {
  const { payload } = await jwtVerify(token, keys, {
    issuer,
    ...(provider.applicationID == null ? {} : { audience: provider.applicationID }),
    algorithms: provider.type === "customJwt" ? [provider.algorithm] : OIDC_ALGORITHMS,
    requiredClaims: ["sub", "exp"],
    clockTolerance: CLOCK_TOLERANCE_S,
    currentDate: new Date(nowMs),
  });
  return payload;
}

function tokenError(error: unknown): AuthTokenError {
  if (error instanceof AuthTokenError) return error;
  if (error instanceof errors.JWTExpired) {
    return new AuthTokenError("IdTokenExpired", "Could not verify OIDC token claim: the token has expired", {
      cause: error,
    });
  }
  const reason = error instanceof Error ? error.message : String(error);
  return new AuthTokenError("Unauthenticated", `Could not verify OIDC token claim: ${reason}`, { cause: error });
}

function cacheKey(provider: AuthProvider): string {
  return provider.type === "customJwt" ? `jwks ${provider.jwks}` : `oidc ${normalizeIssuer(provider.domain)}`;
}

async function fetchKeys(provider: AuthProvider, fetchDocument: (url: string) => Promise<unknown>) {
  const url = provider.type === "customJwt" ? provider.jwks : await discoverKeys(provider.domain, fetchDocument);
  const document = url.startsWith("data:") ? await readDataUri(url) : await fetchDocument(url);
  try {
    return createLocalJWKSet(document as JSONWebKeySet);
  } catch (error) {
    throw new AuthTokenError("AuthProviderDiscoveryFailed", "The auth provider's JWKS is malformed", { cause: error });
  }
}

async function discoverKeys(domain: string, fetchDocument: (url: string) => Promise<unknown>): Promise<string> {
  const issuer = normalizeIssuer(domain);
  const document = (await fetchDocument(`${issuer}/.well-known/openid-configuration`)) as Record<
    string,
    unknown
  > | null;
  const { jwks_uri: url, issuer: discovered } = document ?? {};
  if (typeof url !== "string" || typeof discovered !== "string" || normalizeIssuer(discovered) !== issuer) {
    const message = `Auth provider discovery of ${issuer} failed: its configuration has no jwks_uri or names another issuer`;
    throw new AuthTokenError("AuthProviderDiscoveryFailed", message);
  }
  return url;
}

/** `data:` URIs are read by `fetch`, which knows all their forms and does not touch the network for them. */
async function readDataUri(uri: string): Promise<unknown> {
  try {
    return await (await fetch(uri)).json();
  } catch (error) {
    throw new AuthTokenError("AuthProviderDiscoveryFailed", "The auth provider's JWKS data URI is malformed", {
      cause: error,
    });
  }
}

/** Fetches JSON documents, those below the deployment's own site in-process. */
function documentFetcher(options: TokenVerifierOptions): (url: string) => Promise<unknown> {
  const fetchRemote = options.fetch ?? fetch;
  const own = normalizeIssuer(options.ownIssuer);
  return async (url) => {
    const request = new Request(url, {
      headers: { accept: "application/json" },
      signal: AbortSignal.timeout(FETCH_TIMEOUT_MS),
    });
    try {
      const isOwn = url === own || url.startsWith(`${own}/`);
      const response = await (isOwn ? options.fetchOwn(request) : fetchRemote(request));
      if (!response.ok) throw new Error(`status ${response.status}`);
      return await response.json();
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      throw new AuthTokenError("AuthProviderDiscoveryFailed", `Auth provider discovery of ${url} failed: ${reason}`, {
        cause: error,
      });
    }
  };
}
