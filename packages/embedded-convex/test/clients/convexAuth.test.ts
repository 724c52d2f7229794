/** Convex Auth, unmodified, from sign-up to sign-out: the deployment is the issuer of its own tokens. */
import { makeFunctionReference } from "convex/server";
import { exportJWK, exportPKCS8, generateKeyPair } from "jose";
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { copyApp, deploy } from "../cli.ts";
import { Deployment } from "../deployment.ts";
import { httpClient, rejection, socketClient } from "./support.ts";

interface Tokens {
  token: string;
  refreshToken: string;
}
type Params = { flow: "signUp" | "signIn"; email: string; password: string };
const signIn = makeFunctionReference<
  "action",
  { provider?: string; params?: Params; refreshToken?: string },
  { tokens: Tokens | null }
>("auth:signIn");
const signOut = makeFunctionReference<"action", Record<string, never>, null>("auth:signOut");
const userId = makeFunctionReference<"query", Record<string, never>, string | null>("auth:userId");

let deployment: Deployment;
let people = 0;
let ann: { email: string; password: string };

beforeAll(async () => {
  const { privateKey, publicKey } = await generateKeyPair("RS256", { extractable: true });
  const functionEnv = {
    JWT_PRIVATE_KEY: `"${(await exportPKCS8(privateKey)).trimEnd().replace(/\n/g, " ")}"`,
    JWKS: `'${JSON.stringify({ keys: [{ use: "sig", ...(await exportJWK(publicKey)) }] })}'`,
    SITE_URL: "http://127.0.0.1:3000",
  };
  const app = await copyApp(new URL("./authApp/", import.meta.url));
  try {
    deployment = await Deployment.start({ functionEnv });
    await deploy(deployment, app);
  } finally {
    await app.dispose();
  }
}, 60_000);

beforeEach(() => {
  ann = { email: `ann${(people += 1)}@example.com`, password: "correct horse" };
});

afterAll(() => deployment?.dispose());

async function enter(flow: Params["flow"], change: Partial<Params> = {}): Promise<Tokens> {
  const params = { ...ann, flow, ...change };
  const { tokens } = await httpClient(deployment).action(signIn, { provider: "password", params });
  return tokens!;
}

const refresh = (refreshToken: string) => httpClient(deployment).action(signIn, { refreshToken });

async function whoIs({ token }: Tokens): Promise<string | null> {
  const http = httpClient(deployment);
  http.setAuth(token);
  return await http.query(userId, {});
}

describe("Convex Auth", () => {
  it("signs up, signs in again as the same person, and tells people apart", async () => {
    const first = await whoIs(await enter("signUp"));
    expect(first).toEqual(expect.any(String));
    expect(await whoIs(await enter("signIn"))).toBe(first);
    ann.email = "somebody-else@example.com";
    expect(await whoIs(await enter("signUp"))).not.toBe(first);
  });

  it("refuses a wrong password and an unknown address", async () => {
    await enter("signUp");
    expect((await rejection(enter("signIn", { password: "wrong horse" }))).message).toContain("InvalidSecret");
    expect((await rejection(enter("signIn", { email: "x@example.com" }))).message).toContain("InvalidAccountId");
  });

  it("publishes its keys and its configuration", async () => {
    const configuration = await (await fetch(`${deployment.siteUrl}/.well-known/openid-configuration`)).json();
    expect(configuration).toMatchObject({ issuer: deployment.siteUrl });
    const { jwks_uri: keys } = configuration as { jwks_uri: string };
    expect(await (await fetch(keys)).json()).toMatchObject({ keys: [{ kty: "RSA" }] });
  });

  it("renews tokens, one after the other", async () => {
    let tokens = await enter("signUp");
    const person = await whoIs(tokens);
    const seen = new Set([tokens.refreshToken]);
    for (let round = 0; round < 4; round += 1) {
      tokens = (await refresh(tokens.refreshToken)).tokens!;
      expect(await whoIs(tokens)).toBe(person);
      seen.add(tokens.refreshToken);
    }
    expect(seen.size).toBe(5);
  });

  it("gives parallel renewals of one token a valid one each, as several tabs ask for", async () => {
    const { refreshToken } = await enter("signUp");
    const renewed = await Promise.all(Array.from({ length: 8 }, () => refresh(refreshToken)));
    const people = await Promise.all(renewed.map(({ tokens }) => whoIs(tokens!)));
    expect(new Set(people).size).toBe(1);
    expect(people[0]).not.toBeNull();
  });

  it("ends the session when an old token is used once more", async () => {
    // Within ten seconds a repetition is taken for a lost answer: the rows are aged instead of waiting.
    const first = await enter("signUp");
    const second = (await refresh(first.refreshToken)).tokens!;
    const third = (await refresh(second.refreshToken)).tokens!;
    await ageTokens();
    expect((await refresh(first.refreshToken)).tokens).toBeNull();
    // A thief and the owner cannot be told apart: what came of the stolen token is worth nothing either.
    expect((await refresh(third.refreshToken)).tokens).toBeNull();
  });

  it("refuses made-up tokens", async () => {
    expect((await refresh("a|b").catch(() => ({ tokens: null }))).tokens).toBeNull();
    const tokens = await enter("signUp");
    const [id] = tokens.refreshToken.split("|");
    const other = await enter("signIn");
    expect((await refresh(`${id}|${other.refreshToken.split("|")[1]}`)).tokens).toBeNull();
  });

  it("signs out: the session is over, everywhere it is used", async () => {
    const tokens = await enter("signUp");
    const client = socketClient(deployment.cloudUrl);
    try {
      client.setAuth(() => Promise.resolve(tokens.token));
      const seen: (string | null)[] = [];
      client.onUpdate(userId, {}, (value) => seen.push(value));
      await vi.waitFor(() => expect(seen.at(-1)).toEqual(expect.any(String)), { timeout: 10_000 });
      await client.action(signOut, {});
      expect((await refresh(tokens.refreshToken)).tokens).toBeNull();
    } finally {
      await client.close();
    }
  });

  it("goes on after a restart: keys and sessions are kept", async () => {
    const tokens = await enter("signUp");
    const person = await whoIs(tokens);
    await deployment.kill();
    await deployment.startProcess();
    expect(await whoIs(tokens)).toBe(person);
    expect(await whoIs((await refresh(tokens.refreshToken)).tokens!)).toBe(person);
  }, 30_000);
});

/** Lets eleven seconds pass for all refresh tokens that were used. */
async function ageTokens(): Promise<void> {
  const age = makeFunctionReference<"mutation", Record<string, never>, null>("aging:age");
  await httpClient(deployment).mutation(age, {});
}
