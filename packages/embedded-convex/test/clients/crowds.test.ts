/** Clients over bad networks, in great numbers, and ones that do not behave. */
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import type { ConvexClient } from "convex/browser";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { WebSocket } from "ws";
import type { Deployment } from "../deployment.ts";
import { createTokenIssuer } from "../tokens.ts";
import { add, count } from "./functions.ts";
import { type Network, startNetwork } from "./network.ts";
import { httpClient, socketClient, startWithApp, watch } from "./support.ts";

const waiting = { timeout: 30_000, interval: 10 };
let deployment: Deployment;
let network: Network;
let tag: string;
const clients: ConvexClient[] = [];

beforeAll(async () => {
  deployment = await startWithApp({ functionEnv: (await createTokenIssuer()).env });
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

describe("bad networks", () => {
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

describe("many and slow clients", () => {
  const residentMb = async () => {
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
    const writer = connect();
    for (let rank = 1; rank <= 40; rank += 1) await writer.mutation(add, { tag, rank });
    slow.resume();
    await vi.waitFor(() => expect(rows.at(-1)).toBe(40), waiting);
    // What it has missed was not kept for it.
    expect(rows.length).toBeLessThan(25);
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
