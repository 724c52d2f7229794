import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { api, internal } from "../_generated/api.js";
import { codeOf, createBackend, createOwner, type Backend, type Person } from "../test.support.ts";
import {
  definitionOf,
  getDetail,
  getRow,
  node,
  okJson,
  post,
  publishDraft,
  publishScenario,
  receive,
  request,
  requireRunId,
  saveDraft,
  settle,
  stubService,
  until,
  variables,
} from "./harness.support.ts";

let t: Backend;
let owner: Person;

beforeEach(async () => {
  vi.useFakeTimers();
  t = createBackend();
  owner = await createOwner(t);
});

afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

const at = () => ({ organizationId: owner.organizationId });
const outputOf = (detail: Awaited<ReturnType<typeof getDetail>>, nodeId: number): unknown =>
  JSON.parse(detail.operations.find((operation) => operation.nodeId === nodeId)?.output ?? "null");

describe("a scenario of pure nodes", () => {
  it("has ended when the webhook is answered, without any executor", async () => {
    const nodes = [receive, variables(2, { total: "{{1.body.price * 2}}" }), variables(3, { text: "{{2.total}} EUR" })];
    const { path } = await publishScenario(owner, definitionOf(nodes));
    const runId = requireRunId(await post(t, path, { price: 21 }));
    const detail = await getDetail(owner, runId);
    expect(detail).toMatchObject({ state: "succeeded", operationCount: 3, source: { kind: "version", number: 1 } });
    expect(detail.operations.map(({ nodeId, state }) => [nodeId, state])).toEqual([
      [1, "succeeded"],
      [2, "succeeded"],
      [3, "succeeded"],
    ]);
    expect(outputOf(detail, 1)).toMatchObject({ method: "POST", body: { price: 21 } });
    expect(outputOf(detail, 3)).toEqual({ text: "42 EUR" });
    expect(detail.edgesTaken).toEqual([
      { from: 1, to: 2, kind: "next", seen: 1, passed: 1 },
      { from: 2, to: 3, kind: "next", seen: 1, passed: 1 },
    ]);
    expect(await t.run((ctx) => ctx.db.query("runTickets").collect())).toEqual([]);
  });

  it("pauses when it is long, and an executor goes on", async () => {
    const nodes = [
      receive,
      node(2, "tools.iterate", { config: { array: "{{1.body.items}}" } }),
      variables(3, { n: "{{2.value}}" }),
      node(4, "tools.aggregate", { config: { source: 2, item: "{{3.n}}" } }),
      variables(5, { count: "{{4.count}}" }),
    ];
    const { path } = await publishScenario(owner, definitionOf(nodes));
    const items = Array.from({ length: 1_500 }, (_, index) => index);
    const runId = requireRunId(await post(t, path, { items }));
    expect(await getRow(t, runId)).toMatchObject({ state: "running", queue: "ready" });
    await settle(t);
    const detail = await getDetail(owner, runId);
    expect(detail).toMatchObject({ state: "succeeded", operationCount: 1_504 });
    expect(outputOf(detail, 5)).toEqual({ count: 1_500 });
    expect(detail.operations).toHaveLength(1_504);
    expect(await t.run((ctx) => ctx.db.query("runStateParts").collect())).toEqual([]);
  });
});

