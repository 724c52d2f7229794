/** What only the wire can show: live queries of the unmodified client, its reconnects, and what it sends again. */
import { once } from "node:events";
import { createServer } from "node:net";
import type { Socket } from "node:net";
import { ConvexClient, ConvexHttpClient } from "convex/browser";
import { makeFunctionReference } from "convex/server";
import type { PaginationOptions, PaginationResult } from "convex/server";
import type { Value } from "convex/values";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { WebSocket } from "ws";
import { randomUUID } from "node:crypto";
import { copyApp, deploy } from "../test/cli.ts";
import type { AppCopy } from "../test/cli.ts";
import { Deployment } from "../test/deployment.ts";
import { createTokenIssuer } from "../test/tokens.ts";
import type { TokenIssuer } from "../test/tokens.ts";

const inOrder = makeFunctionReference<"query", { tag: string; order: "asc" }, number[]>("items:inOrder");
const insert = makeFunctionReference<"mutation", { tag: string; value?: Value; rank: number }, string>("items:insert");
const log = makeFunctionReference<"query", { tag: string }, string[]>("scheduling:log");
const idsByRank = makeFunctionReference<"query", { tag: string }, string[]>("items:ids");
const remove = makeFunctionReference<"mutation", { id: string }, null>("items:remove");
const page = makeFunctionReference<
  "query",
  { tag: string; paginationOpts: PaginationOptions },
  PaginationResult<number>
>("items:page");
const after = makeFunctionReference<"mutation", { tag: string; text: string; delayMs: number }, string>(
  "scheduling:after",
);
const whoami = makeFunctionReference<"query", Record<string, never>, { subject: string } | null>("forms:whoami");
const throwsError = makeFunctionReference<"query", Record<string, never>, null>("forms:throwsError");
const environment = makeFunctionReference<"query", { name: string }, string | null>("forms:environment");

const waiting = { timeout: 15_000, interval: 10 };

let deployment: Deployment;
let app: AppCopy;
let issuer: TokenIssuer;
let tag: string;
const clients: ConvexClient[] = [];

beforeAll(async () => {
  issuer = await createTokenIssuer();
  [deployment, app] = await Promise.all([
    Deployment.start({ functionEnv: issuer.env }),
    copyApp(new URL("./app/", import.meta.url)),
  ]);
  await deploy(deployment, app);
}, 90_000);

beforeEach(() => {
  tag = randomUUID();
});

afterEach(async () => {
  await Promise.all(clients.splice(0).map((client) => client.close()));
});

afterAll(async () => {
  await deployment?.dispose();
  await app?.dispose();
});

function connect(url = deployment.cloudUrl): ConvexClient {
  const webSocketConstructor = WebSocket as unknown as typeof globalThis.WebSocket;
  const client = new ConvexClient(url, { logger: false, webSocketConstructor, unsavedChangesWarning: false });
  clients.push(client);
  return client;
}

/** Every value that a live query has had. */
function watch(client: ConvexClient, watchedTag = tag): { values: number[][]; latest: () => number[] | undefined } {
  const values: number[][] = [];
  client.onUpdate(inOrder, { tag: watchedTag, order: "asc" }, (value) => values.push(value));
  return { values, latest: () => values.at(-1) };
}

function http(): ConvexHttpClient {
  return new ConvexHttpClient(deployment.cloudUrl, { logger: false });
}

