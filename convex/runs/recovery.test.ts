import { describe, expect, it, vi } from "vitest";
import { api, internal } from "../_generated/api.js";
import {
  definitionOf,
  getDetail,
  getRow,
  node,
  okJson,
  outputOf,
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
  useBackend,
} from "./harness.support.ts";

const backend = useBackend();

const { at } = backend;

describe("a lost executor", () => {
  /** A run whose effect was claimed by an executor that then died. */
  async function claimAndDie(method: string) {
    const { path } = await publishScenario(
      backend.owner,
      definitionOf([receive, request(2, { method, bodyType: "none" })]),
    );
    const runId = requireRunId(await post(backend.t, path, {}));
    const { shard } = await getRow(backend.t, runId);
    const claimed = await backend.t.mutation(internal.runs.internal.tick, {
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
    expect(await getRow(backend.t, runId)).toMatchObject({ state: "running", queue: "claimed" });
    return { runId, shard, claimed };
  }

  const expire = () => vi.setSystemTime(Date.now() + 60_000);
  const sweep = () => backend.t.mutation(internal.runs.sweeper.sweep, {});

  it("leaves a write unknown and the run incomplete; nothing is sent again until a person retries", async () => {
    const calls = stubService(() => okJson({}));
    const { runId } = await claimAndDie("POST");
    // Cancels the executor that the webhook called: it is the one that died.
    await backend.t.run(async (ctx) => {
      for (const job of await ctx.db.system.query("_scheduled_functions").collect())
        await ctx.scheduler.cancel(job._id);
    });
    expire();
    await sweep();
    await settle(backend.t);
    const stopped = await getDetail(backend.owner, runId);
    expect(stopped).toMatchObject({ state: "incomplete", failure: { code: "action_result_lost", nodeId: 2 } });
    expect(stopped.operations.at(-1)).toMatchObject({ nodeId: 2, state: "unknown" });
    expect(calls).toHaveLength(0);
    await backend.owner.client.mutation(api.runs.mutations.retryRun, { ...at(), runId });
    await settle(backend.t);
    const done = await getDetail(backend.owner, runId);
    expect(done).toMatchObject({ state: "succeeded" });
    expect(done).not.toHaveProperty("error");
    expect(calls).toHaveLength(1);
  });

  it("has its reads done again", async () => {
    const calls = stubService(() => okJson({ fine: true }));
    const { runId } = await claimAndDie("GET");
    await backend.t.run(async (ctx) => {
      for (const job of await ctx.db.system.query("_scheduled_functions").collect())
        await ctx.scheduler.cancel(job._id);
    });
    expire();
    await sweep();
    await settle(backend.t);
    expect(await getDetail(backend.owner, runId)).toMatchObject({ state: "succeeded" });
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
    const result = {
      runId,
      generation: work.generation,
      operationId: 2,
      attempt: 1,
      startedAtMs: 0,
      endedAtMs: 1,
      outcome,
    };
    const empty = {
      want: 0,
      keep: true,
      isFirst: false,
      continues: [],
      renew: [{ runId, generation: work.generation }],
    };
    const answer = await backend.t.mutation(internal.runs.internal.tick, {
      shard,
      generation: 1,
      ...empty,
      results: [result],
    });
    expect(answer).toMatchObject({ work: [], gone: [runId] });
    expect(await getRow(backend.t, runId)).toMatchObject({ state: "incomplete" });
  });

  it("is replaced when it was called and never came", async () => {
    const calls = stubService(() => okJson({}));
    const { path } = await publishScenario(backend.owner, definitionOf([receive, request(2)]));
    const runId = requireRunId(await post(backend.t, path, {}));
    await backend.t.run(async (ctx) => {
      for (const job of await ctx.db.system.query("_scheduled_functions").collect())
        await ctx.scheduler.cancel(job._id);
    });
    expire();
    await sweep();
    await settle(backend.t);
    expect((await getRow(backend.t, runId)).state).toBe("succeeded");
    expect(calls).toHaveLength(1);
  });
});

describe("waits", () => {
  const delaying = (seconds: number, text: string) =>
    definitionOf([receive, node(2, "tools.delay", { config: { seconds } }), variables(3, { text })]);

  it("go on at their time, on the version they were pinned to, whatever was published in between", async () => {
    const { path, scenarioId } = await publishScenario(backend.owner, delaying(60, "one"));
    const first = requireRunId(await post(backend.t, path, {}));
    expect(await getDetail(backend.owner, first)).toMatchObject({ state: "waiting", waitReason: "delay" });
    await saveDraft(backend.owner, scenarioId, delaying(5, "two"));
    await publishDraft(backend.owner, scenarioId);
    const second = requireRunId(await post(backend.t, path, {}));
    expect(
      await backend.owner.client.query(api.versions.queries.listVersions, {
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
    await settle(backend.t);
    const [one, two] = [await getDetail(backend.owner, first), await getDetail(backend.owner, second)];
    expect(one).toMatchObject({ state: "succeeded", source: { kind: "version", number: 1 } });
    expect(two).toMatchObject({ state: "succeeded", source: { kind: "version", number: 2 } });
    expect(outputOf(one, 3)).toEqual({ text: "one" });
    expect(outputOf(two, 3)).toEqual({ text: "two" });
    expect(JSON.parse(one.definition)).not.toEqual(JSON.parse(two.definition));
  });

  it("whose timer was lost are found by the sweeper, and a second timer changes nothing", async () => {
    const { path } = await publishScenario(backend.owner, delaying(60, "x"));
    const runId = requireRunId(await post(backend.t, path, {}));
    const { generation } = await getRow(backend.t, runId);
    await backend.t.run(async (ctx) => {
      for (const job of await ctx.db.system.query("_scheduled_functions").collect())
        await ctx.scheduler.cancel(job._id);
    });
    vi.setSystemTime(Date.now() + 120_000);
    await backend.t.mutation(internal.runs.sweeper.sweep, {});
    const done = await getRow(backend.t, runId);
    expect(done.state).toBe("succeeded");
    await backend.t.mutation(internal.runs.internal.wake, { runId, generation });
    expect(await getRow(backend.t, runId)).toEqual(done);
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
    const { path } = await publishScenario(backend.owner, definition);
    const runId = requireRunId(await post(backend.t, path, {}));
    await until(backend.t, runId, "incomplete");
    expect(await getDetail(backend.owner, runId)).toMatchObject({ waitReason: "break", failure: { nodeId: 2 } });
    await settle(backend.t);
    expect(await getRow(backend.t, runId)).toMatchObject({ state: "succeeded" });
  });
});
