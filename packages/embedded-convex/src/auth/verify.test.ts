import { exportJWK, generateKeyPair, SignJWT } from "jose";
import type { CryptoKey, JWK, JWTPayload } from "jose";
import { beforeAll, beforeEach, describe, expect, it } from "vitest";
import { createTokenVerifier } from "./verify.ts";
import type { AuthProvider, TokenVerifierOptions } from "./verify.ts";

interface Signer {
  algorithm: "RS256" | "ES256";
  privateKey: CryptoKey;
  jwk: JWK;
}

const ownIssuer = "http://127.0.0.1:3211";
let rsa: Signer;
let ec: Signer;
let stranger: Signer;
let nowMs: number;
/** JSON by URL, as remote issuers answer it; and what was asked. */
let documents: Map<string, unknown>;
let requests: string[];

beforeAll(async () => {
  [rsa, ec, stranger] = await Promise.all([makeSigner("RS256"), makeSigner("ES256"), makeSigner("RS256")]);
});

beforeEach(() => {
  nowMs = Date.UTC(2030, 0, 1);
  documents = new Map();
  requests = [];
});

async function makeSigner(algorithm: Signer["algorithm"]): Promise<Signer> {
  const { privateKey, publicKey } = await generateKeyPair(algorithm, { extractable: true });
  return { algorithm, privateKey, jwk: { ...(await exportJWK(publicKey)), alg: algorithm, use: "sig" } };
}

async function token(signer: Signer, claims: JWTPayload, lifetimeS = 3600): Promise<string> {
  const nowS = Math.floor(nowMs / 1000);
  const payload = { sub: "user1", iat: nowS, exp: nowS + lifetimeS, ...claims };
  return await new SignJWT(payload).setProtectedHeader({ alg: signer.algorithm, typ: "JWT" }).sign(signer.privateKey);
}

function serve(issuer: string, keys: JWK[]): void {
  documents.set(`${issuer}/.well-known/openid-configuration`, { issuer, jwks_uri: `${issuer}/.well-known/jwks.json` });
  documents.set(`${issuer}/.well-known/jwks.json`, { keys });
}

function answer(via: string) {
  return (request: Request): Promise<Response> => {
    requests.push(`${via} ${request.url}`);
    const document = documents.get(request.url);
    return Promise.resolve(document === undefined ? new Response("", { status: 404 }) : Response.json(document));
  };
}

function verifier(providers: AuthProvider[], options: Partial<TokenVerifierOptions> = {}) {
  const fetchRemote = answer("remote") as typeof fetch;
  return createTokenVerifier({
    providers,
    ownIssuer,
    fetchOwn: answer("own"),
    fetch: fetchRemote,
    now: () => nowMs,
    ...options,
  });
}

const oidc: AuthProvider = { domain: "https://issuer.example", applicationID: "app" };
const claims = { iss: "https://issuer.example", aud: "app" };

