/**
 * An answer is a promise that the commit is on disk. kill -9 cannot show that, since the page cache survives it; so a shim
 * records what the process writes, syncs and sends.
 */
import { randomUUID } from "node:crypto";
import { ConvexClient, ConvexHttpClient } from "convex/browser";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { WebSocket } from "ws";
import { copyApp, deploy } from "../test/cli.ts";
import type { AppCopy } from "../test/cli.ts";
import { Deployment } from "../test/deployment.ts";
import { createTokenIssuer } from "../test/tokens.ts";
import { newMarker, record, state } from "./markers.ts";
import { buildShim, canBuildShim, unsyncedAnswers } from "./shim.ts";
import type { Shim } from "./shim.ts";

const CALLERS = 10;
const CALLS_EACH = 10;

let shim: Shim;
let app: AppCopy;
let deployment: Deployment | undefined;

describe.skipIf(!canBuildShim())("an acknowledged mutation", () => {
  beforeEach(async () => {
    shim = buildShim();
    app = await copyApp(new URL("../conformance/app/", import.meta.url));
  });

  afterEach(async () => {
    await deployment?.dispose();
    deployment = undefined;
    await app.dispose();
    await shim.dispose();
  });

  async function start(processEnv: Record<string, string>): Promise<Deployment> {
    const issuer = await createTokenIssuer();
    deployment = await Deployment.start({ functionEnv: issuer.env, processEnv: { ...shim.env, ...processEnv } });
    await deploy(deployment, app);
    return deployment;
  }

  it("is answered only after its commit has been synced", async () => {
    const markers = await recordUnderLoad(await start({}));
    expect(unsyncedAnswers(await shim.read(), markers)).toEqual([]);
  });

  it("is seen by this test when it is not synced", async () => {
    const markers = await recordUnderLoad(await start({ EMBEDDED_CONVEX_UNSAFE_SYNC: "off" }));
    expect(unsyncedAnswers(await shim.read(), markers).toSorted()).toEqual(markers.toSorted());
  });

  it("is never answered when the sync fails, and the process ends", async () => {
    const running = await start({});
    const http = new ConvexHttpClient(running.cloudUrl, { logger: false });
    const tag = randomUUID();
    const kept = newMarker();
    await http.mutation(record, { tag, marker: kept });
    await shim.fail({ operation: "sync", part: "-wal", error: "EIO" });
    const exited = running.exited();
    const lost = newMarker();
    await expect(http.mutation(record, { tag, marker: lost })).rejects.toThrow();
    expect(await exited).not.toBe(0);
    const { events } = await shim.read();
    expect(events.some(({ kind }) => kind === "nosync")).toBe(true);
    expect(events.some(({ kind, markers }) => kind === "send" && markers.includes(lost))).toBe(false);
  });
});

/** Mutations from several callers at once, so that commits are shared; the markers of all, which were all answered. */
async function recordUnderLoad(running: Deployment): Promise<string[]> {
  const tag = randomUUID();
  const webSocketConstructor = WebSocket as unknown as typeof globalThis.WebSocket;
  const socketClient = new ConvexClient(running.cloudUrl, { logger: false, webSocketConstructor });
  const callers = Array.from({ length: CALLERS }, async (_, caller) => {
    const http = new ConvexHttpClient(running.cloudUrl, { logger: false });
    const markers: string[] = [];
    for (let count = 0; count < CALLS_EACH; count += 1) {
      const args = { tag, marker: newMarker() };
      // Half of them over HTTP, half over WebSocket.
      const answer = await (caller % 2 === 0 ? http.mutation(record, args) : socketClient.mutation(record, args));
      expect(answer).toBe(args.marker);
      markers.push(args.marker);
    }
    return markers;
  });
  const markers = (await Promise.all(callers)).flat();
  await socketClient.close();
  const stored = await new ConvexHttpClient(running.cloudUrl, { logger: false }).query(state, { tag });
  expect(stored.counter).toBe(CALLERS * CALLS_EACH);
  return markers;
}