describe("a scenario with an effect", () => {
  it("is performed by an executor, once, with the mapped input", async () => {
    const calls = stubService(() => okJson({ id: "o-1" }));
    const nodes = [receive, request(2, { body: '{"name": "{{1.body.name}}"}' }), variables(3, { id: "{{2.body.id}}" })];
    const { path } = await publishScenario(owner, definitionOf(nodes));
    const runId = requireRunId(await post(t, path, { name: "Ada" }));
    expect(await getRow(t, runId)).toMatchObject({ state: "running", queue: "ready", operationCount: 2 });
    await settle(t);
    const detail = await getDetail(owner, runId);
    expect(detail).toMatchObject({ state: "succeeded", operationCount: 3 });
    expect(outputOf(detail, 3)).toEqual({ id: "o-1" });
    expect(calls).toHaveLength(1);
    expect(JSON.parse(calls[0]?.body ?? "")).toEqual({ name: "Ada" });
    expect(await getRow(t, runId)).not.toHaveProperty("queue");
  });

  it("shows the operation under way", async () => {
    const { path } = await publishScenario(owner, definitionOf([receive, request(2)]));
    const runId = requireRunId(await post(t, path, { a: 1 }));
    const detail = await getDetail(owner, runId);
    expect(detail.operations.at(-1)).toMatchObject({ nodeId: 2, state: "running" });
  });

  it("performs many runs side by side, each once", async () => {
    const calls = stubService(() => okJson({ ok: true }));
    const { path } = await publishScenario(owner, definitionOf([receive, request(2), request(3)]));
    const answers = await Promise.all(Array.from({ length: 40 }, (_, n) => post(t, path, { n })));
    await settle(t);
    for (const answer of answers) expect((await getRow(t, requireRunId(answer))).state).toBe("succeeded");
    expect(calls).toHaveLength(80);
  });

  it("waits durably between attempts and says why", async () => {
    stubService((_call, count) => (count === 1 ? new Response("slow down", { status: 429 }) : okJson({})));
    const { path } = await publishScenario(owner, definitionOf([receive, request(2)]));
    const runId = requireRunId(await post(t, path, {}));
    await until(t, runId, "waiting");
    const waiting = await getDetail(owner, runId);
    expect(waiting).toMatchObject({ state: "waiting", waitReason: "retry" });
    expect(waiting.operations.at(-1)).toMatchObject({ state: "waiting", error: { kind: "rateLimited" } });
    await settle(t);
    expect(await getDetail(owner, runId)).toMatchObject({ state: "succeeded" });
  });

  it("fails with the node's error", async () => {
    stubService(() => new Response("no", { status: 422 }));
    const { path } = await publishScenario(owner, definitionOf([receive, request(2), variables(3, {})]));
    const runId = requireRunId(await post(t, path, {}));
    await settle(t);
    const detail = await getDetail(owner, runId);
    expect(detail).toMatchObject({ state: "failed", failure: { kind: "terminal", nodeId: 2, bundlePath: "1" } });
    expect(detail.error).toContain("422");
    expect(JSON.parse(detail.operations[1]?.error?.details ?? "{}")).toMatchObject({ status: 422 });
  });

  it("keeps the secrets of its connection out of everything that is stored", async () => {
    const secret = "s3cr3t-token-of-the-shop";
    const { id } = await owner.client.action(api.connections.actions.createConnection, {
      ...at(),
      type: "http.bearer",
      name: "Shop",
      values: { token: secret },
    });
    const calls = stubService((call) => Response.json({ saw: call.headers.authorization }));
    const { path } = await publishScenario(owner, definitionOf([receive, request(2, {}, { connectionId: id })]));
    const runId = requireRunId(await post(t, path, {}));
    await settle(t);
    expect(calls[0]?.headers.authorization).toBe(`Bearer ${secret}`);
    const detail = await getDetail(owner, runId);
    expect(detail.state).toBe("succeeded");
    expect(JSON.stringify(detail)).toContain("[redacted]");
    const rows = await t.run(async (ctx) => [
      await ctx.db.query("runOperations").collect(),
      await ctx.db.query("runs").collect(),
    ]);
    expect(JSON.stringify(rows)).not.toContain(secret);
  });
});

