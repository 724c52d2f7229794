/** The sync protocol under load and over bad networks, with the unmodified client. */
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import type { ConvexClient } from "convex/browser";
import { makeFunctionReference } from "convex/server";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { WebSocket } from "ws";
import type { Deployment } from "../deployment.ts";
import { createTokenIssuer, type TokenIssuer } from "../tokens.ts";
import { type Network, startNetwork } from "./network.ts";
import { httpClient, rejection, socketClient, startWithApp } from "./support.ts";

type Tag = { tag: string };
const add = makeFunctionReference<"mutation", Tag & { rank: number; text?: string }, number>("notes:add");
const ranks = makeFunctionReference<"query", Tag, number[]>("notes:ranks");
const count = makeFunctionReference<"query", Tag, number>("notes:count");
const costlyCount = makeFunctionReference<"query", Tag, { count: number }>("notes:costlyCount");
const big = makeFunctionReference<"query", Tag & { length: number }, { rows: number; text: string }>("notes:big");
const lengthOf = makeFunctionReference<"mutation", { text: string }, number>("notes:lengthOf");
const asksWho = makeFunctionReference<"query", Tag, string | null>("notes:asksWho");
const asksNobody = makeFunctionReference<"query", Tag, string>("notes:asksNobody");
const whoIs = makeFunctionReference<"action", Record<string, never>, string | null>("notes:whoIs");

const waiting = { timeout: 30_000, interval: 10 };
let deployment: Deployment;
let issuer: TokenIssuer;
let network: Network;
let tag: string;
const clients: ConvexClient[] = [];

beforeAll(async () => {
  issuer = await createTokenIssuer();
  deployment = await startWithApp({ functionEnv: issuer.env });
}, 90_000);

beforeEach(async () => {
  tag = randomUUID();
  network = await startNetwork(deployment.cloudUrl);
});

afterEach(async () => {
  await Promise.all(clients.splice(0).map((client) => client.close()));
  await network.close();
});

afterAll(() => deployment?.dispose());

function connect(url = deployment.cloudUrl): ConvexClient {
  const client = socketClient(url);
  clients.push(client);
  return client;
}

/** The values of a live query, newest last. */
function watch<Result>(client: ConvexClient, query: unknown, args: object): Result[] {
  const values: Result[] = [];
  client.onUpdate(query as typeof ranks, args as Tag, (value) => values.push(value as Result));
  return values;
}

describe("bad networks", () => {
  it("cut at random points, again and again: every write is applied once, and everybody sees all", async () => {
    let seed = 7;
    const random = () => (seed = (seed * 48_271) % 2_147_483_647) / 2_147_483_647;
    network.cutAfterBytes(() => 300 + random() * 4_000);
    const written = connect(network.url);
    const seen = watch<number[]>(written, ranks, { tag });
    const writes = Array.from({ length: 60 }, (_, rank) => written.mutation(add, { tag, rank }));
    const steady = watch<number[]>(connect(), ranks, { tag });
    // As if the first connections were the worst.
    setTimeout(() => network.cutAfterBytes(() => 100_000), 2_500);
    await Promise.all(writes);
    const all = Array.from({ length: 60 }, (_, rank) => rank);
    expect(await httpClient(deployment).query(ranks, { tag })).toEqual(all);
    await vi.waitFor(() => expect([seen.at(-1), steady.at(-1)]).toEqual([all, all]), waiting);
  }, 60_000);

  it("a connection that dies without a word is noticed by the deployment", async () => {
    const client = connect(network.url);
    const values = watch<number>(client, count, { tag });
    await vi.waitFor(() => expect(values).toEqual([0]), waiting);
    network.freeze();
    // Nobody waits for the dead one.
    const other = connect();
    await other.mutation(add, { tag, rank: 1 });
    expect(values).toEqual([0]);
    network.cut();
    await vi.waitFor(() => expect(values.at(-1)).toBe(1), waiting);
  }, 60_000);

  it("tell the state of the connection, and what waits for it", async () => {
    const client = connect(network.url);
    await client.mutation(add, { tag, rank: 1 });
    expect(client.connectionState()).toMatchObject({ isWebSocketConnected: true, hasInflightRequests: false });
    await deployment.kill();
    await vi.waitFor(() => expect(client.connectionState().isWebSocketConnected).toBe(false), waiting);
    const waitingWrite = client.mutation(add, { tag, rank: 2 });
    expect(client.connectionState()).toMatchObject({ hasInflightRequests: true, inflightMutations: 1 });
    await deployment.startProcess();
    await waitingWrite;
    expect(client.connectionState()).toMatchObject({ hasInflightRequests: false, connectionCount: 2 });
  }, 60_000);
});