describe("OpenID Connect providers", () => {
  beforeEach(() => serve("https://issuer.example", [rsa.jwk, ec.jwk]));

  it("prove an identity by RS256 and ES256, fetching the keys once", async () => {
    const { verify } = verifier([oidc]);
    for (const signer of [rsa, ec]) {
      expect(await verify(await token(signer, claims))).toEqual({
        tokenIdentifier: "https://issuer.example|user1",
        issuer: "https://issuer.example",
        subject: "user1",
      });
    }
    expect(requests).toHaveLength(2);
  });

  it("give standard claims Convex's names and keep custom claims", async () => {
    const standard = {
      name: "Ann",
      given_name: "A",
      email: "a@x",
      email_verified: true,
      picture: "p",
      updated_at: 0,
      phone_number: "1",
    };
    const identity = await verifier([oidc]).verify(
      await token(rsa, { ...claims, ...standard, org: { id: 7 }, tokenIdentifier: "forged" }),
    );
    expect(identity).toEqual({
      tokenIdentifier: "https://issuer.example|user1",
      issuer: "https://issuer.example",
      subject: "user1",
      name: "Ann",
      givenName: "A",
      email: "a@x",
      emailVerified: true,
      pictureUrl: "p",
      updatedAt: "1970-01-01T00:00:00.000Z",
      phoneNumber: "1",
      org: { id: 7 },
    });
  });

  it("match with or without scheme and trailing slash, and one of several audiences", async () => {
    serve("https://issuer.example", [rsa.jwk]);
    const provider = { domain: "issuer.example/", applicationID: "app" };
    const identity = await verifier([provider]).verify(
      await token(rsa, { iss: "https://issuer.example/", aud: ["other", "app"] }),
    );
    expect(identity.issuer).toBe("https://issuer.example/");
  });

  it("refuse other issuers, audiences, keys, expired and unfinished tokens", async () => {
    const { verify } = verifier([oidc]);
    await expect(verify(await token(rsa, { ...claims, iss: "https://evil.example" }))).rejects.toMatchObject({
      code: "NoAuthProvider",
      status: 401,
      message:
        "No auth provider found matching the given token. Check that your JWT's issuer and audience match one of your configured providers: [OIDC(domain=https://issuer.example, app_id=app)]",
    });
    await expect(verify(await token(rsa, { ...claims, aud: "other" }))).rejects.toMatchObject({
      code: "NoAuthProvider",
    });
    await expect(verify(await token(stranger, claims))).rejects.toMatchObject({ code: "Unauthenticated" });
    await expect(verify(await token(rsa, claims, -60))).rejects.toMatchObject({ code: "IdTokenExpired" });
    await expect(verify(await token(rsa, { ...claims, nbf: nowMs / 1000 + 3600 }))).rejects.toMatchObject({
      code: "Unauthenticated",
    });
    for (const missing of ["sub", "exp"]) {
      await expect(verify(await token(rsa, { ...claims, [missing]: undefined }))).rejects.toMatchObject({
        code: "Unauthenticated",
      });
    }
  });

  it("refuse what is no token, unsigned tokens, and tokens signed with the public key as a secret", async () => {
    const { verify } = verifier([oidc]);
    for (const text of ["", "x", "a.b.c"])
      await expect(verify(text)).rejects.toMatchObject({ code: "InvalidAuthHeader" });
    const [, payload] = (await token(rsa, claims)).split(".");
    const header = Buffer.from(JSON.stringify({ alg: "none" })).toString("base64url");
    await expect(verify(`${header}.${payload}.`)).rejects.toMatchObject({
      code: expect.stringMatching(/Unauthenticated|InvalidAuthHeader/) as string,
    });
    const secret = new TextEncoder().encode(JSON.stringify(rsa.jwk));
    const forged = await new SignJWT({ ...claims, sub: "user1" })
      .setProtectedHeader({ alg: "HS256" })
      .setExpirationTime("1h")
      .sign(secret);
    await expect(verify(forged)).rejects.toMatchObject({ code: "Unauthenticated" });
    await expect(verifier([]).verify(await token(rsa, claims))).rejects.toThrow("(no providers configured)");
  });

  it("take rotated keys, but do not fetch for every bad token", async () => {
    const { verify } = verifier([oidc]);
    await verify(await token(rsa, claims));
    documents.set("https://issuer.example/.well-known/jwks.json", { keys: [stranger.jwk] });
    await expect(verify(await token(stranger, claims))).rejects.toMatchObject({ code: "Unauthenticated" });
    expect(requests).toHaveLength(2);
    nowMs += 60_000;
    expect((await verify(await token(stranger, claims))).subject).toBe("user1");
    await expect(verify(await token(rsa, claims))).rejects.toMatchObject({ code: "Unauthenticated" });
    expect(requests).toHaveLength(4);
  });

  it("try again after a failed discovery, and fetch again after clear", async () => {
    const failing = verifier([oidc]);
    documents.clear();
    await expect(failing.verify(await token(rsa, claims))).rejects.toMatchObject({
      code: "AuthProviderDiscoveryFailed",
    });
    serve("https://issuer.example", [rsa.jwk]);
    await failing.verify(await token(rsa, claims));
    const before = requests.length;
    failing.clear();
    await failing.verify(await token(rsa, claims));
    expect(requests.length).toBe(before + 2);
  });

  it("refuse a configuration that names another issuer", async () => {
    documents.set("https://issuer.example/.well-known/openid-configuration", {
      issuer: "https://evil.example",
      jwks_uri: "https://evil.example/k",
    });
    await expect(verifier([oidc]).verify(await token(rsa, claims))).rejects.toMatchObject({
      code: "AuthProviderDiscoveryFailed",
    });
  });
});

