/** What only the operator may do: every route, every read of a system table, every way of giving a key. */
import { makeFunctionReference } from "convex/server";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { WebSocket } from "ws";
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { ADMIN_ROUTES, PUBLIC_ROUTES } from "../../src/http/router.ts";
import type { Deployment } from "../deployment.ts";
import { createTokenIssuer, type TokenIssuer } from "../tokens.ts";
import { httpClient, startWithApp } from "./support.ts";

let deployment: Deployment;
let issuer: TokenIssuer;
let credentials: Record<string, string | null>;

beforeAll(async () => {
  issuer = await createTokenIssuer();
  deployment = await startWithApp({ functionEnv: issuer.env });
  const key = deployment.adminKey;
  const identity = btoa('{"subject":"ann"}');
  credentials = {
    "no key": null,
    "an empty key": "Convex ",
    "a wrong key": "Convex test|wrong",
    "a wrong key that acts as somebody": `Convex test|wrong:${identity}`,
    "the beginning of the key": `Convex ${key.slice(0, -1)}`,
    "the key and more": `Convex ${key}x`,
    "the key as a token": `Bearer ${key}`,
    "the key without a scheme": key,
    "a user's token": `Bearer ${await issuer.sign({ subject: "ann" })}`,
    "a user's token as a key": `Convex ${await issuer.sign({ subject: "ann" })}`,
  };
}, 60_000);

afterAll(() => deployment?.dispose());

const call = (path: string, authorization: string | null, init: RequestInit = {}) =>
  fetch(deployment.cloudUrl + path, {
    ...init,
    headers: { "content-type": "application/json", ...(authorization === null ? {} : { authorization }) },
  });

describe("administrative routes", () => {
  it("are all but these", () => {
    // Whoever adds a route that anybody may call says so here.
    expect(Object.keys(PUBLIC_ROUTES).sort()).toEqual([
      "/.well-known/jwks.json",
      "/api/action",
      "/api/function",
      "/api/mutation",
      "/api/query",
      "/api/query_at_ts",
      "/api/query_ts",
      "/api/storage/upload",
      "/echo",
      "/instance_name",
      "/version",
    ]);
    expect(Object.keys(ADMIN_ROUTES).filter((path) => path in PUBLIC_ROUTES)).toEqual([]);
  });

  it.each(Object.keys(ADMIN_ROUTES))("%s refuses whoever has not got the key", async (path) => {
    // As some versions of the CLI do, the key stands in the body too: it must not count there either.
    const body = JSON.stringify({ adminKey: deployment.adminKey, changes: [], add: ["*:*"] });
    for (const [name, authorization] of Object.entries(credentials)) {
      for (const init of [{ method: "POST", body }, { method: "GET" }]) {
        const answer = await call(path, authorization, init);
        expect(answer.status, `${init.method} with ${name}`).toBe(403);
        expect(await answer.text()).not.toContain(deployment.adminKey);
      }
    }
  });

  it("open with the key, also while acting as somebody", async () => {
    const identity = btoa('{"subject":"ann"}');
    for (const authorization of [`Convex ${deployment.adminKey}`, `Convex ${deployment.adminKey}:${identity}`])
      expect((await call("/api/v1/get_canonical_urls", authorization)).status).toBe(200);
  });
});

describe("what the key opens among functions", () => {
  const bodies: Record<string, { path: string; args: object; componentPath?: string }> = {
    "a system table": { path: "_system/cli/tables", args: {} },
    "an internal function": { path: "errors:failInside", args: { kind: "data" } },
    "a component": { path: "errors:logsOnly", args: {}, componentPath: "anything" },
  };

  it.each(Object.entries(bodies))("%s is not reached without it", async (_name, body) => {
    for (const endpoint of ["query", "mutation", "function"]) {
      for (const [name, authorization] of Object.entries(credentials)) {
        const answer = await call(`/api/${endpoint}`, authorization, { method: "POST", body: JSON.stringify(body) });
        const text = await answer.text();
        // A component that is named by somebody else than the operator is not looked at: the app's own function answers.
        if (body.componentPath !== undefined && answer.status === 200) expect(text).toContain('"fine"');
        else expect(answer.status, `${endpoint} with ${name}: ${text}`).toBeGreaterThanOrEqual(400);
        expect(text).not.toContain("known");
      }
    }
  });

  it("nor over the socket", async () => {
    const socket = new WebSocket(`${deployment.cloudUrl.replace("http", "ws")}/api/1.48.0/sync`);
    const received: { type: string; modifications?: { type: string }[]; success?: boolean }[] = [];
    socket.on("message", (data: Buffer) => received.push(JSON.parse(data.toString()) as (typeof received)[number]));
    await once(socket, "open");
    const send = (message: unknown) => socket.send(JSON.stringify(message));
    send({ type: "Connect", sessionId: randomUUID(), connectionCount: 0, lastCloseReason: null, clientTs: 0 });
    send({ type: "Authenticate", tokenType: "Admin", value: "test|wrong", baseVersion: 0 });
    const add = { type: "Add", queryId: 0, udfPath: "_system/cli/tables", args: [{}] };
    send({ type: "ModifyQuerySet", baseVersion: 0, newVersion: 1, modifications: [add] });
    send({ type: "Mutation", requestId: 0, udfPath: "errors:failInside", args: [{ kind: "data" }] });
    while (
      !received.some(({ type }) => type === "MutationResponse") ||
      !received.some(({ type }) => type === "Transition")
    )
      await once(socket, "message", { signal: AbortSignal.timeout(5_000) });
    socket.terminate();
    expect(received.find(({ type }) => type === "AuthError")).toBeDefined();
    expect(received.find(({ type }) => type === "Transition")?.modifications).toMatchObject([{ type: "QueryFailed" }]);
    expect(received.find(({ type }) => type === "MutationResponse")).toMatchObject({ success: false });
    expect(JSON.stringify(received)).not.toContain("known");
  });
});

it("a user stays a user whatever the body claims", async () => {
  const http = httpClient(deployment);
  http.setAuth(await issuer.sign({ subject: "ann" }));
  await expect(http.mutation(makeFunctionReference<"mutation">("errors:failInside"), {})).rejects.toThrow();
});

it("pages that the operator has not named may not use the deployment; programs and named pages may", async () => {
  const guarded = await startWithApp({ functionEnv: issuer.env, args: ["--allow-origin", "http://app.example"] });
  try {
    const ask = async (origin: string | null) => {
      const headers = { "content-type": "application/json", ...(origin === null ? {} : { origin }) };
      const body = '{"path":"errors:logsOnly","args":{}}';
      return (await fetch(`${guarded.cloudUrl}/api/query`, { method: "POST", headers, body })).status;
    };
    const connect = (origin: string) =>
      new Promise<number>((resolve) => {
        const url = `${guarded.cloudUrl.replace("http", "ws")}/api/1.48.0/sync`;
        const socket = new WebSocket(url, { headers: { origin } });
        socket.on("open", () => resolve(101));
        socket.on("unexpected-response", (_request, response) => resolve(response.statusCode!));
        socket.on("error", () => undefined);
      });
    expect([await ask(null), await ask("http://app.example"), await connect("http://app.example")]).toEqual([
      200, 200, 101,
    ]);
    expect([await ask("http://evil.example"), await ask("null"), await connect("http://evil.example")]).toEqual([
      403, 403, 403,
    ]);
  } finally {
    await guarded.dispose();
  }
}, 30_000);