describe("live queries", () => {
  it("follow what other clients write, in every client that watches", async () => {
    const watches = [watch(connect()), watch(connect()), watch(connect(), "another tag")];
    await vi.waitFor(() => expect(watches.map((each) => each.latest())).toEqual([[], [], []]), waiting);
    const writer = connect();
    await writer.mutation(insert, { tag, rank: 1 });
    await http().mutation(insert, { tag, rank: 2 });
    await vi.waitFor(
      () =>
        expect(watches.slice(0, 2).map((each) => each.latest())).toEqual([
          [1, 2],
          [1, 2],
        ]),
      waiting,
    );
    expect(watches[2]!.values).toEqual([[]]);
  });

  it("show a client its own write by the time that the mutation has resolved", async () => {
    const client = connect();
    const watched = watch(client);
    for (let rank = 0; rank < 20; rank += 1) {
      await client.mutation(insert, { tag, rank });
      expect(client.client.localQueryResult("items:inOrder", { tag, order: "asc" })).toHaveLength(rank + 1);
    }
    expect(watched.latest()).toHaveLength(20);
  });

  it("only ever grow while many clients insert at once, and lose nothing", async () => {
    const watched = watch(connect());
    const writers = Array.from({ length: 5 }, () => connect());
    await Promise.all(
      writers.flatMap((writer, index) =>
        Array.from({ length: 20 }, (_, count) => writer.mutation(insert, { tag, rank: index * 20 + count })),
      ),
    );
    await vi.waitFor(() => expect(watched.latest()).toHaveLength(100), waiting);
    const sizes = watched.values.map((value) => value.length);
    expect(sizes).toEqual(sizes.toSorted((a, b) => a - b));
    expect(new Set(watched.latest()).size).toBe(100);
  });

  it("report errors of the query, and stop when nobody watches", async () => {
    const client = connect();
    const failed = new Promise<Error>((resolve) => client.onUpdate(throwsError, {}, () => undefined, resolve));
    expect((await failed).message).toContain("boom from the handler");
    const values: unknown[] = [];
    const stop = client.onUpdate(inOrder, { tag, order: "asc" }, (value) => values.push(value));
    await vi.waitFor(() => expect(values).toHaveLength(1), waiting);
    stop();
    await client.mutation(insert, { tag, rank: 1 });
    await client.query(inOrder, { tag, order: "asc" });
    expect(values).toHaveLength(1);
  });

  it("follow sign-in and sign-out, and refuse a bad token", async () => {
    const client = connect();
    const subjects: (string | null)[] = [];
    client.onUpdate(whoami, {}, (identity) => subjects.push(identity?.subject ?? null));
    await vi.waitFor(() => expect(subjects).toEqual([null]), waiting);
    client.setAuth(() => issuer.sign({ subject: "ann" }));
    await vi.waitFor(() => expect(subjects.at(-1)).toBe("ann"), waiting);
    const changes: boolean[] = [];
    client.setAuth(
      () => Promise.resolve("not.a.token"),
      (isAuthenticated) => changes.push(isAuthenticated),
    );
    await vi.waitFor(() => expect(changes).toContain(false), waiting);
    await vi.waitFor(() => expect(subjects.at(-1)).toBeNull(), waiting);
  });

  it("run again when an environment variable changes", async () => {
    const client = connect();
    const values: (string | null)[] = [];
    client.onUpdate(environment, { name: "LIVE_VALUE" }, (value) => values.push(value));
    await vi.waitFor(() => expect(values).toEqual([null]), waiting);
    const response = await fetch(`${deployment.cloudUrl}/api/update_environment_variables`, {
      method: "POST",
      headers: { "content-type": "application/json", authorization: `Convex ${deployment.adminKey}` },
      body: JSON.stringify({ changes: [{ name: "LIVE_VALUE", value: "set" }] }),
    });
    expect(response.status).toBe(200);
    await vi.waitFor(() => expect(values.at(-1)).toBe("set"), waiting);
  });
});

describe("live pages", () => {
  it(
    "stay joined without gaps or repetitions while rows come and go, also across a restart",
    { timeout: 60_000 },
    async () => {
      const ranks = (): Promise<number[]> =>
        http()
          .query(page, { tag, paginationOpts: { cursor: null, numItems: 1_000 } })
          .then((result) => result.page);
      for (let rank = 0; rank < 100; rank += 10) await http().mutation(insert, { tag, rank });
      const client = connect();
      let latest: { results: number[]; status: string; loadMore: (numItems: number) => boolean } | undefined;
      client.onPaginatedUpdate_experimental(page, { tag } as never, { initialNumItems: 3 }, (result) => {
        latest = result as unknown as typeof latest;
      });
      await vi.waitFor(() => expect(latest?.results).toEqual([0, 10, 20]), waiting);
      latest!.loadMore(3);
      await vi.waitFor(() => expect(latest?.results).toEqual([0, 10, 20, 30, 40, 50]), waiting);
      // In both pages, on their border and behind them.
      for (const rank of [5, 20.5, 25, 55, 99]) await http().mutation(insert, { tag, rank });
      await vi.waitFor(() => expect(latest?.results).toEqual([0, 5, 10, 20, 20.5, 25, 30, 40, 50]), waiting);
      const ids = await http().query(idsByRank, { tag });
      // The rows on the border of the pages, 20 and 20.5.
      for (const id of ids.slice(3, 5)) await http().mutation(remove, { id });
      await vi.waitFor(() => expect(latest?.results).toEqual([0, 5, 10, 25, 30, 40, 50]), waiting);
      await deployment.kill();
      await deployment.startProcess();
      await http().mutation(insert, { tag, rank: 22 });
      await vi.waitFor(() => expect(latest?.results).toEqual([0, 5, 10, 22, 25, 30, 40, 50]), waiting);
      latest!.loadMore(100);
      await vi.waitFor(
        async () => expect([latest?.status, latest?.results]).toEqual(["Exhausted", await ranks()]),
        waiting,
      );
      await http().mutation(insert, { tag, rank: 1_000 });
      await vi.waitFor(async () => expect(latest?.results).toEqual(await ranks()), waiting);
    },
  );
});

describe("the deployment as its own issuer", () => {
  it("accepts tokens whose keys it serves itself, and asks itself without the network", async () => {
    const identity = { subject: "ann", issuer: deployment.siteUrl, audience: "own" };
    const client = http();
    client.setAuth(await issuer.sign(identity));
    expect(await client.query(whoami, {})).toMatchObject({ subject: "ann", issuer: deployment.siteUrl });
    const stranger = await createTokenIssuer();
    client.setAuth(await stranger.sign(identity));
    await expect(client.query(whoami, {})).rejects.toThrow(/Unauthenticated|Could not verify/);
    client.setAuth(await issuer.sign({ ...identity, audience: "other" }));
    await expect(client.query(whoami, {})).rejects.toThrow("No auth provider found");
  });
});

