import { randomUUID } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import WebSocket from "ws";
import { type RunningDeployment, startDeployment } from "../src/index.ts";
import { deploySample } from "./support/launch.ts";

interface ServerMessage {
  type: string;
  requestId?: number;
  success?: boolean;
  result?: unknown;
  error?: string;
  ts?: string;
  baseVersion?: number;
  startVersion?: { querySet: number; identity: number; ts: string };
  endVersion?: { querySet: number; identity: number; ts: string };
  modifications?: { type: string; queryId: number; value?: unknown; errorMessage?: string }[];
}

const adminKey = "embedded|0123456789abcdef0123456789abcdef";
const folder = mkdtempSync(path.join(tmpdir(), "embedded-convex-sync-"));
let deployment: RunningDeployment;
let channel = "";
const open: Connection[] = [];

/** A client that shows everything the server says. */
class Connection {
  readonly received: ServerMessage[] = [];
  readonly socket: WebSocket;
  readonly sessionId: string;
  closed = false;
  readonly #waiting = new Set<() => void>();

  constructor(sessionId: string = randomUUID()) {
    this.sessionId = sessionId;
    this.socket = new WebSocket(`${deployment.cloudUrl.replace("http", "ws")}/api/1.48.0/sync`);
    this.socket.on("message", (data: Buffer) => {
      const message = JSON.parse(data.toString()) as ServerMessage;
      if (message.type !== "Ping") this.received.push(message);
      for (const wake of this.#waiting) wake();
    });
    this.socket.on("close", () => {
      this.closed = true;
      for (const wake of this.#waiting) wake();
    });
    open.push(this);
  }

  async ready(): Promise<this> {
    await new Promise((resolve, reject) => this.socket.once("open", resolve).once("error", reject));
    this.send({ type: "Connect", sessionId: this.sessionId, connectionCount: 0, lastCloseReason: null, clientTs: 0 });
    return this;
  }

  send(message: unknown): void {
    this.socket.send(typeof message === "string" ? message : JSON.stringify(message));
  }

  mutate(requestId: number, udfPath: string, args: unknown): void {
    this.send({ type: "Mutation", requestId, udfPath, args: [args] });
  }

  querySet(baseVersion: number, ...modifications: unknown[]): void {
    this.send({ type: "ModifyQuerySet", baseVersion, newVersion: baseVersion + 1, modifications });
  }

  /** Waits for a message, among those that have come already too. */
  async next(matches: (message: ServerMessage) => boolean): Promise<ServerMessage> {
    for (;;) {
      const found = this.received.find(matches);
      if (found !== undefined) return found;
      if (this.closed) throw new Error(`The connection was closed; received ${JSON.stringify(this.received)}`);
      await this.change();
    }
  }

  change(): Promise<void> {
    return new Promise((resolve) => {
      const wake = (): void => {
        this.#waiting.delete(wake);
        resolve();
      };
      this.#waiting.add(wake);
    });
  }
}

const add = (queryId: number, udfPath: string, args: unknown) => ({ type: "Add", queryId, udfPath, args: [args] });
const isTransition = (message: ServerMessage) => message.type === "Transition";
const isAnswer = (requestId: number) => (message: ServerMessage) =>
  message.type === "MutationResponse" && message.requestId === requestId;
const decode = (ts: string) => Buffer.from(ts, "base64").readBigUInt64LE();

beforeAll(async () => {
  deployment = await startDeployment({
    dataFolder: folder,
    host: "127.0.0.1",
    port: 0,
    sitePort: 0,
    adminKey,
    timeLimitMs: 1000,
    sync: "off",
    showErrors: true,
  });
  await deploySample({ cloudUrl: deployment.cloudUrl, adminKey });
  const client = await new Connection().ready();
  client.mutate(0, "messages:createChannel", { name: "sync" });
  channel = (await client.next(isAnswer(0))).result as string;
}, 60_000);

afterEach(() => {
  for (const connection of open.splice(0)) connection.socket.terminate();
});

afterAll(async () => {
  await deployment.stop();
  rmSync(folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
});

describe("the sync protocol", () => {
  it("answers a mutation before the transition that covers it, which shows its effect", async () => {
    const client = await new Connection().ready();
    client.querySet(0, add(0, "messages:list", { channel, limit: 1 }));
    await client.next(isTransition);
    client.mutate(0, "messages:send", { channel, author: "a", body: "ordered" });
    const answer = await client.next(isAnswer(0));
    const covering = await client.next(
      (message) => isTransition(message) && decode(message.endVersion!.ts) >= decode(answer.ts!),
    );
    expect(client.received.indexOf(answer)).toBeLessThan(client.received.indexOf(covering));
    expect(covering.modifications).toMatchObject([{ type: "QueryUpdated", queryId: 0, value: [{ body: "ordered" }] }]);
  });

  it("starts every transition where the last one ended, under load from several clients", async () => {
    const watcher = await new Connection().ready();
    watcher.querySet(0, add(0, "messages:list", { channel, limit: 5 }));
    const writers = await Promise.all([1, 2, 3].map(() => new Connection().ready()));
    for (let n = 0; n < 40; n++)
      for (const writer of writers) writer.mutate(n, "messages:send", { channel, author: "w", body: `${n}` });
    watcher.querySet(1, add(1, "messages:channels", {}));
    watcher.querySet(2, { type: "Remove", queryId: 1 });
    await Promise.all(writers.map((writer) => writer.next(isAnswer(39))));
    await watcher.next((message) => message.endVersion?.querySet === 3);
    let version = { querySet: 0, identity: 0, ts: "AAAAAAAAAAA=" };
    for (const message of watcher.received.filter(isTransition)) {
      expect(message.startVersion).toEqual(version);
      expect(decode(message.endVersion!.ts)).toBeGreaterThanOrEqual(decode(version.ts));
      version = message.endVersion!;
    }
  });

  it("gives every successful mutation a transition, also one that writes nothing or was applied before", async () => {
    const first = await new Connection().ready();
    first.mutate(0, "messages:send", { channel, author: "a", body: "only once" });
    const answer = await first.next(isAnswer(0));
    const again = await new Connection(first.sessionId).ready();
    again.mutate(0, "messages:send", { channel, author: "a", body: "only once" });
    expect(await again.next(isAnswer(0))).toEqual(answer);
    await again.next((message) => isTransition(message) && decode(message.endVersion!.ts) >= decode(answer.ts!));
    again.querySet(0, add(0, "messages:list", { channel, limit: 100 }));
    const { modifications } = await again.next((message) => message.endVersion?.querySet === 1);
    const rows = modifications!.find(({ queryId }) => queryId === 0)!.value as { body: string }[];
    expect(rows.filter(({ body }) => body === "only once")).toHaveLength(1);
  });

  it("reports functions that fail, and goes on", async () => {
    const client = await new Connection().ready();
    client.mutate(0, "messages:fail", { channel });
    expect(await client.next(isAnswer(0))).toMatchObject({
      success: false,
      result: expect.stringContaining("failed on purpose") as string,
    });
    client.querySet(0, add(0, "messages:missing", {}));
    const { modifications } = await client.next(isTransition);
    expect(modifications).toMatchObject([
      { type: "QueryFailed", errorMessage: expect.stringContaining("Could not find") as string },
    ]);
  });

  it("answers a bad token without advancing the identity", async () => {
    const client = await new Connection().ready();
    client.send({ type: "Authenticate", tokenType: "User", value: "garbage", baseVersion: 0 });
    expect(await client.next((message) => message.type === "AuthError")).toMatchObject({ baseVersion: 0 });
    client.send({ type: "Authenticate", tokenType: "None", baseVersion: 0 });
    expect((await client.next(isTransition)).endVersion).toMatchObject({ identity: 1 });
  });

  it("keeps internal functions from browsers and gives them to the admin key", async () => {
    const client = await new Connection().ready();
    client.mutate(0, "messages:record", { channel, body: "x" });
    expect(await client.next(isAnswer(0))).toMatchObject({ success: false });
    client.send({ type: "Authenticate", tokenType: "Admin", value: adminKey, baseVersion: 0 });
    client.mutate(1, "messages:record", { channel, body: "x" });
    expect(await client.next(isAnswer(1))).toMatchObject({ success: true });
  });
});

describe("hostile and broken clients", () => {
  it.each([
    ["text that is not JSON", "{"],
    ["JSON that is no message", "[1]"],
    ["an unknown message", '{"type":"Surprise"}'],
    ["a wrong base version", '{"type":"ModifyQuerySet","baseVersion":7,"newVersion":8,"modifications":[]}'],
    ["a query set that is none", '{"type":"ModifyQuerySet","baseVersion":0,"newVersion":1,"modifications":5}'],
  ])("are told and cut off: %s", async (_name, text) => {
    const client = await new Connection().ready();
    client.send(text);
    expect(await client.next((message) => message.type === "FatalError")).toMatchObject({
      error: expect.any(String) as string,
    });
    while (!client.closed) await client.change();
  });

  it("cannot push time out of reach", async () => {
    const client = await new Connection().ready();
    const far = Buffer.alloc(8, 0xff).toString("base64");
    client.send({
      type: "Connect",
      sessionId: randomUUID(),
      connectionCount: 1,
      lastCloseReason: null,
      maxObservedTimestamp: far,
      clientTs: 0,
    });
    client.mutate(0, "messages:send", { channel, author: "a", body: "x" });
    const { ts } = await client.next(isAnswer(0));
    expect(Number(decode(ts!) / 1_000_000n)).toBeLessThan(Date.now() + 1000);
  });

  it("do not disturb others with broken frames, half requests and oversized bodies", async () => {
    const { hostname, port } = new URL(deployment.cloudUrl);
    const broken = connect(Number(port), hostname);
    broken.on("error", () => undefined);
    broken.write(
      "GET /api/1.48.0/sync HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n",
    );
    broken.write(Buffer.from([0xff, 0xff, 0xff, 0xff, 0xff]));
    const half = connect(Number(port), hostname);
    half.write("POST /api/mutation HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n{");
    half.destroy();
    const tooLarge = await fetch(`${deployment.siteUrl}/hook`, {
      method: "POST",
      body: new Uint8Array(21 * 1024 * 1024),
    }).then(
      ({ status }) => status,
      // The server may close the connection while the body is still being sent.
      () => 413,
    );
    expect(tooLarge).toBe(413);
    const client = await new Connection().ready();
    client.mutate(0, "messages:send", { channel, author: "a", body: "fine" });
    expect(await client.next(isAnswer(0))).toMatchObject({ success: true });
    broken.destroy();
  });

  it("get an error for a query that never answers or loops, while others go on", { timeout: 20_000 }, async () => {
    const client = await new Connection().ready();
    const other = await new Connection().ready();
    other.querySet(0, add(0, "messages:list", { channel, limit: 1 }));
    await other.next(isTransition);
    const failure = (queryId: number) => (message: ServerMessage) =>
      message.modifications?.some((change) => change.queryId === queryId && change.type === "QueryFailed") === true;
    client.querySet(0, add(0, "messages:stuckQuery", {}));
    expect(JSON.stringify(await client.next(failure(0)))).toContain("timed out");
    client.querySet(1, add(1, "messages:loopingQuery", {}));
    expect(JSON.stringify(await client.next(failure(1)))).toContain("timed out");
    client.mutate(0, "messages:send", { channel, author: "a", body: "after the loop" });
    expect(await client.next(isAnswer(0))).toMatchObject({ success: true });
    await other.next((message) => JSON.stringify(message.modifications ?? []).includes("after the loop"));
  });

  it("may be many: each of 300 connections is served", async () => {
    const clients = await Promise.all(Array.from({ length: 300 }, () => new Connection().ready()));
    for (const client of clients) client.querySet(0, add(0, "messages:list", { channel, limit: 1 }));
    clients[0]!.mutate(0, "messages:send", { channel, author: "a", body: "to all" });
    const sees = (message: ServerMessage) => JSON.stringify(message.modifications ?? []).includes("to all");
    await Promise.all(clients.map((client) => client.next(sees)));
  });
});

describe("the site", () => {
  it("streams, keeps several Set-Cookie headers, and answers 404 for unknown routes", async () => {
    const response = await fetch(`${deployment.siteUrl}/stream`);
    expect(response.headers.getSetCookie()).toEqual(["a=1", "b=2"]);
    expect(await response.text()).toBe("one two three");
    expect((await fetch(`${deployment.siteUrl}/nope`)).status).toBe(404);
  });

  it("answers 500 without host paths when a handler throws", async () => {
    const response = await fetch(`${deployment.siteUrl}/hook`, { method: "POST", body: "not json" });
    expect(response.status).toBe(500);
    expect(await response.text()).not.toContain(process.cwd());
  });
});

describe("admin endpoints", () => {
  it("change the outbound allow list, for the admin key only", async () => {
    const url = `${deployment.cloudUrl}/api/embedded/outbound`;
    expect((await fetch(url)).status).toBe(403);
    expect((await fetch(url, { headers: { authorization: "Convex wrong" } })).status).toBe(403);
    const headers = { authorization: `Convex ${adminKey}`, "content-type": "application/json" };
    const post = (body: unknown) => fetch(url, { method: "POST", headers, body: JSON.stringify(body) });
    expect(await (await post({ add: ["10.0.0.1:80", "10.0.0.2:80"] })).json()).toEqual({
      allow: ["10.0.0.1:80", "10.0.0.2:80"],
    });
    expect(await (await post({ remove: ["10.0.0.1:80"] })).json()).toEqual({ allow: ["10.0.0.2:80"] });
    expect((await post({ add: ["nonsense"] })).status).toBe(400);
    expect(await (await fetch(url, { headers })).json()).toEqual({ allow: ["10.0.0.2:80"] });
  });

  it("refuse pushes and variables without the key", async () => {
    for (const endpoint of [
      "deploy2/start_push",
      "deploy2/finish_push",
      "update_environment_variables",
      "get_config_hashes",
    ]) {
      const response = await fetch(`${deployment.cloudUrl}/api/${endpoint}`, { method: "POST", body: "{}" });
      expect(response.status, endpoint).toBe(403);
    }
  });
});