describe("a hundred clients", () => {
  it("converge after kill -9, and no acknowledged write is lost or doubled", async () => {
    const many = Array.from({ length: 100 }, () => connect());
    const views = many.map((client) => watch<number>(client, count, { tag }));
    await vi.waitFor(() => expect(views.map((values) => values.at(-1))).toEqual(Array(100).fill(0)), waiting);
    const writes = many.slice(0, 40).map((client, rank) => client.mutation(add, { tag, rank }));
    await Promise.race(writes);
    await deployment.kill();
    await deployment.startProcess();
    await Promise.all(writes);
    await vi.waitFor(() => expect(views.map((values) => values.at(-1))).toEqual(Array(100).fill(40)), waiting);
  }, 90_000);
});

describe("large messages", () => {
  it("results come in chunks, again after each change, and as a whole to older clients", async () => {
    const length = 6_000_000;
    const values = watch<{ rows: number; text: string }>(connect(network.url), big, { tag, length });
    await vi.waitFor(() => expect(values).toHaveLength(1), waiting);
    await httpClient(deployment).mutation(add, { tag, rank: 1 });
    await vi.waitFor(() => expect(values).toHaveLength(2), waiting);
    expect(values.map(({ rows, text }) => [rows, text === 'é"😀\u2028'.repeat(length / 5)])).toEqual([
      [0, true],
      [1, true],
    ]);
    const types = async (version: string) => {
      const socket = new WebSocket(`${deployment.cloudUrl.replace("http", "ws")}/api/${version}/sync`);
      const received: string[] = [];
      socket.on("message", (data: Buffer) => received.push((JSON.parse(data.toString()) as { type: string }).type));
      await once(socket, "open");
      socket.send(JSON.stringify({ type: "Connect", sessionId: randomUUID(), connectionCount: 0 }));
      const add = { type: "Add", queryId: 0, udfPath: "notes:big", args: [{ tag, length }] };
      socket.send(JSON.stringify({ type: "ModifyQuerySet", baseVersion: 0, newVersion: 1, modifications: [add] }));
      await vi.waitFor(() => expect(received.length).toBeGreaterThan(version === "1.48.0" ? 1 : 0), waiting);
      socket.terminate();
      return new Set(received);
    };
    expect(await types("1.48.0")).toEqual(new Set(["TransitionChunk"]));
    expect(await types("1.20.0")).toEqual(new Set(["Transition"]));
    expect(await types("99.0.0")).toEqual(new Set(["TransitionChunk"]));
  }, 60_000);

  it("arguments may be large; too large ones fail alone, and the connection goes on", async () => {
    const client = connect();
    expect(await client.mutation(lengthOf, { text: "x".repeat(15_000_000) })).toBe(15_000_000);
    const { message } = await rejection(client.mutation(lengthOf, { text: "x".repeat(18_000_000) }));
    expect(message).toMatch(/too large/);
    expect(await client.mutation(lengthOf, { text: "after" })).toBe(5);
    expect(client.connectionState().connectionCount).toBe(1);
  }, 60_000);
});

