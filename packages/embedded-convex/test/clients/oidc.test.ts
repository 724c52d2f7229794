/** Identities by OpenID Connect and by plain JWTs, over the wire: discovery, keys, and what must not be accepted. */
import { createServer, type Server } from "node:http";
import { once } from "node:events";
import { makeFunctionReference } from "convex/server";
import { exportJWK, generateKeyPair, SignJWT, UnsecuredJWT, type CryptoKey, type JWK } from "jose";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { copyApp, convex } from "../cli.ts";
import type { Deployment } from "../deployment.ts";
import { createTokenIssuer } from "../tokens.ts";
import { httpClient, rejection, socketClient, startWithApp } from "./support.ts";

const asksWho = makeFunctionReference<"query", { tag: string }, string | null>("notes:asksWho");
const identity = makeFunctionReference<"query", Record<string, never>, Record<string, unknown> | null>(
  "notes:identity",
);

interface Key {
  id: string;
  privateKey: CryptoKey;
  jwk: JWK;
}

let server: Server;
let issuer: string;
/** What the issuer publishes. */
let published: JWK[] = [];
let requests: string[] = [];
let rsa: Key;
let ec: Key;
/** Published, but of an algorithm that Convex does not take. */
let unusual: Key;
let deployment: Deployment;

async function createKey(id: string, alg: "RS256" | "ES256" | "RS512"): Promise<Key> {
  const { privateKey, publicKey } = await generateKeyPair(alg);
  return { id, privateKey, jwk: { ...(await exportJWK(publicKey)), kid: id, alg, use: "sig" } };
}

