/**
 * Disks that fill up or fail. A full one: the call is answered with an error, nothing of it is stored, the deployment goes on and
 * recovers when there is room. A failed sync: nobody can tell what reached the disk, so the process ends without an answer.
 */
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { ConvexClient, ConvexHttpClient } from "convex/browser";
import { makeFunctionReference } from "convex/server";
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { WebSocket } from "ws";
import { copyApp, deploy } from "../test/cli.ts";
import { Deployment } from "../test/deployment.ts";
import { record } from "./crashFunctions.ts";
import { readTruth } from "./crashTruth.ts";
import { buildShim, canBuildShim, type Shim } from "./shim.ts";

const uploadUrl = makeFunctionReference<"mutation", Record<string, never>, string>("files:uploadUrl");
const remove = makeFunctionReference<"mutation", { id: string }, null>("files:remove");
const list = makeFunctionReference<"query", Record<string, never>, string[]>("files:list");
const variable = makeFunctionReference<"query", { name: string }, string | null>("files:variable");

let shim: Shim;
let deployment: Deployment;
let http: ConvexHttpClient;
let tokens = 0;

describe.skipIf(!canBuildShim())("a disk that", () => {
  beforeAll(async () => {
    shim = buildShim();
    deployment = await Deployment.start({ processEnv: shim.env });
    const app = await copyApp(new URL("./app/", import.meta.url));
    await deploy(deployment, app);
    await app.dispose();
    http = new ConvexHttpClient(deployment.cloudUrl, { logger: false });
    expect((await upload()).status).toBe(200);
  }, 60_000);

  afterEach(() => shim.fail(null));

  afterAll(async () => {
    await deployment?.dispose();
    await shim?.dispose();
  });

  /** A mutation with a token of its own, which is in the answer and in the stored row. */
  async function write(
    client: ConvexHttpClient | ConvexClient = http,
    then: "mutation" | null = null,
  ): Promise<string> {
    const token = `t${tokens++}`;
    return await client.mutation(record, { client: "c", token, then });
  }

  async function storedTokens(): Promise<string[]> {
    const { records, total } = await readTruth({ url: deployment.cloudUrl, adminKey: deployment.adminKey });
    expect(total).toBe(records.length);
    return records.map(({ token }) => token);
  }

  async function files(): Promise<string[]> {
    const names = await readdir(join(deployment.dataDir, "storage"), { recursive: true, withFileTypes: true });
    return names.filter((entry) => entry.isFile()).map(({ name }) => name);
  }

  async function upload(): Promise<Response> {
    return await fetch(await http.mutation(uploadUrl, {}), { method: "POST", body: "some bytes" });
  }

  it.each(["-wal", ".sqlite"])(
    "is full (%s) refuses writes, over HTTP and WebSocket, and takes them again later",
    async (part) => {
      const webSocketConstructor = WebSocket as unknown as typeof globalThis.WebSocket;
      const socket = new ConvexClient(deployment.cloudUrl, { logger: false, webSocketConstructor });
      const before = [...(await storedTokens()), await write(http), await write(socket)];
      await shim.fail({ operation: "write", part, error: "ENOSPC" });
      for (const client of [http, socket, http]) await expect(write(client)).rejects.toThrow("disk is full");
      expect(await storedTokens()).toEqual(before);
      await shim.fail(null);
      const after = [await write(http), await write(socket, "mutation")];
      expect(await storedTokens()).toEqual([...before, ...after]);
      await socket.close();
    },
  );

  it("fills up in the middle of a commit loses the whole of it", async () => {
    const before = await storedTokens();
    await shim.fail({ operation: "write", part: "-wal", error: "ENOSPC", first: 3 });
    const results = await Promise.allSettled(Array.from({ length: 20 }, () => write()));
    await shim.fail(null);
    const kept = results.flatMap((result) => (result.status === "fulfilled" ? [result.value] : []));
    expect(kept.length).toBeLessThan(20);
    expect((await storedTokens()).toSorted()).toEqual([...before, ...kept].toSorted());
  });

  it("is full keeps jobs waiting, and runs them once when there is room", async () => {
    // Between the commit of the mutation that schedules it and its own.
    const scheduled: string[] = [];
    for (let attempt = 0; attempt < 5; attempt++) {
      await shim.fail(null);
      scheduled.push(await write(http, "mutation"));
      await shim.fail({ operation: "write", part: "-wal", error: "ENOSPC" });
      await expect(write()).rejects.toThrow("disk is full");
    }
    await shim.fail(null);
    const { confirmed, jobs } = await readTruth({ url: deployment.cloudUrl, adminKey: deployment.adminKey });
    expect(confirmed.filter((token) => scheduled.includes(token)).toSorted()).toEqual(scheduled.toSorted());
    expect(jobs.filter(({ state }) => state === "failed")).toEqual([]);
  });

  it("is full refuses changes of the environment", async () => {
    const change = (value: string) =>
      fetch(`${deployment.cloudUrl}/api/update_environment_variables`, {
        method: "POST",
        headers: { authorization: `Convex ${deployment.adminKey}`, "content-type": "application/json" },
        body: JSON.stringify({ changes: [{ name: "PROBE", value }] }),
      });
    expect((await change("one")).ok).toBe(true);
    await shim.fail({ operation: "write", part: "-wal", error: "ENOSPC" });
    expect((await change("two")).ok).toBe(false);
    expect(await http.query(variable, { name: "PROBE" })).toBe("one");
    await shim.fail(null);
    expect((await change("three")).ok).toBe(true);
    expect(await http.query(variable, { name: "PROBE" })).toBe("three");
  });

  it.each([
    { operation: "write", part: "/storage/", error: "ENOSPC" },
    { operation: "sync", part: "/storage/", error: "EIO" },
    { operation: "rename", part: "/storage/", error: "EIO" },
    { operation: "write", part: "-wal", error: "ENOSPC" },
  ] as const)("does not take a file ($operation $part $error) does not acknowledge it", async (fault) => {
    await shim.fail(null);
    const url = await http.mutation(uploadUrl, {});
    const [rows, stored] = [await http.query(list, {}), await files()];
    await shim.fail(fault);
    const answer = await fetch(url, { method: "POST", body: "some bytes" });
    expect(answer.status).toBeGreaterThanOrEqual(500);
    await shim.fail(null);
    expect(await http.query(list, {})).toEqual(rows);
    expect(await files()).toEqual(stored);
    expect((await upload()).status).toBe(200);
  });

  it("does not delete a file lets its row go, and says so", async () => {
    const { storageId } = (await (await upload()).json()) as { storageId: string };
    await shim.fail({ operation: "unlink", part: "/storage/", error: "EIO" });
    await http.mutation(remove, { id: storageId });
    expect(await http.query(list, {})).not.toContain(storageId);
    await vi.waitFor(() => expect(deployment.log).toContain("EIO"));
    expect(await http.query(list, {})).not.toContain(storageId);
  });

  it("is full at the start lets the deployment start and read", async () => {
    const before = await storedTokens();
    await shim.fail({ operation: "write", part: "-wal", error: "ENOSPC" });
    await deployment.kill();
    await deployment.startProcess();
    expect(await storedTokens()).toEqual(before);
    await expect(write()).rejects.toThrow("disk is full");
    await shim.fail(null);
    const after = await write();
    expect(await storedTokens()).toEqual([...before, after]);
  });

  it("has no room for a single page is named when the deployment cannot start, and nothing is lost", async () => {
    const before = await storedTokens();
    await deployment.kill();
    await shim.fail({ operation: "write", part: ".sqlite", error: "ENOSPC" });
    await expect(deployment.startProcess()).rejects.toThrow("Is the disk full?");
    await shim.fail(null);
    await deployment.startProcess();
    expect(await storedTokens()).toEqual(before);
  });

  it("fails a sync ends the process, with a reason and without an answer", async () => {
    const before = await storedTokens();
    await shim.fail({ operation: "sync", part: "-wal", error: "EIO" });
    const exited = deployment.exited();
    await expect(write()).rejects.toThrow("fetch failed");
    expect(await exited).not.toBe(0);
    expect(deployment.log).toContain("writing to the database failed");
    await shim.fail(null);
    await deployment.startProcess();
    // What was not acknowledged may have been stored or not, but nothing else is touched.
    expect((await storedTokens()).slice(0, before.length)).toEqual(before);
    await write();
  });
});
