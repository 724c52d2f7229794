/** Tokens that end during a session: the client and the deployment both look at the clock, so these tests take seconds. */
import { randomUUID } from "node:crypto";
import type { ConvexClient } from "convex/browser";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import type { Deployment } from "../deployment.ts";
import { createTokenIssuer, type TokenIssuer } from "../tokens.ts";
import { add, asksWho } from "./functions.ts";
import { socketClient, startWithApp, watch } from "./support.ts";

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