beforeAll(async () => {
  [rsa, ec, unusual] = await Promise.all([
    createKey("rsa", "RS256"),
    createKey("ec", "ES256"),
    createKey("unusual", "RS512"),
  ]);
  published = [rsa.jwk, ec.jwk, unusual.jwk];
  server = createServer((request, response) => {
    requests.push(request.url!);
    const documents: Record<string, unknown> = {
      "/.well-known/openid-configuration": { issuer, jwks_uri: `${issuer}/keys` },
      "/keys": { keys: published },
    };
    response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(documents[request.url!]));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  issuer = `http://127.0.0.1:${(server.address() as { port: number }).port}`;
  const functionEnv = { ...(await createTokenIssuer()).env, OIDC_ISSUER: issuer };
  deployment = await startWithApp({ functionEnv, args: ["--allow-outbound", new URL(issuer).host] });
}, 60_000);

afterAll(async () => {
  await deployment?.dispose();
  server?.close();
});

interface TokenOptions {
  key?: Key;
  claims?: Record<string, unknown>;
  /** Seconds from now. */
  expiresIn?: number;
}

function token({ key = rsa, claims = {}, expiresIn = 600 }: TokenOptions = {}): Promise<string> {
  const now = Math.floor(Date.now() / 1000);
  return new SignJWT({ iss: issuer, aud: "app", sub: "ann", iat: now, exp: now + expiresIn, ...claims })
    .setProtectedHeader({ alg: key.jwk.alg!, kid: key.id, typ: "JWT" })
    .sign(key.privateKey);
}

async function ask(text: string): Promise<Record<string, unknown> | null> {
  const http = httpClient(deployment);
  http.setAuth(text);
  return await http.query(identity, {});
}

describe("OpenID Connect", () => {
  it("accepts RS256 and ES256 tokens, and gives claims Convex's names", async () => {
    const claims = {
      email_verified: true,
      given_name: "Ann",
      picture: "p",
      updated_at: 1,
      role: "admin",
      deep: { a: 1 },
    };
    expect(await ask(await token({ claims }))).toEqual({
      tokenIdentifier: `${issuer}|ann`,
      issuer,
      subject: "ann",
      emailVerified: true,
      givenName: "Ann",
      pictureUrl: "p",
      updatedAt: "1970-01-01T00:00:01.000Z",
      role: "admin",
      deep: { a: 1 },
    });
    expect(await ask(await token({ key: ec }))).toMatchObject({ subject: "ann" });
  });

  it("finds the provider of the audience among several, and asks the issuer once for many tokens", async () => {
    requests = [];
    for (const aud of ["second app", ["other", "app"], "app"])
      expect(await ask(await token({ claims: { aud } }))).not.toBeNull();
    await Promise.all(Array.from({ length: 20 }, async () => ask(await token())));
    expect(requests.length).toBeLessThanOrEqual(2);
  });

  const refused: [string, () => Promise<string> | string][] = [
    ["another issuer", () => token({ claims: { iss: "https://evil.example" } })],
    ["another audience", () => token({ claims: { aud: "evil" } })],
    ["no audience", () => token({ claims: { aud: undefined } })],
    ["an end that has passed", () => token({ expiresIn: -60 })],
    ["no end", () => token({ claims: { exp: undefined } })],
    ["a beginning that has not come", () => token({ claims: { nbf: Math.floor(Date.now() / 1000) + 3600 } })],
    ["no subject", () => token({ claims: { sub: undefined } })],
    ["a key that was not published", async () => token({ key: { ...(await createKey("rsa", "RS256")) } })],
    ["an algorithm that is not allowed", () => token({ key: unusual })],
    ["no signature", () => new UnsecuredJWT({ iss: issuer, aud: "app", sub: "ann", exp: 9_999_999_999 }).encode()],
    [
      "a changed payload",
      async () =>
        (await token()).replace(
          /\.[^.]+\./,
          `.${btoa(JSON.stringify({ iss: issuer, aud: "app", sub: "eve", exp: 9_999_999_999 })).replace(/=+$/, "")}.`,
        ),
    ],
    ["no token at all", () => "x"],
  ];
  it.each(refused)("refuses %s", async (_name, make) => {
    const text = await make();
    const { message } = await rejection(ask(text));
    expect(message).toMatch(/"code":/);
    // Nobody is told more than what is wrong with the token.
    expect(message).not.toContain(process.cwd());
  });

  it("takes a clock that is a little off", async () => {
    const now = Math.floor(Date.now() / 1000);
    expect(await ask(await token({ claims: { nbf: now + 3, iat: now + 3 } }))).not.toBeNull();
    expect(await ask(await token({ expiresIn: -3 }))).not.toBeNull();
  });
});

describe("plain JWTs", () => {
  it("need no audience where none is asked for, and flatten nested claims", async () => {
    const claims = { iss: "https://plain.example", aud: undefined, org: { team: "red" } };
    expect(await ask(await token({ claims }))).toMatchObject({
      tokenIdentifier: "https://plain.example|ann",
      org: { team: "red" },
      "org.team": "red",
    });
  });

  it("insist on their algorithm", async () => {
    await rejection(ask(await token({ key: ec, claims: { iss: "https://plain.example" } })));
  });
});

it("administrators act as whom they say", async () => {
  const app = await copyApp(new URL("./app/", import.meta.url));
  try {
    const claims = '{ "subject": "zoe", "name": "Zoe", "custom": 1 }';
    const { stdout } = await convex(deployment, app, ["run", "notes:identity", "{}", "--identity", claims]);
    expect(JSON.parse(stdout)).toMatchObject({ subject: "zoe", name: "Zoe", custom: 1, issuer: "https://convex.test" });
  } finally {
    await app.dispose();
  }
}, 30_000);

it("over the socket, a bad token is told as such, and the connection goes on as nobody", async () => {
  const client = socketClient(deployment.cloudUrl);
  try {
    const states: boolean[] = [];
    const who: (string | null)[] = [];
    client.onUpdate(asksWho, { tag: "oidc" }, (value) => who.push(value));
    const text = await token({ claims: { aud: "evil" } });
    client.setAuth(
      () => Promise.resolve(text),
      (isAuthenticated) => states.push(isAuthenticated),
    );
    await vi.waitFor(() => expect([states.at(-1), who.at(-1)]).toEqual([false, null]), { timeout: 10_000 });
    const good = await token();
    client.setAuth(
      () => Promise.resolve(good),
      (isAuthenticated) => states.push(isAuthenticated),
    );
    await vi.waitFor(() => expect([states.at(-1), who.at(-1)]).toEqual([true, "ann"]), { timeout: 10_000 });
  } finally {
    await client.close();
  }
}, 30_000);

it("an issuer in the operator's own network is out of reach until the operator allows it", async () => {
  const outbound = async (change: object) => {
    const headers = { authorization: `Convex ${deployment.adminKey}`, "content-type": "application/json" };
    const answer = await fetch(`${deployment.cloudUrl}/api/embedded/outbound`, {
      method: "POST",
      headers,
      body: JSON.stringify(change),
    });
    expect(answer.status).toBe(200);
  };
  const { host } = new URL(issuer);
  await outbound({ remove: [host] });
  // A restart forgets the keys.
  await deployment.kill();
  await deployment.startProcess();
  await outbound({ remove: [host] });
  requests = [];
  expect((await rejection(ask(await token()))).message).toContain("AuthProviderDiscoveryFailed");
  expect(requests).toEqual([]);
  await outbound({ add: [host] });
  expect(await ask(await token())).toMatchObject({ subject: "ann" });
}, 60_000);
