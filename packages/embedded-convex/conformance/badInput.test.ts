/** What strangers may send: a clear answer each, nothing of the host in it, and a process that goes on. */
import { once } from "node:events";
import { connect } from "node:net";
import { ConvexHttpClient } from "convex/browser";
import { makeFunctionReference } from "convex/server";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { WebSocket } from "ws";
import { copyApp, deploy } from "../test/cli.ts";
import type { AppCopy } from "../test/cli.ts";
import { Deployment } from "../test/deployment.ts";
import { createTokenIssuer } from "../test/tokens.ts";
import type { TokenIssuer } from "../test/tokens.ts";

const whoami = makeFunctionReference<"query", Record<string, never>, { subject: string } | null>("forms:whoami");

let deployment: Deployment;
let app: AppCopy;
let issuer: TokenIssuer;
let startedPid: number;

beforeAll(async () => {
  issuer = await createTokenIssuer();
  [deployment, app] = await Promise.all([
    Deployment.start({ functionEnv: issuer.env }),
    copyApp(new URL("./app/", import.meta.url)),
  ]);
  await deploy(deployment, app);
  startedPid = deployment.pid;
}, 90_000);

afterEach(async () => {
  const { value } = await post("query", JSON.stringify({ path: "forms:echo", args: { value: "alive" } })).then(
    (response) => response.json() as Promise<{ value: string }>,
  );
  expect([value, deployment.pid]).toEqual(["alive", startedPid]);
});

afterAll(async () => {
  await deployment?.dispose();
  await app?.dispose();
});

function post(
  endpoint: string,
  body: string | Uint8Array<ArrayBuffer>,
  headers: Record<string, string> = {},
): Promise<Response> {
  return fetch(`${deployment.cloudUrl}/api/${endpoint}`, {
    method: "POST",
    body,
    headers: { "content-type": "application/json", ...headers },
  });
}

/** Status and text of an answer, which must not show where the deployment lives. */
async function answer(promise: Promise<Response>): Promise<[number, string]> {
  const response = await promise;
  const text = await response.text();
  for (const secret of [process.cwd(), deployment.dataDir, deployment.adminKey, "node:internal", "file://"]) {
    expect(text).not.toContain(secret);
  }
  return [response.status, text];
}

