import { describe, expect, it, vi } from "vitest";
import { api, internal } from "../_generated/api.js";
import type { Id } from "../_generated/dataModel.d.ts";
import type { ActionCtx, MutationCtx } from "../functions.ts";
import { createOwner } from "../test.support.ts";
import {
  definitionOf,
  getDetail,
  getRow,
  node,
  okJson,
  pass,
  post,
  publishScenario,
  receive,
  request,
  requireRunId,
  settle,
  stubService,
  until,
  untilTrue,
  variables,
  useBackend,
} from "./harness.support.ts";
import { EXECUTOR_CLAIMS_MS } from "./limits.ts";
import { PAYLOAD_CONTENT_TYPE } from "./retention.ts";

const backend = useBackend();

const sleep = (durationMs: number) => new Promise((resolve) => setTimeout(resolve, durationMs));
const sweep = () => backend.t.mutation(internal.runs.sweeper.sweep, {});
const tickets = () => backend.t.run((ctx) => ctx.db.query("runTickets").collect());

/** Starts a run of `webhook -> http.request -> variables` and gives back its id. */
async function startRequest(config: Record<string, unknown> = {}, spec: object = {}): Promise<Id<"runs">> {
  const { path } = await publishScenario(
    backend.owner,
    definitionOf([receive, request(2, config, spec), variables(3, {})]),
  );
  return requireRunId(await post(backend.t, path, {}));
}

describe("a long request", () => {
  it("keeps its lease, and is performed once", async () => {
    const calls = stubService(async () => {
      await sleep(25_000);
      return okJson({ slow: true });
    });
    const runId = await startRequest();
    await untilTrue(() => calls.length === 1);
    for (let second = 0; second < 23; second++) {
      await pass(1_000);
      await sweep();
      expect((await getRow(backend.t, runId)).queue).toBe("claimed");
    }
    await settle(backend.t);
    expect((await getRow(backend.t, runId)).state).toBe("succeeded");
    expect(calls).toHaveLength(1);
  });

  it("is given up at its time limit: a write is unknown then", async () => {
    stubService(() => new Promise<Response>(() => {}));
    const runId = await startRequest({ timeoutMs: 300_000 }, { errorHandling: { timeoutMs: 5_000 } });
    await pass(4_900);
    await until(backend.t, runId, "incomplete");
    const detail = await getDetail(backend.owner, runId);
    expect(detail).toMatchObject({ failure: { kind: "timeout", nodeId: 2 } });
    expect(detail.operations.at(-1)).toMatchObject({ state: "unknown", attempts: [{ number: 1, durationMs: 5_000 }] });
  });

  it("is aborted soon after its run was cancelled, and its result changes nothing", async () => {
    let aborted = false;
    const calls = stubService(async (call) => {
      call.signal.addEventListener("abort", () => (aborted = true));
      await sleep(20_000);
      return okJson({});
    });
    const runId = await startRequest();
    await untilTrue(() => calls.length === 1);
    await backend.owner.client.mutation(api.runs.mutations.cancelRun, {
      organizationId: backend.owner.organizationId,
      runId,
    });
    await pass(10_000);
    expect(aborted).toBe(true);
    await settle(backend.t);
    const detail = await getDetail(backend.owner, runId);
    expect(detail).toMatchObject({ state: "cancelled" });
    expect(detail.operations.at(-1)).toMatchObject({ nodeId: 2, state: "unknown" });
  });
});