describe("a lost executor", () => {
  /** A run whose effect was claimed by an executor that then died. */
  async function claimAndDie(method: string) {
    const { path } = await publishScenario(owner, definitionOf([receive, request(2, { method, bodyType: "none" })]));
    const runId = requireRunId(await post(t, path, {}));
    const { shard } = await getRow(t, runId);
    const claimed = await t.mutation(internal.runs.internal.tick, {
      shard,
      generation: 1,
      want: 10,
      keep: true,
      isFirst: true,
      results: [],
      continues: [],
      renew: [],
    });
    expect(claimed.work).toMatchObject([{ runId, task: { kind: "perform", attempt: 1 } }]);
    expect(await getRow(t, runId)).toMatchObject({ state: "running", queue: "claimed" });
    return { runId, shard, claimed };
  }

  const expire = () => vi.setSystemTime(Date.now() + 60_000);
  const sweep = () => t.mutation(internal.runs.sweeper.sweep, {});

  it("leaves a write unknown and the run incomplete; nothing is sent again until a person retries", async () => {
    const calls = stubService(() => okJson({}));
    const { runId } = await claimAndDie("POST");
    // Cancels the executor that the webhook called: it is the one that died.
    await t.run(async (ctx) => {
      for (const job of await ctx.db.system.query("_scheduled_functions").collect())
        await ctx.scheduler.cancel(job._id);
    });
    expire();
    await sweep();
    await settle(t);
    const stopped = await getDetail(owner, runId);
    expect(stopped).toMatchObject({ state: "incomplete", failure: { code: "action_result_lost", nodeId: 2 } });
    expect(stopped.operations.at(-1)).toMatchObject({ nodeId: 2, state: "unknown" });
    expect(calls).toHaveLength(0);
    await owner.client.mutation(api.runs.mutations.retryRun, { ...at(), runId });
    await settle(t);
    const done = await getDetail(owner, runId);
    expect(done).toMatchObject({ state: "succeeded" });
    expect(done).not.toHaveProperty("error");
    expect(calls).toHaveLength(1);
  });

  it("has its reads done again", async () => {
    const calls = stubService(() => okJson({ fine: true }));
    const { runId } = await claimAndDie("GET");
    await t.run(async (ctx) => {
      for (const job of await ctx.db.system.query("_scheduled_functions").collect())
        await ctx.scheduler.cancel(job._id);
    });
    expire();
    await sweep();
    await settle(t);
    expect(await getDetail(owner, runId)).toMatchObject({ state: "succeeded" });
    expect(calls).toHaveLength(1);
  });

  it("cannot hand in a result late", async () => {
    stubService(() => okJson({}));
    const { runId, shard, claimed } = await claimAndDie("POST");
    expire();
    await sweep();
    const work = claimed.work[0];
    if (!work) throw new Error("nothing was claimed");
    const outcome = JSON.stringify({ ok: true, output: { late: true } });
    const result = { runId, generation: work.generation, attempt: 1, startedAtMs: 0, endedAtMs: 1, outcome };
    const empty = {
      want: 0,
      keep: true,
      isFirst: false,
      continues: [],
      renew: [{ runId, generation: work.generation }],
    };
    const answer = await t.mutation(internal.runs.internal.tick, { shard, generation: 1, ...empty, results: [result] });
    expect(answer).toMatchObject({ work: [], gone: [runId] });
    expect(await getRow(t, runId)).toMatchObject({ state: "incomplete" });
  });

  it("is replaced when it was called and never came", async () => {
    const calls = stubService(() => okJson({}));
    const { path } = await publishScenario(owner, definitionOf([receive, request(2)]));
    const runId = requireRunId(await post(t, path, {}));
    await t.run(async (ctx) => {
      for (const job of await ctx.db.system.query("_scheduled_functions").collect())
        await ctx.scheduler.cancel(job._id);
    });
    expire();
    await sweep();
    await settle(t);
    expect((await getRow(t, runId)).state).toBe("succeeded");
    expect(calls).toHaveLength(1);
  });
});

describe("waits", () => {
  const delaying = (seconds: number, text: string) =>
    definitionOf([receive, node(2, "tools.delay", { config: { seconds } }), variables(3, { text })]);

  it("go on at their time, on the version they were pinned to, whatever was published in between", async () => {
    const { path, scenarioId } = await publishScenario(owner, delaying(60, "one"));
    const first = requireRunId(await post(t, path, {}));
    expect(await getDetail(owner, first)).toMatchObject({ state: "waiting", waitReason: "delay" });
    await saveDraft(owner, scenarioId, delaying(5, "two"));
    await publishDraft(owner, scenarioId);
    const second = requireRunId(await post(t, path, {}));
    expect(
      await owner.client.query(api.versions.queries.listVersions, {
        ...at(),
        scenarioId,
        paginationOpts: { numItems: 5, cursor: null },
      }),
    ).toMatchObject({
      page: [
        { number: 2, liveRuns: 1 },
        { number: 1, liveRuns: 1 },
      ],
    });
    await settle(t);
    const [one, two] = [await getDetail(owner, first), await getDetail(owner, second)];
    expect(one).toMatchObject({ state: "succeeded", source: { kind: "version", number: 1 } });
    expect(two).toMatchObject({ state: "succeeded", source: { kind: "version", number: 2 } });
    expect(outputOf(one, 3)).toEqual({ text: "one" });
    expect(outputOf(two, 3)).toEqual({ text: "two" });
    expect(JSON.parse(one.definition)).not.toEqual(JSON.parse(two.definition));
  });

  it("whose timer was lost are found by the sweeper, and a second timer changes nothing", async () => {
    const { path } = await publishScenario(owner, delaying(60, "x"));
    const runId = requireRunId(await post(t, path, {}));
    const { generation } = await getRow(t, runId);
    await t.run(async (ctx) => {
      for (const job of await ctx.db.system.query("_scheduled_functions").collect())
        await ctx.scheduler.cancel(job._id);
    });
    vi.setSystemTime(Date.now() + 120_000);
    await t.mutation(internal.runs.sweeper.sweep, {});
    const done = await getRow(t, runId);
    expect(done.state).toBe("succeeded");
    await t.mutation(internal.runs.internal.wake, { runId, generation });
    expect(await getRow(t, runId)).toEqual(done);
  });

  it("of a broken-off run end in a retry by itself", async () => {
    stubService((_call, count) => (count === 1 ? new Response("", { status: 400 }) : okJson({})));
    const definition = definitionOf(
      [receive, request(2), node(3, "error.break", { config: { attempts: 1, intervalSeconds: 60 } })],
      [
        { from: 1, to: 2, kind: "next" },
        { from: 2, to: 3, kind: "error" },
      ],
    );
    const { path } = await publishScenario(owner, definition);
    const runId = requireRunId(await post(t, path, {}));
    await until(t, runId, "incomplete");
    expect(await getDetail(owner, runId)).toMatchObject({ waitReason: "break", failure: { nodeId: 2 } });
    await settle(t);
    expect(await getRow(t, runId)).toMatchObject({ state: "succeeded" });
  });
});