describe("what one client sees", () => {
  it("belongs to one moment, also where one of its queries is costly", async () => {
    const client = connect();
    const moments: [number | undefined, number | undefined][] = [];
    const costly = client.onUpdate(costlyCount, { tag }, () => look());
    const cheap = client.onUpdate(count, { tag }, () => look());
    const look = () => {
      moments.push([cheap.getCurrentValue(), costly.getCurrentValue()?.count]);
    };
    await vi.waitFor(() => expect(moments).toContainEqual([0, 0]), waiting);
    const writer = httpClient(deployment);
    for (let rank = 0; rank < 30; rank += 1) await writer.mutation(add, { tag, rank });
    await vi.waitFor(() => expect(moments.at(-1)).toEqual([30, 30]), waiting);
    const begun = moments.filter((moment) => !moment.includes(undefined));
    expect(begun.filter(([left, right]) => left !== right)).toEqual([]);
  }, 60_000);

  it("includes its mutations in their order, each by the time that it has resolved", async () => {
    const client = connect();
    const seen = watch<number[]>(client, ranks, { tag });
    await vi.waitFor(() => expect(seen).toEqual([[]]), waiting);
    const resolved: number[] = [];
    await Promise.all(
      Array.from({ length: 50 }, async (_, rank) => {
        resolved.push(await client.mutation(add, { tag, rank }));
        expect(seen.at(-1)).toContain(rank);
      }),
    );
    expect(resolved).toEqual(Array.from({ length: 50 }, (_, rank) => rank));
  });

  it("changes with who it is, and only what asks who is run again", async () => {
    const client = connect();
    const who = watch<string | null>(client, asksWho, { tag });
    const nobody = watch<string>(client, asksNobody, { tag });
    await vi.waitFor(() => expect([who, nobody]).toEqual([[null], [tag]]), waiting);
    client.setAuth(() => issuer.sign({ subject: "ann" }));
    await vi.waitFor(() => expect(who.at(-1)).toBe("ann"), waiting);
    expect(await client.action(whoIs, {})).toBe("ann");
    client.client.clearAuth();
    await vi.waitFor(() => expect(who).toEqual([null, "ann", null]), waiting);
    const runs = (name: string) => deployment.log.split(`ran ${name} ${tag}`).length - 1;
    await vi.waitFor(() => expect(runs("asksWho")).toBeGreaterThanOrEqual(3), waiting);
    expect(runs("asksNobody")).toBe(1);
    expect(nobody).toEqual([tag]);
  });
});

describe("tokens", () => {
  it("that end are renewed during the session, and queries go on", async () => {
    const client = connect();
    let issued = 0;
    // The client renews a token some seconds before it ends.
    client.setAuth(() => issuer.sign({ subject: `ann ${++issued}` }, { lifetime: "14s" }));
    const who = watch<string | null>(client, asksWho, { tag });
    await vi.waitFor(() => expect(new Set(who).size).toBeGreaterThanOrEqual(3), waiting);
    expect(who.filter((subject) => subject === null).length).toBeLessThanOrEqual(1);
  }, 60_000);

  it("that a client does not renew end the identity, not the client", async () => {
    const client = connect();
    const token = await issuer.sign({ subject: "ann" }, { lifetime: "3s" });
    const states: boolean[] = [];
    client.setAuth(
      () => Promise.resolve(token),
      (isAuthenticated) => states.push(isAuthenticated),
    );
    const who = watch<string | null>(client, asksWho, { tag });
    await vi.waitFor(() => expect(who.at(-1)).toBe("ann"), waiting);
    await vi.waitFor(() => expect([states.at(-1), who.at(-1)]).toEqual([false, null]), waiting);
    await client.mutation(add, { tag, rank: 1 });
  }, 60_000);
});