describe("the ticket", () => {
  it("is given back when nothing is left, and taken again by the next start", async () => {
    stubService(() => okJson({}));
    await startRequest();
    await settle(backend.t);
    expect((await tickets()).map((ticket) => ticket.watchedUntil)).toEqual([0]);
    for (let n = 0; n < 20; n++) await startRequest();
    await settle(backend.t);
    const states = await backend.t.run(async (ctx) => (await ctx.db.query("runs").collect()).map((run) => run.state));
    expect(states).toHaveLength(21);
    expect(new Set(states)).toEqual(new Set(["succeeded"]));
  });

  it("passes to a successor, once", async () => {
    stubService(() => okJson({}));
    await startRequest();
    const [ticket] = await tickets();
    if (!ticket) throw new Error("There is no ticket.");
    const { shard, generation } = ticket;
    await backend.t.mutation(internal.runs.internal.handOver, { shard, generation });
    await backend.t.mutation(internal.runs.internal.handOver, { shard, generation });
    expect((await tickets())[0]).toMatchObject({ generation: generation + 1 });
    await settle(backend.t);
    const states = await backend.t.run(async (ctx) => (await ctx.db.query("runs").collect()).map((run) => run.state));
    expect(states).toEqual(["succeeded"]);
  });

  it("is passed on by an executor whose time is over, and what it holds goes to the queue", async () => {
    let delayMs = 290_000;
    stubService(async () => {
      await sleep(delayMs);
      return okJson({});
    });
    const nodes = [receive, request(2, { timeoutMs: 300_000 }, { errorHandling: { timeoutMs: 300_000 } }), request(3)];
    const { path } = await publishScenario(backend.owner, definitionOf(nodes));
    const runId = requireRunId(await post(backend.t, path, {}));
    await pass(EXECUTOR_CLAIMS_MS + 10_000);
    expect(await getRow(backend.t, runId)).toMatchObject({ state: "running", queue: "claimed" });
    delayMs = 1;
    await settle(backend.t);
    expect(await getDetail(backend.owner, runId)).toMatchObject({ state: "succeeded", operationCount: 3 });
  });
});

describe("what cannot go on", () => {
  const delaying = definitionOf([receive, node(2, "tools.delay", { config: { seconds: 5 } }), variables(3, {})]);

  it("fails alone when its integration was removed", async () => {
    const { path } = await publishScenario(backend.owner, delaying);
    const runId = requireRunId(await post(backend.t, path, {}));
    await backend.t.run(async (ctx) => {
      const definition = JSON.stringify({ ...delaying, nodes: [receive, node(2, "gone.away")] });
      const [stored] = (await ctx.db.query("versionDefinitions").collect()).slice(-1);
      if (stored) await ctx.db.patch("versionDefinitions", stored._id, { definition });
      await ctx.db.patch("runs", runId, { definitionKey: "another" });
    });
    await settle(backend.t);
    const detail = await getDetail(backend.owner, runId);
    expect(detail).toMatchObject({ state: "failed", failure: { code: "system_internal" }, edgesTaken: [] });
    expect(detail.error).toContain("gone.away");
  });

  it("fails when its log was lost, also where only the sweeper finds it", async () => {
    stubService(() => okJson({}));
    const [claimed, ready] = [await startRequest(), await startRequest()];
    await backend.t.run(async (ctx) => {
      for (const job of await ctx.db.system.query("_scheduled_functions").collect())
        await ctx.scheduler.cancel(job._id);
      for (const row of await ctx.db.query("runLogs").collect()) await ctx.db.delete("runLogs", row._id);
      await ctx.db.patch("runs", claimed, { queue: "claimed", dueAt: 1 });
    });
    vi.setSystemTime(Date.now() + 60_000);
    await sweep();
    await settle(backend.t);
    for (const runId of [claimed, ready]) {
      expect(await getRow(backend.t, runId)).toMatchObject({ state: "failed", failure: { code: "system_internal" } });
    }
  });

  it("does not take down the runs that share its tick", async () => {
    const silent = vi.spyOn(console, "error").mockImplementation(() => {});
    const ids: Id<"runs">[] = [];
    stubService(async () => {
      // A row that contradicts itself: no step of it can be stored.
      const [first] = ids;
      if (first) await backend.t.run((ctx) => ctx.db.patch("runs", first, { state: "succeeded" }));
      return okJson({});
    });
    for (let n = 0; n < 8; n++) ids.push(await startRequest());
    await settle(backend.t);
    for (const runId of ids.slice(1)) expect((await getRow(backend.t, runId)).state).toBe("succeeded");
    expect(silent).toHaveBeenCalled();
  });

  it("fails when the file with its payload is gone", async () => {
    const { path } = await publishScenario(backend.owner, delaying);
    const runId = requireRunId(await post(backend.t, path, { text: "x".repeat(300_000) }));
    expect(await getDetail(backend.owner, runId)).toMatchObject({ state: "queued", payload: null, operations: [] });
    await backend.t.run(async (ctx) => {
      for (const file of await ctx.db.system.query("_storage").collect()) await ctx.storage.delete(file._id);
    });
    await settle(backend.t);
    expect(await getRow(backend.t, runId)).toMatchObject({
      state: "failed",
      error: expect.stringContaining("payload"),
    });
  });
});