describe("starting by hand", () => {
  it("runs the draft as it is now, pinned to a snapshot", async () => {
    const { scenarioId } = await publishScenario(owner, definitionOf([receive, variables(2, { v: "published" })]));
    await saveDraft(owner, scenarioId, definitionOf([receive, variables(2, { v: "draft {{1.body.n}}" })]));
    const args = { ...at(), scenarioId, source: { kind: "draft" as const }, payload: '{"n":1}' };
    const started = [
      await owner.client.mutation(api.runs.mutations.startRun, args),
      await owner.client.mutation(api.runs.mutations.startRun, args),
    ];
    await saveDraft(owner, scenarioId, definitionOf([receive, variables(2, { v: "later" })]));
    for (const result of started) {
      if (result.kind !== "ok") throw new Error("not started");
      const detail = await getDetail(owner, result.runId);
      expect(detail).toMatchObject({ state: "succeeded", trigger: "manual", source: { kind: "draft", revision: 2 } });
      expect(outputOf(detail, 2)).toEqual({ v: "draft 1" });
    }
    expect(await t.run((ctx) => ctx.db.query("runSnapshots").collect())).toHaveLength(1);
  });

  it("runs a version by number, published or not any more", async () => {
    const { scenarioId } = await publishScenario(owner, definitionOf([receive, variables(2, { v: "one" })]));
    await saveDraft(owner, scenarioId, definitionOf([receive, variables(2, { v: "two" })]));
    await publishDraft(owner, scenarioId);
    for (const [number, v] of [
      [1, "one"],
      [undefined, "two"],
    ] as const) {
      const source = { kind: "version" as const, ...(number && { number }) };
      const result = await owner.client.mutation(api.runs.mutations.startRun, {
        ...at(),
        scenarioId,
        source,
        payload: "null",
      });
      if (result.kind !== "ok") throw new Error("not started");
      expect(outputOf(await getDetail(owner, result.runId), 2)).toEqual({ v });
    }
  });

  it("refuses what cannot be run, and stores nothing", async () => {
    const { scenarioId } = await publishScenario(owner, definitionOf([receive, variables(2, { v: "one" })]));
    await saveDraft(owner, scenarioId, definitionOf([receive, variables(2, { v: "{{9.x}}" })]));
    const start = (source: object, payload = "{}") =>
      owner.client.mutation(api.runs.mutations.startRun, {
        ...at(),
        scenarioId,
        source: source as { kind: "draft" },
        payload,
      });
    expect(await start({ kind: "draft" })).toMatchObject({ kind: "invalid", issues: [{ nodeId: 2 }] });
    expect(await codeOf(start({ kind: "version", number: 7 }))).toBe("not_found");
    expect(await codeOf(start({ kind: "version" }, "{nope"))).toBe("malformed");
    expect(await codeOf(start({ kind: "version" }, "[".repeat(300) + "]".repeat(300)))).toBe("malformed");
    expect(await codeOf(start({ kind: "version" }, `"${"x".repeat(5_100_000)}"`))).toBe("too_large");
    const unpublished = await owner.client.mutation(api.scenarios.mutations.createScenario, { ...at(), name: "New" });
    const never = { ...at(), scenarioId: unpublished.scenarioId, source: { kind: "version" as const }, payload: "{}" };
    expect(await owner.client.mutation(api.runs.mutations.startRun, never)).toMatchObject({ kind: "invalid" });
    expect(await t.run((ctx) => ctx.db.query("runs").collect())).toEqual([]);
  });
});