describe("many and slow clients", () => {
  const residentMb = async () => {
    const { readFile } = await import("node:fs/promises");
    const status = await readFile(`/proc/${deployment.pid}/status`, "utf8");
    return Number(/VmRSS:\s+(\d+) kB/.exec(status)![1]) / 1024;
  };

  it("five hundred subscribers are all told, and cost little each", async () => {
    const before = await residentMb();
    const sockets = await Promise.all(
      Array.from({ length: 500 }, async (_, index) => {
        const socket = new WebSocket(`${deployment.cloudUrl.replace("http", "ws")}/api/1.48.0/sync`);
        const state = { newest: -1 };
        socket.on("message", (data: Buffer) => {
          const { modifications } = JSON.parse(data.toString()) as { modifications?: { value?: number }[] };
          state.newest = modifications?.[0]?.value ?? state.newest;
        });
        await once(socket, "open");
        socket.send(JSON.stringify({ type: "Connect", sessionId: randomUUID(), connectionCount: 0 }));
        // Half look at the same, half each at something of its own.
        const args = [{ tag: index % 2 === 0 ? tag : `${tag} ${index}` }];
        const add = { type: "Add", queryId: 0, udfPath: "notes:count", args };
        socket.send(JSON.stringify({ type: "ModifyQuerySet", baseVersion: 0, newVersion: 1, modifications: [add] }));
        return { socket, state };
      }),
    );
    const newest = (value: number) => sockets.filter(({ state }) => state.newest === value).length;
    await vi.waitFor(() => expect(newest(0)).toBe(500), waiting);
    await httpClient(deployment).mutation(add, { tag, rank: 1 });
    await vi.waitFor(() => expect([newest(1), newest(0)]).toEqual([250, 250]), waiting);
    const costMb = (await residentMb()) - before;
    for (const { socket } of sockets) socket.terminate();
    expect(costMb).toBeLessThan(150);
  }, 60_000);

  it("one that does not read holds up only itself, and gets the newest when it reads", async () => {
    const length = 500_000;
    const slow = new WebSocket(`${deployment.cloudUrl.replace("http", "ws")}/api/1.48.0/sync`);
    const rows: number[] = [];
    slow.on("message", (data: Buffer) => {
      const { modifications } = JSON.parse(data.toString()) as { modifications?: { value?: { rows: number } }[] };
      for (const { value } of modifications ?? []) if (value !== undefined) rows.push(value.rows);
    });
    await once(slow, "open");
    slow.send(JSON.stringify({ type: "Connect", sessionId: randomUUID(), connectionCount: 0 }));
    const add_ = { type: "Add", queryId: 0, udfPath: "notes:big", args: [{ tag, length }] };
    slow.send(JSON.stringify({ type: "ModifyQuerySet", baseVersion: 0, newVersion: 1, modifications: [add_] }));
    await vi.waitFor(() => expect(rows).toEqual([0]), waiting);
    slow.pause();
    const before = await residentMb();
    const writer = connect();
    // Unbounded, the answers would be some 100 MB.
    for (let rank = 1; rank <= 100; rank += 1) await writer.mutation(add, { tag, rank });
    expect((await residentMb()) - before).toBeLessThan(60);
    slow.resume();
    await vi.waitFor(() => expect(rows.at(-1)).toBe(100), waiting);
    expect(rows.length).toBeLessThan(50);
    slow.terminate();
  }, 60_000);

  it("one that asks without end is served in turn with others", async () => {
    const greedy = new WebSocket(`${deployment.cloudUrl.replace("http", "ws")}/api/1.48.0/sync`);
    await once(greedy, "open");
    greedy.send(JSON.stringify({ type: "Connect", sessionId: randomUUID(), connectionCount: 0 }));
    for (let requestId = 0; requestId < 5_000; requestId += 1)
      greedy.send(
        JSON.stringify({ type: "Mutation", requestId, udfPath: "notes:add", args: [{ tag, rank: requestId }] }),
      );
    const done = vi.fn();
    greedy.on("message", (data: Buffer) => data.toString().startsWith('{"type":"MutationResponse"') && done());
    await httpClient(deployment).mutation(add, { tag: `${tag} other`, rank: 1 });
    // Without a bound, all 5,000 would have gone first.
    expect(done.mock.calls.length).toBeLessThan(4_000);
    await vi.waitFor(() => expect(done).toHaveBeenCalledTimes(5_000), waiting);
    greedy.terminate();
  }, 60_000);
});

it("messages before Connect, and a second identity at the wrong version, end the connection with a reason", async () => {
  for (const message of [
    { type: "Mutation", requestId: 0, udfPath: "notes:add", args: [{ tag, rank: 1 }] },
    { type: "Authenticate", tokenType: "None", baseVersion: 0 },
  ]) {
    const socket = new WebSocket(`${deployment.cloudUrl.replace("http", "ws")}/api/1.48.0/sync`);
    const received: string[] = [];
    socket.on("message", (data: Buffer) => received.push(data.toString()));
    await once(socket, "open");
    socket.send(JSON.stringify(message));
    const [code] = (await once(socket, "close")) as [number];
    expect([code, received.join()]).toEqual([1008, expect.stringContaining("must be Connect")]);
  }
});
