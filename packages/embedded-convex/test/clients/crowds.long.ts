/** Clients over networks that cut their connections again and again. */
import { randomUUID } from "node:crypto";
import type { ConvexClient } from "convex/browser";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import type { Deployment } from "../deployment.ts";
import { createTokenIssuer } from "../tokens.ts";
import { add, ranks } from "./functions.ts";
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
});