describe("cancel, retry and replay", () => {
  it("cancel ends a waiting run for good", async () => {
    const definition = definitionOf([receive, node(2, "tools.delay", { config: { seconds: 60 } }), variables(3, {})]);
    const { path } = await publishScenario(owner, definition);
    const runId = requireRunId(await post(t, path, {}));
    await owner.client.mutation(api.runs.mutations.cancelRun, { ...at(), runId });
    await settle(t);
    expect(await getDetail(owner, runId)).toMatchObject({ state: "cancelled", operationCount: 2 });
    expect(await codeOf(owner.client.mutation(api.runs.mutations.cancelRun, { ...at(), runId }))).toBe("conflict");
    expect(await codeOf(owner.client.mutation(api.runs.mutations.retryRun, { ...at(), runId }))).toBe("conflict");
  });

  it("replay runs the same payload on the original, the published version or the draft", async () => {
    const { path, scenarioId } = await publishScenario(
      owner,
      definitionOf([receive, variables(2, { v: "one {{1.body.n}}" })]),
    );
    const runId = requireRunId(await post(t, path, { n: 5 }));
    await saveDraft(owner, scenarioId, definitionOf([receive, variables(2, { v: "two {{1.body.n}}" })]));
    await publishDraft(owner, scenarioId);
    await saveDraft(owner, scenarioId, definitionOf([receive, variables(2, { v: "three {{1.body.n}}" })]));
    for (const [source, v] of [
      ["original", "one 5"],
      ["published", "two 5"],
      ["draft", "three 5"],
    ] as const) {
      const result = await owner.client.mutation(api.runs.mutations.replayRun, { ...at(), runId, source });
      if (result.kind !== "ok") throw new Error("not replayed");
      const detail = await getDetail(owner, result.runId);
      expect(detail.trigger).toBe("replay");
      expect(outputOf(detail, 2)).toEqual({ v });
    }
    const actions = await t.run(async (ctx) =>
      (await ctx.db.query("auditEntries").collect()).map((entry) => entry.action),
    );
    expect(actions.filter((action) => action === "run.replayed")).toHaveLength(3);
  });
});

describe("lists and samples", () => {
  it("page by scenario, version and state, and show nothing of other organizations", async () => {
    const { path, scenarioId } = await publishScenario(owner, definitionOf([receive, variables(2, { v: "one" })]));
    for (let n = 0; n < 3; n++) await post(t, path, { n });
    await saveDraft(owner, scenarioId, definitionOf([receive, node(2, "tools.delay", { config: { seconds: 9 } })]));
    await publishDraft(owner, scenarioId);
    const waiting = requireRunId(await post(t, path, {}));
    const list = async (filter: object) => {
      const args = { ...at(), ...filter, paginationOpts: { numItems: 10, cursor: null } };
      return (await owner.client.query(api.runs.queries.listRuns, args)).page;
    };
    expect(await list({})).toHaveLength(4);
    expect((await list({ scenarioId }))[0]).toMatchObject({ id: waiting, scenarioName: "Test", state: "waiting" });
    expect(await list({ scenarioId, version: 1 })).toHaveLength(3);
    expect(await list({ scenarioId, version: 2, state: "succeeded" })).toHaveLength(0);
    expect((await list({ state: "waiting" })).map((run) => run.id)).toEqual([waiting]);
    expect(await list({ scenarioId, state: "succeeded" })).toHaveLength(3);

    const stranger = await createOwner(t);
    const theirs = { organizationId: stranger.organizationId };
    expect(await stranger.client.query(api.runs.queries.getRun, { ...theirs, runId: waiting })).toBeNull();
    expect(await codeOf(stranger.client.mutation(api.runs.mutations.cancelRun, { ...theirs, runId: waiting }))).toBe(
      "not_found",
    );
    expect(await codeOf(stranger.client.query(api.runs.queries.getSamples, { ...theirs, scenarioId }))).toBe(
      "not_found",
    );
  });

  it("samples are the newest outputs of each node", async () => {
    const nodes = [receive, variables(2, { v: "{{1.body.n}}" })];
    const { path, scenarioId } = await publishScenario(owner, definitionOf(nodes));
    await post(t, path, { n: 1 });
    await post(t, path, { n: 2 });
    const samples = await owner.client.query(api.runs.queries.getSamples, { ...at(), scenarioId });
    expect(samples.map(({ nodeId }) => nodeId)).toEqual([1, 2]);
    expect(JSON.parse(samples[1]?.output ?? "")).toEqual({ v: 2 });
  });
});

