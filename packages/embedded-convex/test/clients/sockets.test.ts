/** What the unmodified client sees over its socket: large messages, one moment at a time, and identities. */
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import type { ConvexClient } from "convex/browser";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { WebSocket } from "ws";
import type { Deployment } from "../deployment.ts";
import { createTokenIssuer, type TokenIssuer } from "../tokens.ts";
import { add, asksNobody, asksWho, big, costlyCount, count, lengthOf, ranks, whoIs } from "./functions.ts";
import { httpClient, rejection, socketClient, startWithApp, watch } from "./support.ts";

const waiting = { timeout: 30_000, interval: 10 };
let deployment: Deployment;
let issuer: TokenIssuer;
let tag: string;
const clients: ConvexClient[] = [];

beforeAll(async () => {
  issuer = await createTokenIssuer();
  deployment = await startWithApp({ functionEnv: issuer.env });
}, 90_000);

beforeEach(() => {
  tag = randomUUID();
});

afterEach(async () => {
  await Promise.all(clients.splice(0).map((client) => client.close()));
});

afterAll(() => deployment?.dispose());

function connect(url = deployment.cloudUrl): ConvexClient {
  const client = socketClient(url);
  clients.push(client);
  return client;
}

describe("large messages", () => {
  it("results come in chunks, again after each change, and as a whole to older clients", async () => {
    const length = 4_000_000;
    const values = watch<{ rows: number; text: string }>(connect(), big, { tag, length });
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
