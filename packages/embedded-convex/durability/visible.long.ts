/**
 * What a session is told of the writes of others must be on disk as well: mutations, scheduled functions, files and variables, as
 * live queries show them.
 */
import { ConvexClient, ConvexHttpClient } from "convex/browser";
import { makeFunctionReference } from "convex/server";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { WebSocket } from "ws";
import { copyApp, deploy } from "../test/cli.ts";
import { Deployment } from "../test/deployment.ts";
import { page, record } from "./crashFunctions.ts";
import { newMarker } from "./markers.ts";
import { buildShim, canBuildShim, type Shim, unsyncedAnswers } from "./shim.ts";

const uploadUrl = makeFunctionReference<"mutation", Record<string, never>, string>("files:uploadUrl");
const types = makeFunctionReference<"query", Record<string, never>, (string | null)[]>("files:types");
const variable = makeFunctionReference<"query", { name: string }, string | null>("files:variable");
const ROUNDS = 5;

let shim: Shim;
let deployment: Deployment;
let watcher: ConvexClient;
/** Everything that live queries have shown, as JSON. */
let shown: string;

describe.skipIf(!canBuildShim())("what live queries show of the writes of others", () => {
  beforeEach(() => {
    shim = buildShim();
    shown = "";
  });

  afterEach(async () => {
    await watcher?.close();
    await deployment?.dispose();
    await shim.dispose();
  });

  async function start(processEnv: Record<string, string>): Promise<void> {
    deployment = await Deployment.start({ processEnv: { ...shim.env, ...processEnv } });
    const app = await copyApp(new URL("./app/", import.meta.url));
    await deploy(deployment, app);
    await app.dispose();
    const webSocketConstructor = WebSocket as unknown as typeof globalThis.WebSocket;
    watcher = new ConvexClient(deployment.cloudUrl, { logger: false, webSocketConstructor });
    const show = (value: unknown): void => {
      shown += JSON.stringify(value);
    };
    for (const table of ["records", "confirmed"])
      watcher.onUpdate(page, { table, paginationOpts: { cursor: null, numItems: 100 } }, show);
    watcher.onUpdate(types, {}, show);
    watcher.onUpdate(variable, { name: "PROBE" }, show);
  }

  /** One write of each kind; its markers, which have all been shown. */
  async function writeAll(): Promise<string[]> {
    const http = new ConvexHttpClient(deployment.cloudUrl, { logger: false });
    const [token, type, value] = [newMarker(), newMarker(), newMarker()];
    await http.mutation(record, { client: "writer", token, then: "mutation" });
    const url = await http.mutation(uploadUrl, {});
    const uploaded = await fetch(url, { method: "POST", headers: { "content-type": `text/${type}` }, body: "bytes" });
    expect(uploaded.status).toBe(200);
    const changed = await fetch(`${deployment.cloudUrl}/api/update_environment_variables`, {
      method: "POST",
      headers: { authorization: `Convex ${deployment.adminKey}`, "content-type": "application/json" },
      body: JSON.stringify({ changes: [{ name: "PROBE", value }] }),
    });
    expect(changed.status).toBe(200);
    const markers = [token, type, value];
    await vi.waitFor(() => expect(markers.filter((marker) => !shown.includes(marker))).toEqual([]), {
      timeout: 20_000,
    });
    return markers;
  }

  async function writeOften(): Promise<string[]> {
    const markers: string[] = [];
    for (let round = 0; round < ROUNDS; round += 1) markers.push(...(await writeAll()));
    return markers;
  }

  it("follows a sync of their commit", async () => {
    await start({});
    const markers = await writeOften();
    expect(unsyncedAnswers(await shim.read(), markers)).toEqual([]);
  });

  it("is seen by this test when it does not", async () => {
    await start({ EMBEDDED_CONVEX_UNSAFE_SYNC: "off" });
    const markers = await writeOften();
    expect(unsyncedAnswers(await shim.read(), markers).toSorted()).toEqual(markers.toSorted());
  });
});
