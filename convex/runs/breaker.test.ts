import { describe, expect, it } from "vitest";
import { api } from "../_generated/api.js";
import type { Id } from "../_generated/dataModel.d.ts";
import { codeOf } from "../test.support.ts";
import {
  definitionOf,
  getDetail,
  getRow,
  okJson,
  pass,
  post,
  publishScenario,
  receive,
  request,
  requireRunId,
  settle,
  stubService,
  useBackend,
} from "./harness.support.ts";

const backend = useBackend();
const { at } = backend;
const client = () => backend.owner.client;

/** A scenario that reads from a service by a connection; no retries of its own. */
async function withConnection(handling: Record<string, unknown> = {}) {
  const created = await client().action(api.connections.actions.createConnection, {
    ...at(),
    type: "http.bearer",
    name: "Shop",
    values: { token: "secret" },
  });
  const errorHandling = { retry: { attempts: 1, initialDelayMs: 0, maxDelayMs: 0 }, ...handling };
  const read = request(2, { method: "GET", bodyType: "none" }, { connectionId: created.id, errorHandling });
  const { path } = await publishScenario(backend.owner, definitionOf([receive, read]));
  const start = async () => requireRunId(await post(backend.t, path, {}));
  return { connectionId: created.id, start };
}

/** A service that is down until `isUp`. */
function fragile() {
  const service = { isUp: false };
  const calls = stubService(() => (service.isUp ? okJson({}) : Response.json({}, { status: 503 })));
  return { service, calls };
}

async function fail(start: () => Promise<Id<"runs">>, times: number): Promise<void> {
  for (let count = 0; count < times; count++) {
    const runId = await start();
    await until(async () => (await getRow(backend.t, runId)).state === "failed");
  }
}

async function until(condition: () => Promise<boolean>): Promise<void> {
  for (let step = 0; step < 400; step++) {
    if (await condition()) return;
    await pass(50);
  }
  throw new Error("It did not come about.");
}

const waits = (runId: Id<"runs">) => until(async () => (await getRow(backend.t, runId)).waitReason === "breaker");
const trouble = async () => (await client().query(api.connections.queries.listConnections, at()))[0]?.breaker.trouble;
const breakers = () => backend.t.run((ctx) => ctx.db.query("connectionBreakers").collect());

describe("the circuit breaker of a connection", () => {
  it("writes nothing while the service answers, and forgets failures when it answers again", async () => {
    const { service, calls } = fragile();
    const { start } = await withConnection();
    service.isUp = true;
    await start();
    await settle(backend.t);
    expect(await breakers()).toEqual([]);
    service.isUp = false;
    await fail(start, 4);
    expect(await trouble()).toMatchObject({ state: "counting", failures: 4 });
    service.isUp = true;
    await start();
    await settle(backend.t);
    expect(await breakers()).toEqual([]);
    expect(calls).toHaveLength(6);
  });

  it("opens after five failures in a row: runs wait without a call, one tries, and all go on when that succeeds", async () => {
    const { service, calls } = fragile();
    const { start } = await withConnection();
    await fail(start, 5);
    expect(await trouble()).toMatchObject({ state: "open", failures: 5 });
    const ids = [await start(), await start(), await start()];
    for (const id of ids) await waits(id);
    expect(calls).toHaveLength(5);
    const waiting = await getDetail(backend.owner, ids[0] as Id<"runs">);
    expect(waiting).toMatchObject({ state: "waiting", breaker: { connectionName: "Shop", failures: 5 } });
    expect(waiting.breaker?.nextTryAt).toBeGreaterThan(Date.now());
    expect(await trouble()).toMatchObject({ waiting: 3 });
    // The pause of 30 s is over, and the trial fails: the others still wait, for twice as long.
    await pass(31_000);
    await until(async () => calls.length === 6);
    expect(await trouble()).toMatchObject({ state: "open", waiting: 2 });
    expect((await trouble())?.nextTryAt).toBeGreaterThan(Date.now() + 50_000);
    service.isUp = true;
    await pass(61_000);
    await until(async () => (await breakers()).length === 0);
    await settle(backend.t);
    const states = await Promise.all(ids.map(async (id) => (await getRow(backend.t, id)).state));
    expect(states.sort()).toEqual(["failed", "succeeded", "succeeded"]);
    expect(calls).toHaveLength(8);
    expect(await backend.t.run((ctx) => ctx.db.query("breakerWaits").collect())).toEqual([]);
  });

  it("does not count answers that are no trouble of the connection", async () => {
    stubService(() => Response.json({}, { status: 404 }));
    const { start } = await withConnection();
    await fail(start, 6);
    expect(await breakers()).toEqual([]);
  });

  it("lets nodes fail at once that want that", async () => {
    const { calls } = fragile();
    const { start } = await withConnection({ whenUnavailable: "fail" });
    await fail(start, 5);
    const runId = await start();
    await until(async () => (await getRow(backend.t, runId)).state === "failed");
    expect(await getDetail(backend.owner, runId)).toMatchObject({ failure: { code: "connection_unavailable" } });
    expect(calls).toHaveLength(5);
  });

  it("is reset by hand, which lets all go on", async () => {
    const { service, calls } = fragile();
    const { start, connectionId } = await withConnection();
    expect(await codeOf(client().mutation(api.connections.mutations.resetBreaker, { ...at(), connectionId }))).toBe(
      "conflict",
    );
    await fail(start, 5);
    const runId = await start();
    await waits(runId);
    service.isUp = true;
    await client().mutation(api.connections.mutations.resetBreaker, { ...at(), connectionId });
    await settle(backend.t);
    expect(await getRow(backend.t, runId)).toMatchObject({ state: "succeeded" });
    expect(calls).toHaveLength(6);
    const audit = await backend.t.run((ctx) => ctx.db.query("auditEntries").collect());
    expect(audit.filter(({ action }) => action === "connection.breakerReset")).toHaveLength(1);
  });

  it("opens when the connection says so, or never", async () => {
    const { calls } = fragile();
    const { start, connectionId } = await withConnection();
    const set = (failures: number) =>
      client().mutation(api.connections.mutations.setBreaker, { ...at(), connectionId, failures, pauseSeconds: 60 });
    expect(await codeOf(set(101))).toBe("invalid");
    await set(2);
    await fail(start, 2);
    const runId = await start();
    await waits(runId);
    expect(calls).toHaveLength(2);
    await set(0);
    await until(async () => (await getRow(backend.t, runId)).state === "failed");
    await fail(start, 4);
    expect(calls).toHaveLength(7);
    expect(await breakers()).toEqual([]);
  });

  it("finds another trial when the first one is stopped before it tells anything", async () => {
    const { service, calls } = fragile();
    const { start } = await withConnection();
    await fail(start, 5);
    const [first, second] = [await start(), await start()];
    await waits(first);
    await waits(second);
    service.isUp = true;
    // The run that would try is stopped while it waits: the next one tries instead.
    await client().mutation(api.runs.mutations.cancelRun, { ...at(), runId: first });
    await pass(31_000);
    await settle(backend.t);
    expect(await getRow(backend.t, second)).toMatchObject({ state: "succeeded" });
    expect(calls).toHaveLength(6);
  });
});