describe("large data", () => {
  it("is kept in rows of its own, shown cut, and replayed whole", async () => {
    const text = "é".repeat(300_000);
    const nodes = [
      receive,
      variables(2, { copy: "{{1.body.text}}" }),
      request(3, { bodyType: "none" }),
      variables(4, { n: "{{length(2.copy)}}" }),
    ];
    stubService(() => okJson({}));
    const { path } = await publishScenario(owner, definitionOf(nodes));
    const runId = requireRunId(await post(t, path, { text }));
    expect(await getRow(t, runId)).toMatchObject({ state: "queued", operationCount: 0 });
    await settle(t);
    const detail = await getDetail(owner, runId);
    expect(detail.error).toBeUndefined();
    expect(detail).toMatchObject({ state: "succeeded", operationCount: 4 });
    expect(outputOf(detail, 2)).toMatchObject({ _cut: true });
    expect(outputOf(detail, 4)).toEqual({ n: 300_000 });
    expect(await t.run((ctx) => ctx.db.system.query("_storage").collect())).toEqual([]);
    const replayed = await owner.client.mutation(api.runs.mutations.replayRun, { ...at(), runId, source: "original" });
    await settle(t);
    if (replayed.kind !== "ok") throw new Error("not replayed");
    expect(outputOf(await getDetail(owner, replayed.runId), 4)).toEqual({ n: 300_000 });
    for (const table of ["runOperations", "runPayloads", "runStateParts"] as const) {
      const rows = await t.run((ctx) => ctx.db.query(table).collect());
      for (const row of rows) expect(new TextEncoder().encode(JSON.stringify(row)).length).toBeLessThan(1_048_576);
    }
  });

  it("beyond what a run may hold fails the run, not the queue", async () => {
    stubService(() => okJson({}));
    const nodes = [
      receive,
      node(2, "tools.iterate", { config: { array: "{{1.body.items}}" } }),
      node(3, "tools.aggregate", { config: { source: 2, item: "{{1.body.text}}" } }),
      request(4, { bodyType: "none" }),
    ];
    const { path } = await publishScenario(owner, definitionOf(nodes));
    const runId = requireRunId(await post(t, path, { items: Array(60).fill(1), text: "x".repeat(100_000) }));
    await settle(t);
    expect(await getDetail(owner, runId)).toMatchObject({ state: "failed", failure: { code: "system_internal" } });
  });
});

describe("retention", () => {
  it("deletes what is past its time and keeps the rest", async () => {
    const { path } = await publishScenario(owner, definitionOf([receive, variables(2, { v: "{{1.body.n}}" })]));
    const old = requireRunId(await post(t, path, { n: 1 }));
    const delaying = definitionOf([receive, node(2, "tools.delay", { config: { seconds: 2_000_000 } })]);
    const live = requireRunId(await post(t, (await publishScenario(owner, delaying)).path, {}));
    vi.setSystemTime(Date.now() + 31 * 86_400_000);
    const recent = requireRunId(await post(t, path, { n: 2 }));
    await t.mutation(internal.runs.retention.clean, {});
    await t.mutation(internal.runs.retention.cleanOrganization, { organizationId: owner.organizationId });
    await t.mutation(internal.runs.retention.cleanShared, {});
    const left = await t.run(async (ctx) => (await ctx.db.query("runs").collect()).map((run) => run._id));
    expect(left).not.toContain(old);
    expect(left).toEqual(expect.arrayContaining([live, recent]));
    const logs = await t.run(async (ctx) => (await ctx.db.query("runOperations").collect()).map((row) => row.runId));
    expect(logs).not.toContain(old);
  });
});
