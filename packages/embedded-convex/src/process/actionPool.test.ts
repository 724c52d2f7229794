import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { MessageChannel } from "node:worker_threads";
import { afterEach, expect, it } from "vitest";
import { ActionPool } from "./actionPool.ts";

const IDLE_MS = 60_000;
const HANG_MS = 90_000;
const folder = mkdtempSync(path.join(tmpdir(), "action-pool-"));
let now = 1_000_000;
let pools: ActionPool[] = [];

afterEach(async () => {
  await Promise.all(pools.map((pool) => pool.stop()));
  pools = [];
  rmSync(folder, { recursive: true, force: true });
});

function createPool(): ActionPool {
  const pool = new ActionPool({
    size: 2,
    idleMs: IDLE_MS,
    worker: { storageFolder: folder, deniedPorts: [], timeLimitMs: 1000 },
    heapLimitMb: 64,
    hangLimitMs: HANG_MS,
    connectTransactor: () => new MessageChannel().port1,
    onLog: () => undefined,
    now: () => now,
  });
  pools.push(pool);
  return pool;
}

/** Any call will do: without code it is answered at once. */
async function call(pool: ActionPool): Promise<number> {
  const url = "http://127.0.0.1/";
  const request = {
    requestId: "0123456789abcdef",
    ip: null,
    userAgent: null,
    authToken: null,
    scheduledFunctionId: null,
  };
  return (await pool.http({ method: "GET", url, headers: [], body: null, identity: null, request })).status;
}

it("has no worker before the first call, and none when it has been idle for its time", async () => {
  const pool = createPool();
  await pool.changeOutbound({ add: ["127.0.0.1:80"], remove: [], ttlMs: null });
  expect(pool.size).toBe(0);

  await call(pool);
  now += IDLE_MS;
  pool.check();
  expect(pool.size).toBe(1);
  now += 1;
  pool.check();
  expect(pool.size).toBe(0);
  expect(await pool.memory()).toEqual([]);

  expect(await call(pool)).toBe(500);
  expect(pool.size).toBe(1);
});

it("starts another worker when the first one is busy, and no more than it may", async () => {
  const pool = createPool();
  await call(pool);
  const calls = Array.from({ length: 40 }, () => call(pool));
  expect(pool.size).toBe(2);
  await Promise.all(calls);
  expect(pool.size).toBe(2);
});

it("ends a worker that does not answer, and gives a new one the calls that it had not begun, and the next ones", async () => {
  const pool = createPool();
  await call(pool);
  const waiting = call(pool);
  now += HANG_MS + 1;
  pool.check();
  expect(pool.size).toBe(0);
  expect(await waiting).toBe(500);
  expect(await call(pool)).toBe(500);
  expect(pool.size).toBe(1);
});

it("refuses a malformed outbound entry although no worker runs", async () => {
  const pool = createPool();
  await expect(pool.changeOutbound({ add: ["not a host"], remove: [], ttlMs: null })).rejects.toThrow("not a host");
  expect(pool.outboundList()).toEqual([]);
});