describe("a connection", () => {
  const connect = (connectionId: string) => startRequest({}, { connectionId });

  async function createConnection(): Promise<Id<"connections">> {
    const { id } = await backend.owner.client.action(api.connections.actions.createConnection, {
      organizationId: backend.owner.organizationId,
      type: "http.bearer",
      name: "Shop",
      values: { token: "a-token-that-is-long" },
    });
    return id;
  }

  it("that was deleted fails the operation, and nothing is sent", async () => {
    const calls = stubService(() => okJson({}));
    const id = await createConnection();
    const runId = await connect(id);
    await backend.t.run((ctx) => ctx.db.delete("connections", id));
    await settle(backend.t);
    expect(await getRow(backend.t, runId)).toMatchObject({ state: "failed", failure: { kind: "auth", nodeId: 2 } });
    expect(calls).toEqual([]);
  });

  it("of another organization is as good as deleted", async () => {
    const calls = stubService(() => okJson({}));
    const id = await createConnection();
    const runId = await connect(id);
    const stranger = await createOwner(backend.t);
    await backend.t.run((ctx) => ctx.db.patch("connections", id, { organizationId: stranger.organizationId }));
    await settle(backend.t);
    expect(await getRow(backend.t, runId)).toMatchObject({ state: "failed", failure: { kind: "auth" } });
    expect(calls).toEqual([]);
  });

  it("keeps its secrets out of errors, too", async () => {
    stubService(() => {
      throw new Error("cannot reach a-token-that-is-long at all");
    });
    const runId = await connect(await createConnection());
    await settle(backend.t);
    const detail = JSON.stringify(await getDetail(backend.owner, runId));
    expect(detail).toContain("[redacted]");
    expect(detail).not.toContain("a-token-that-is-long");
  });
});

/** convex-test does not note a file's content type, as deployments do: it is written into its system table here. */
async function storeAs(ctx: MutationCtx & Pick<ActionCtx, "storage">, contentType: string): Promise<void> {
  const id = await ctx.storage.store(new Blob(["{}"], { type: contentType }));
  const system = ctx.db as unknown as { patch(table: "_storage", id: Id<"_storage">, value: object): Promise<void> };
  await system.patch("_storage", id, { contentType });
}

describe("retention", () => {
  it("deletes draft snapshots and files that nothing needs any more", async () => {
    const { scenarioId } = await publishScenario(backend.owner, definitionOf([receive, variables(2, { v: "x" })]));
    const at = { organizationId: backend.owner.organizationId, scenarioId };
    const started = await backend.owner.client.mutation(api.runs.mutations.startRun, {
      ...at,
      source: { kind: "draft" },
      payload: "{}",
    });
    if (started.kind !== "ok") throw new Error("not started");
    await backend.t.run(async (ctx) => {
      await storeAs(ctx, PAYLOAD_CONTENT_TYPE);
      await storeAs(ctx, "text/plain");
    });
    vi.setSystemTime(Date.now() + 93 * 86_400_000);
    await backend.t.mutation(internal.runs.retention.cleanShared, {});
    const snapshots = () => backend.t.run(async (ctx) => (await ctx.db.query("runSnapshots").collect()).length);
    expect(await snapshots()).toBe(1);
    await backend.t.mutation(internal.runs.retention.clean, {});
    await settle(backend.t);
    // Its run is gone only now; the next cleaning finds that nothing needs it.
    await backend.t.mutation(internal.runs.retention.clean, {});
    await settle(backend.t);
    expect(await snapshots()).toBe(0);
    expect(await backend.t.run((ctx) => ctx.db.query("runs").collect())).toEqual([]);
    const files = await backend.t.run((ctx) => ctx.db.system.query("_storage").collect());
    expect(files.map((file) => file.contentType)).toEqual(["text/plain"]);
  });
});