describe("over HTTP", () => {
  it.each([
    ["no JSON", "{"],
    ["no object", "[]"],
    ["no path", "{}"],
    ["a path that is no text", '{"path":1}'],
    ["bytes", "\u0000\u0001"],
  ])("%s is a bad request", async (_name, body) => {
    expect((await answer(post("mutation", body)))[0]).toBe(400);
  });

  it.each([
    ["arguments that are no object", { path: "forms:echo", args: [5] }],
    ["malformed encodings", { path: "forms:echo", args: { value: { $integer: "x" } } }],
    ["a reserved field", { path: "forms:echo", args: { value: { $evil: 1 } } }],
    ["a path out of the functions' folder", { path: "../../package:default", args: {} }],
    ["a module's inherited property", { path: "forms:__proto__", args: {} }],
    ["a constructor", { path: "forms:constructor", args: {} }],
    ["an internal function", { path: "forms:addRow", args: { tag: "x", value: 1 } }],
    ["a system function", { path: "_system/cli/tables", args: {} }],
    ["a mutation as a query", { path: "items:insert", args: { tag: "x" } }],
  ])("%s is a failed call", async (_name, body) => {
    const [status, text] = await answer(post("query", JSON.stringify(body)));
    expect(status, text).toBeGreaterThanOrEqual(400);
    expect(status).toBeLessThan(600);
    expect(text).not.toContain('"status":"success"');
  });

  it("what is not offered is not found, also in the storage", async () => {
    for (const path of [
      "nowhere",
      "storage/../../etc/passwd",
      "storage/..%2f..%2fetc%2fpasswd",
      "storage/00000000-0000-0000-0000-000000000000",
    ]) {
      expect((await answer(fetch(`${deployment.cloudUrl}/api/${path}`)))[0], path).toBe(404);
    }
  });

  it("what is no address is a bad request, and nothing for the operator's log", async () => {
    const before = deployment.log;
    const socket = connect(Number(new URL(deployment.cloudUrl).port), "127.0.0.1");
    socket.write("GET //[ HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    const chunks: Buffer[] = [];
    for await (const chunk of socket) chunks.push(chunk as Buffer);
    expect(Buffer.concat(chunks).toString()).toMatch(/^HTTP\/1\.1 400 /);
    expect(deployment.log).toBe(before);
  });

  it("uploads need a token of the deployment", async () => {
    expect((await answer(post("storage/upload", "data")))[0]).toBeGreaterThanOrEqual(400);
    expect((await answer(post("storage/upload?token=forged", "data")))[0]).toBeGreaterThanOrEqual(400);
  });

  it("administrators' endpoints are closed without the key", async () => {
    const endpoints = [
      "deploy2/start_push",
      "deploy2/finish_push",
      "update_environment_variables",
      "get_config_hashes",
    ];
    const credentials = ["", "Convex test|wrong", `Bearer ${deployment.adminKey}`];
    const body = '{"adminKey":"test|wrong","add":["*:*"],"changes":[]}';
    for (const endpoint of [...endpoints, "embedded/outbound"]) {
      for (const authorization of credentials) {
        const headers: Record<string, string> = authorization === "" ? {} : { authorization };
        expect([401, 403], endpoint).toContain((await answer(post(endpoint, body, headers)))[0]);
      }
    }
  });

  it("a body that is too large is refused while it arrives", async () => {
    const [status] = await answer(post("query", new Uint8Array(21 * 1024 * 1024).fill(0x20)));
    expect(status).toBe(413);
  });

  it("tokens: wrong ones are refused, and identities cannot be claimed", async () => {
    const client = new ConvexHttpClient(deployment.cloudUrl, { logger: false });
    client.setAuth(await issuer.sign({ subject: "ann" }));
    expect((await client.query(whoami, {}))?.subject).toBe("ann");
    const stranger = await createTokenIssuer();
    for (const token of ["x", await stranger.sign({ subject: "ann" }), `${await issuer.sign({ subject: "ann" })}x`]) {
      const [status, text] = await answer(
        post("query", '{"path":"forms:whoami","args":{}}', { authorization: `Bearer ${token}` }),
      );
      expect(status, text).toBe(401);
      expect(JSON.parse(text)).toMatchObject({
        code: expect.any(String) as string,
        message: expect.any(String) as string,
      });
    }
    const claimed = Buffer.from('{"subject":"ann"}').toString("base64");
    const [status] = await answer(
      post("query", '{"path":"forms:whoami","args":{}}', { authorization: `Convex test|wrong:${claimed}` }),
    );
    expect([401, 403]).toContain(status);
  });

  it("half a request, and no HTTP at all, do no harm", async () => {
    for (const bytes of [
      "POST /api/query HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{",
      "\u0016\u0003\u0001",
      "GET / HTTP/9.9\r\n\r\n",
    ]) {
      const socket = connect(Number(new URL(deployment.cloudUrl).port), "127.0.0.1");
      await once(socket, "connect");
      socket.write(bytes);
      socket.resetAndDestroy();
    }
  });
});

describe("over WebSocket", () => {
  async function talk(...messages: (string | Uint8Array)[]): Promise<string[]> {
    const socket = new WebSocket(`${deployment.cloudUrl.replace("http", "ws")}/api/1.48.0/sync`);
    const received: string[] = [];
    socket.on("message", (data: Buffer) => received.push(data.toString()));
    await once(socket, "open");
    for (const message of messages) socket.send(message);
    await once(socket, "close", { signal: AbortSignal.timeout(5_000) });
    return received;
  }

  const hello = JSON.stringify({ type: "Connect", sessionId: "s", connectionCount: 0, maxObservedTimestamp: null });

  it.each([
    ["no JSON", "{"],
    ["no object", "5"],
    ["an unknown type", '{"type":"Explode"}'],
    ["bytes", new Uint8Array([1, 2, 3])],
    ["a query set that skips a version", '{"type":"ModifyQuerySet","baseVersion":7,"newVersion":8,"modifications":[]}'],
    ["a query set without modifications", '{"type":"ModifyQuerySet","baseVersion":0,"newVersion":1}'],
    ["a session id that is no text", '{"type":"Connect","sessionId":{},"connectionCount":0}'],
  ])("%s ends the connection with a reason", async (_name, message) => {
    const received = await talk(hello, message);
    expect(received.at(-1)).toContain('"type":"FatalError"');
    expect(received.join()).not.toContain(process.cwd());
  });

  it("other paths are no sync endpoint", async () => {
    const socket = new WebSocket(`${deployment.cloudUrl.replace("http", "ws")}/elsewhere`);
    await expect(once(socket, "open")).rejects.toThrow();
  });
});