describe("the deployment as issuer", () => {
  it("is answered without the network", async () => {
    serve(ownIssuer, [rsa.jwk]);
    const { verify } = verifier([{ domain: ownIssuer, applicationID: "convex" }]);
    expect((await verify(await token(rsa, { iss: ownIssuer, aud: "convex" }))).subject).toBe("user1");
    expect(requests).toEqual([
      `own ${ownIssuer}/.well-known/openid-configuration`,
      `own ${ownIssuer}/.well-known/jwks.json`,
    ]);
  });

  it("is not mistaken for addresses that merely begin like it", async () => {
    serve(`${ownIssuer}0`, [rsa.jwk]);
    const { verify } = verifier([{ domain: `${ownIssuer}0`, applicationID: "convex" }]);
    await verify(await token(rsa, { iss: `${ownIssuer}0`, aud: "convex" }));
    expect(requests.every((request) => request.startsWith("remote "))).toBe(true);
  });
});

describe("custom JWT providers", () => {
  const provider = (overrides: object): AuthProvider => ({
    type: "customJwt",
    issuer: "my-issuer",
    jwks: "https://keys.example/jwks",
    algorithm: "ES256",
    ...overrides,
  });

  it("take keys from an address or a data URI, and pass nested claims on by path", async () => {
    documents.set("https://keys.example/jwks", { keys: [ec.jwk] });
    const signed = await token(ec, { iss: "my-issuer", org: { role: "admin" } });
    const expected = {
      tokenIdentifier: "my-issuer|user1",
      issuer: "my-issuer",
      subject: "user1",
      org: { role: "admin" },
      "org.role": "admin",
    };
    expect(await verifier([provider({})]).verify(signed)).toEqual(expected);
    const json = JSON.stringify({ keys: [ec.jwk] });
    for (const uri of [
      `data:text/plain;charset=utf-8;base64,${btoa(json)}`,
      `data:application/json,${encodeURIComponent(json)}`,
    ]) {
      expect(await verifier([provider({ jwks: uri })]).verify(signed)).toEqual(expected);
    }
    expect(requests).toEqual(["remote https://keys.example/jwks"]);
  });

  it("insist on their algorithm and, when given, their audience", async () => {
    documents.set("https://keys.example/jwks", { keys: [ec.jwk, rsa.jwk] });
    await expect(verifier([provider({})]).verify(await token(rsa, { iss: "my-issuer" }))).rejects.toMatchObject({
      code: "Unauthenticated",
    });
    const strict = verifier([provider({ applicationID: "app" })]);
    await expect(strict.verify(await token(ec, { iss: "my-issuer" }))).rejects.toMatchObject({
      code: "NoAuthProvider",
    });
    expect((await strict.verify(await token(ec, { iss: "my-issuer", aud: "app" }))).subject).toBe("user1");
  });

  it("say so when the keys are malformed", async () => {
    const signed = await token(ec, { iss: "my-issuer" });
    for (const jwks of ["data:application/json,{}", "data:text/plain,nonsense", "https://keys.example/gone"]) {
      await expect(verifier([provider({ jwks })]).verify(signed)).rejects.toMatchObject({
        code: "AuthProviderDiscoveryFailed",
      });
    }
  });
});
