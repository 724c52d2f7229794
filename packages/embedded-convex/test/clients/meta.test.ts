/** What functions learn of the request that they run for. */
import { makeFunctionReference } from "convex/server";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { WebSocket } from "ws";
import { ConvexClient } from "convex/browser";
import type { Deployment } from "../deployment.ts";
import { createTokenIssuer, type TokenIssuer } from "../tokens.ts";
import { httpClient, startWithApp } from "./support.ts";

interface Seen {
  ip: string | null;
  userAgent: string | null;
  requestId: string;
  scheduledFunctionId: string | null;
  authToken: string | null;
}
const inMutation = makeFunctionReference<"mutation", Record<string, never>, Seen>("meta:inMutation");
const inAction = makeFunctionReference<"action", Record<string, never>, [Seen, Seen]>("meta:inAction");

const PROXIES = { "x-forwarded-for": "6.6.6.6, 198.51.100.7", "user-agent": "a browser" };
let direct: Deployment;
let proxied: Deployment;
let issuer: TokenIssuer;

beforeAll(async () => {
  issuer = await createTokenIssuer();
  const functionEnv = issuer.env;
  [direct, proxied] = await Promise.all([
    startWithApp({ functionEnv }),
    startWithApp({ functionEnv, args: ["--trusted-proxies", "1"] }),
  ]);
}, 60_000);

afterAll(() => Promise.all([direct?.dispose(), proxied?.dispose()]));

async function overHttp(deployment: Deployment): Promise<Seen> {
  const body = '{"path":"meta:inMutation","args":{}}';
  const headers = { "content-type": "application/json", ...PROXIES };
  const answer = await fetch(`${deployment.cloudUrl}/api/mutation`, { method: "POST", headers, body });
  return ((await answer.json()) as { value: Seen }).value;
}

async function overSocket(deployment: Deployment): Promise<Seen> {
  class Announced extends WebSocket {
    constructor(url: string) {
      super(url, { headers: PROXIES });
    }
  }
  const webSocketConstructor = Announced as unknown as typeof globalThis.WebSocket;
  const client = new ConvexClient(deployment.cloudUrl, { logger: false, webSocketConstructor });
  try {
    return await client.mutation(inMutation, {});
  } finally {
    await client.close();
  }
}

async function inHttpAction(deployment: Deployment): Promise<Seen> {
  return (await (await fetch(`${deployment.siteUrl}/meta`, { headers: PROXIES })).json()) as Seen;
}

describe.each([
  ["a call over HTTP", overHttp],
  ["a mutation over a socket", overSocket],
  ["an HTTP action", inHttpAction],
])("%s", (_name, ask) => {
  it("tells the address of the socket and the User-Agent, and believes no header", async () => {
    expect(await ask(direct)).toMatchObject({ ip: "127.0.0.1", userAgent: "a browser", authToken: null });
  });

  it("tells the address that a trusted proxy has seen", async () => {
    expect(await ask(proxied)).toMatchObject({ ip: "198.51.100.7", userAgent: "a browser" });
  });

  it("has an id of its own", async () => {
    const [first, second] = [await ask(direct), await ask(direct)];
    expect(first.requestId).toMatch(/^[0-9a-f]{16}$/);
    expect(first.requestId).not.toBe(second.requestId);
    expect(first.scheduledFunctionId).toBeNull();
  });
});

it("a mutation that an action calls belongs to the same request", async () => {
  const http = httpClient(direct);
  const token = await issuer.sign({ subject: "ann" });
  http.setAuth(token);
  const [action, mutation] = await http.action(inAction, {});
  expect(action).toMatchObject({ ip: "127.0.0.1", authToken: token });
  expect(mutation).toEqual(action);
});
