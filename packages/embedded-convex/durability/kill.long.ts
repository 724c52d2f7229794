/** kill -9 at random moments under load: nothing that was acknowledged is lost, nothing is applied twice. */
import { randomInt, randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { ConvexClient, ConvexHttpClient } from "convex/browser";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { WebSocket } from "ws";
import { copyApp, deploy } from "../test/cli.ts";
import type { AppCopy } from "../test/cli.ts";
import { Deployment } from "../test/deployment.ts";
import { createTokenIssuer } from "../test/tokens.ts";
import { newMarker, record, state } from "./markers.ts";

const ROUNDS = 10;
const HTTP_CALLERS = 8;
const MAX_ROUND_MS = 400;

let deployment: Deployment;
let app: AppCopy;

beforeAll(async () => {
  const issuer = await createTokenIssuer();
  [deployment, app] = await Promise.all([
    Deployment.start({ functionEnv: issuer.env }),
    copyApp(new URL("../conformance/app/", import.meta.url)),
  ]);
  await deploy(deployment, app);
});

afterAll(async () => {
  await deployment?.dispose();
  await app?.dispose();
});

/** What callers sent, and what they were answered. */
class Ledger {
  readonly sent = new Set<string>();
  readonly acknowledged = new Set<string>();
  /** Calls without an answer so far. */
  waiting = 0;

  async track(marker: string, call: (marker: string) => Promise<unknown>): Promise<void> {
    this.sent.add(marker);
    this.waiting += 1;
    try {
      await call(marker);
      this.acknowledged.add(marker);
    } finally {
      this.waiting -= 1;
    }
  }
}

describe("kill -9 under load", () => {
  it("loses nothing acknowledged and applies nothing twice", async () => {
    const tag = randomUUID();
    // HTTP calls are made once. The WebSocket client sends its own again until it has an answer.
    const [httpLedger, socketLedger] = [new Ledger(), new Ledger()];
    const webSocketConstructor = WebSocket as unknown as typeof globalThis.WebSocket;
    const client = new ConvexClient(deployment.cloudUrl, { logger: false, webSocketConstructor });
    const resent: Promise<void>[] = [];
    let killsWithWaiting = 0;
    for (let round = 0; round < ROUNDS; round += 1) {
      const load = runLoad({ tag, httpLedger, socketLedger, client, resent });
      await sleep(randomInt(20, MAX_ROUND_MS));
      if (httpLedger.waiting + socketLedger.waiting > 0) killsWithWaiting += 1;
      await deployment.kill();
      await load.stop();
      await deployment.startProcess();
    }
    await Promise.all(resent);
    await client.close();

    const http = new ConvexHttpClient(deployment.cloudUrl, { logger: false });
    const isConfirmed = async () => {
      const { markers, confirmed } = await http.query(state, { tag });
      expect(confirmed.toSorted()).toEqual(markers.toSorted());
    };
    await vi.waitFor(isConfirmed, { timeout: 60_000, interval: 200 });
    const stored = await http.query(state, { tag });
    expect(new Set(stored.markers).size).toBe(stored.markers.length);
    expect(stored.counter).toBe(stored.markers.length);
    const storedSet = new Set(stored.markers);
    expect([...httpLedger.acknowledged].filter((marker) => !storedSet.has(marker))).toEqual([]);
    expect([...socketLedger.sent].filter((marker) => !storedSet.has(marker))).toEqual([]);
    expect(stored.markers.filter((marker) => !httpLedger.sent.has(marker) && !socketLedger.sent.has(marker))).toEqual(
      [],
    );
    // Otherwise the test would not have tried what it is for.
    expect(killsWithWaiting).toBeGreaterThan(ROUNDS / 2);
    console.info(
      `kill -9: ${stored.markers.length} stored, ${httpLedger.acknowledged.size} of ${httpLedger.sent.size} HTTP calls acknowledged, ${socketLedger.sent.size} over WebSocket`,
    );
  });
});

/** Callers that go on until they are stopped or refused. */
function runLoad(options: {
  tag: string;
  httpLedger: Ledger;
  socketLedger: Ledger;
  client: ConvexClient;
  resent: Promise<void>[];
}) {
  const { tag, httpLedger, socketLedger, client, resent } = options;
  let isStopped = false;
  const callers = Array.from({ length: HTTP_CALLERS }, async () => {
    const http = new ConvexHttpClient(deployment.cloudUrl, { logger: false });
    while (!isStopped) {
      try {
        await httpLedger.track(newMarker(), (marker) => http.mutation(record, { tag, marker }));
      } catch {
        // The connection died with the process: this call may or may not have been applied.
        return;
      }
    }
  });
  const socketCaller = (async () => {
    while (!isStopped) {
      resent.push(socketLedger.track(newMarker(), (marker) => client.mutation(record, { tag, marker })));
      await sleep(5);
    }
  })();
  return {
    async stop() {
      isStopped = true;
      await Promise.all([...callers, socketCaller]);
    },
  };
}