describe("crons", () => {
  it("run in their interval, also after a restart", { timeout: 60_000 }, async () => {
    const secondly = async () =>
      (await http().query(log, { tag: "crons" })).filter((text) => text === "secondly").length;
    await vi.waitFor(async () => expect(await secondly()).toBeGreaterThanOrEqual(2), waiting);
    await deployment.kill();
    await deployment.startProcess();
    const before = await secondly();
    await vi.waitFor(async () => expect(await secondly()).toBeGreaterThanOrEqual(before + 2), waiting);
    expect(await http().query(log, { tag: "crons" })).not.toContain("yearly");
  });
});

describe("a restart after kill -9", () => {
  it(
    "keeps what was acknowledged; clients reconnect, their queries go on, and their waiting mutations arrive once",
    { timeout: 60_000 },
    async () => {
      const client = connect();
      const watched = watch(client);
      await client.mutation(insert, { tag, rank: 0 });
      await deployment.kill();
      const waitingMutation = client.mutation(insert, { tag, rank: 1 });
      await deployment.startProcess();
      await waitingMutation;
      await http().mutation(insert, { tag, rank: 2 });
      await vi.waitFor(() => expect(watched.latest()).toEqual([0, 1, 2]), waiting);
      await client.mutation(insert, { tag, rank: 3 });
      expect(await http().query(inOrder, { tag, order: "asc" })).toEqual([0, 1, 2, 3]);
    },
  );

  it(
    "needs no push, keeps the order of creation times, and runs what was scheduled meanwhile",
    { timeout: 60_000 },
    async () => {
      await http().mutation(after, { tag, text: "due while it was down", delayMs: 300 });
      await http().mutation(after, { tag, text: "due later", delayMs: 1_500 });
      await http().mutation(insert, { tag, rank: 0, value: "same" });
      await deployment.kill();
      await deployment.startProcess();
      await http().mutation(insert, { tag, rank: 1, value: "same" });
      expect(await http().query(inOrder, { tag, order: "asc" })).toEqual([0, 1]);
      await vi.waitFor(
        async () => expect(await http().query(log, { tag })).toEqual(["due while it was down", "due later"]),
        waiting,
      );
    },
  );

  it("ends cleanly on SIGTERM, and serves again", { timeout: 60_000 }, async () => {
    await http().mutation(insert, { tag, rank: 0 });
    expect(await deployment.kill("SIGTERM")).toBe(0);
    await deployment.startProcess();
    expect(await http().query(inOrder, { tag, order: "asc" })).toEqual([0]);
  });
});

describe("a connection that is lost between commit and answer", () => {
  it("makes the client send its mutations again, and each is applied once", { timeout: 60_000 }, async () => {
    const proxy = await startProxy(Number(new URL(deployment.cloudUrl).port));
    try {
      const client = connect(proxy.url);
      const watched = watch(client);
      await client.mutation(insert, { tag, rank: 0 });
      proxy.swallowAnswers();
      const pending = Array.from({ length: 25 }, (_, index) => client.mutation(insert, { tag, rank: index + 1 }));
      // All are committed, and no answer has come through.
      await vi.waitFor(
        async () => expect(await http().query(inOrder, { tag, order: "asc" })).toHaveLength(26),
        waiting,
      );
      expect(watched.latest()).toEqual([0]);
      proxy.cut();
      await Promise.all(pending);
      const ranks = await http().query(inOrder, { tag, order: "asc" });
      expect(ranks).toEqual(Array.from({ length: 26 }, (_, rank) => rank));
      await vi.waitFor(() => expect(watched.latest()).toEqual(ranks), waiting);
    } finally {
      await proxy.close();
    }
  });
});

interface Proxy {
  url: string;
  /** From now on nothing of what the deployment answers reaches the client. */
  swallowAnswers(): void;
  /** Ends all connections, and lets answers through again on new ones. */
  cut(): void;
  close(): Promise<void>;
}

/** A TCP proxy in front of the deployment. */
async function startProxy(targetPort: number): Promise<Proxy> {
  const sockets = new Set<Socket>();
  let isSwallowing = false;
  const server = createServer((client) => {
    const target = new (client.constructor as typeof Socket)();
    target.connect(targetPort, "127.0.0.1");
    for (const socket of [client, target]) {
      sockets.add(socket);
      socket.on("error", () => socket.destroy());
      socket.on("close", () => {
        client.destroy();
        target.destroy();
        sockets.delete(socket);
      });
    }
    client.pipe(target);
    target.on("data", (data) => {
      if (!isSwallowing) client.write(data);
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as { port: number };
  const cut = () => {
    isSwallowing = false;
    for (const socket of sockets) socket.destroy();
  };
  return {
    url: `http://127.0.0.1:${port}`,
    swallowAnswers: () => (isSwallowing = true),
    cut,
    async close() {
      cut();
      server.close();
      await once(server, "close");
    },
  };
}
