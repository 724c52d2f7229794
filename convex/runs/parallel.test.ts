import { describe, expect, it, vi } from "vitest";
import { api, internal } from "../_generated/api.js";
import type { TickAnswer, TickRequest } from "./tick.ts";
import {
  definitionOf,
  getDetail,
  getRow,
  node,
  okJson,
  outputOf,
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
  useBackend,
} from "./harness.support.ts";

const backend = useBackend();
const { at } = backend;

/** The items of the body, up to three at the same time, each sent somewhere; what comes back is collected. */
function fanOut(config: Record<string, unknown> = {}, spec: Record<string, unknown> = {}) {
  return definitionOf([
    receive,
    node(2, "tools.iterate", { config: { array: "{{1.body.items}}", concurrency: 3 } }),
    request(
      3,
      { bodyType: "json", body: '{"item": {{2.value}}}', url: "https://service.test/{{2.value}}", ...config },
      spec,
    ),
    node(4, "tools.aggregate", { config: { source: 2, item: "{{3.body.item}}" } }),
  ]);
}

async function start(definition: ReturnType<typeof definitionOf>, items: number[]) {
  const { path } = await publishScenario(backend.owner, definition);
  return requireRunId(await post(backend.t, path, { items }));
}

/** Requests that are answered when the test says so. */
function holdService() {
  const held: { item: string; answer: () => void }[] = [];
  const calls = stubService((call) => {
    const item = new URL(call.url).pathname.slice(1);
    return new Promise((resolve) => {
      held.push({ item, answer: () => resolve(okJson({ item })) });
    });
  });
  const answer = (item: string) => held.find((call) => call.item === item)?.answer();
  return { held, calls, answer };
}

const states = (detail: Awaited<ReturnType<typeof getDetail>>) =>
  detail.operations.filter(({ nodeId }) => nodeId === 3).map(({ bundlePath, state }) => `${bundlePath} ${state}`);

describe("an iterator that processes several bundles at the same time", () => {
  it("sends as many requests side by side as it says, and collects in the order of the bundles", async () => {
    const service = holdService();
    const runId = await start(fanOut(), [1, 2, 3, 4]);
    await untilTrue(() => service.held.length === 3);
    await pass(100);
    expect(service.calls).toHaveLength(3);
    expect(states(await getDetail(backend.owner, runId))).toEqual(["1.1 running", "1.2 running", "1.3 running"]);
    service.answer("3");
    await untilTrue(() => service.held.length === 4);
    for (const item of ["4", "2", "1"]) {
      service.answer(item);
      await pass(50);
    }
    await settle(backend.t);
    const done = await getDetail(backend.owner, runId);
    expect(done.state).toBe("succeeded");
    expect(outputOf(done, 4)).toMatchObject({ array: ["1", "2", "3", "4"], count: 4 });
  });

  it("lets a lane wait for its retry while others perform", async () => {
    const service = holdService();
    let refused = 0;
    const calls = stubService((call) => {
      if (call.url.endsWith("/1") && refused++ === 0)
        return Promise.resolve(new Response("", { status: 429, headers: { "retry-after": "2" } }));
      if (call.url.endsWith("/1")) return okJson({ item: "again" });
      return new Promise((resolve) => service.held.push({ item: "2", answer: () => resolve(okJson({ item: "2" })) }));
    });
    const runId = await start(fanOut(), [1, 2]);
    await untilTrue(() => calls.length === 2);
    await pass(500);
    expect(states(await getDetail(backend.owner, runId))).toEqual(["1.1 waiting", "1.2 running"]);
    await pass(3_000);
    expect(calls).toHaveLength(3);
    service.answer("2");
    await settle(backend.t);
    const done = await getDetail(backend.owner, runId);
    expect(outputOf(done, 4)).toMatchObject({ array: ["again", "2"], count: 2 });
  });

  it("ends with the error of the earliest bundle; what was written all the same is told", async () => {
    const service = holdService();
    stubService((call) => {
      if (call.url.endsWith("/2")) return Promise.resolve(new Response("no", { status: 400 }));
      const item = new URL(call.url).pathname.slice(1);
      return new Promise((resolve) => service.held.push({ item, answer: () => resolve(okJson({ item })) }));
    });
    const runId = await start(fanOut(), [1, 2, 3]);
    await untilTrue(() => service.held.length === 2);
    await pass(200);
    expect(await getRow(backend.t, runId)).toMatchObject({ state: "running" });
    service.answer("1");
    await pass(200);
    expect(await getRow(backend.t, runId)).toMatchObject({ state: "running" });
    service.answer("3");
    await settle(backend.t);
    const done = await getDetail(backend.owner, runId);
    expect(done).toMatchObject({ state: "failed", failure: { nodeId: 3, bundlePath: "1.2" } });
    expect(states(done).sort()).toEqual(["1.1 succeeded", "1.2 failed", "1.3 succeeded"]);
  });

  it("is stopped in all lanes at once; what was being written is unknown", async () => {
    const service = holdService();
    const runId = await start(fanOut(), [1, 2, 3]);
    await untilTrue(() => service.held.length === 3);
    await backend.owner.client.mutation(api.runs.mutations.cancelRun, { ...at(), runId });
    expect(await getRow(backend.t, runId)).toMatchObject({ state: "cancelled" });
    const detail = await getDetail(backend.owner, runId);
    expect(states(detail)).toEqual(["1.1 unknown", "1.2 unknown", "1.3 unknown"]);
    for (const item of ["1", "2", "3"]) service.answer(item);
    await settle(backend.t);
    expect(states(await getDetail(backend.owner, runId))).toEqual(["1.1 unknown", "1.2 unknown", "1.3 unknown"]);
  });
});

describe("a pause of the scenario while lanes perform", () => {
  it("lets what is under way end, begins nothing, and sends nothing twice", async () => {
    const service = holdService();
    const { scenarioId, path } = await publishScenario(backend.owner, fanOut());
    const runId = requireRunId(await post(backend.t, path, { items: [1, 2, 3, 4, 5] }));
    await untilTrue(() => service.held.length === 3);
    await backend.owner.client.mutation(api.queue.mutations.pauseScenario, { ...at(), scenarioId });
    await pass(7_000);
    for (const item of ["2", "1"]) {
      service.answer(item);
      await pass(100);
      expect(await getRow(backend.t, runId)).toMatchObject({ state: "running", queue: "claimed" });
    }
    service.answer("3");
    await settle(backend.t);
    expect(await getRow(backend.t, runId)).toMatchObject({ state: "waiting", waitReason: "paused" });
    expect(service.calls).toHaveLength(3);
    await backend.owner.client.mutation(api.queue.mutations.resumeScenario, { ...at(), scenarioId });
    await untilTrue(() => service.held.length === 5);
    for (const item of ["5", "4"]) service.answer(item);
    await settle(backend.t);
    const done = await getDetail(backend.owner, runId);
    expect(outputOf(done, 4)).toMatchObject({ array: ["1", "2", "3", "4", "5"], count: 5 });
    expect(service.calls).toHaveLength(5);
  });
});

describe("a lost executor of a run with lanes", () => {
  const tick = async (request: Partial<TickRequest> & { shard: number }): Promise<TickAnswer> => {
    const base = { generation: 1, want: 0, keep: true, isFirst: false, results: [], continues: [], renew: [] };
    return await backend.t.mutation(internal.runs.internal.tick, { ...base, ...request });
  };

  async function claim(method: string, items = [1, 2, 3]) {
    const runId = await start(fanOut({ method, ...(method === "GET" && { bodyType: "none" }) }), items);
    const { shard } = await getRow(backend.t, runId);
    const claimed = await tick({ shard, want: 10, isFirst: true });
    await backend.t.run(async (ctx) => {
      for (const job of await ctx.db.system.query("_scheduled_functions").collect())
        await ctx.scheduler.cancel(job._id);
    });
    return { runId, shard, claimed };
  }

  it("leaves each write unknown on its own; a retry goes on with all", async () => {
    const calls = stubService((call) => okJson({ item: new URL(call.url).pathname.slice(1) }));
    const { runId, claimed } = await claim("POST");
    expect(claimed.work.map(({ task }) => task)).toMatchObject([1, 2, 3].map(() => ({ kind: "perform", attempt: 1 })));
    vi.setSystemTime(Date.now() + 60_000);
    await backend.t.mutation(internal.runs.sweeper.sweep, {});
    await settle(backend.t);
    const stopped = await getDetail(backend.owner, runId);
    expect(stopped).toMatchObject({ state: "incomplete", failure: { bundlePath: "1.1" } });
    expect(states(stopped)).toEqual(["1.1 unknown", "1.2 unknown", "1.3 unknown"]);
    expect(calls).toHaveLength(0);
    await backend.owner.client.mutation(api.runs.mutations.retryRun, { ...at(), runId });
    await settle(backend.t);
    expect(outputOf(await getDetail(backend.owner, runId), 4)).toMatchObject({ array: ["1", "2", "3"], count: 3 });
    expect(calls).toHaveLength(3);
  });

  it("has all reads done again", async () => {
    const calls = stubService((call) => okJson({ item: new URL(call.url).pathname.slice(1) }));
    const { runId } = await claim("GET");
    vi.setSystemTime(Date.now() + 60_000);
    await backend.t.mutation(internal.runs.sweeper.sweep, {});
    await until(backend.t, runId, "succeeded");
    expect(calls).toHaveLength(3);
  });

  it("does not hand over what it still performs when its own time is over", async () => {
    stubService((call) => okJson({ item: new URL(call.url).pathname.slice(1) }));
    const { runId, shard, claimed } = await claim("POST", [1, 2, 3, 4, 5]);
    const resultOf = (index: number) => {
      const work = claimed.work[index];
      if (work?.task.kind !== "perform") throw new Error("nothing to perform");
      const { operationId, attempt } = work.task;
      const outcome = JSON.stringify({ ok: true, output: { status: 200, headers: {}, body: { item: String(index) } } });
      return { runId, generation: work.generation, operationId, attempt, startedAtMs: 0, endedAtMs: 1, outcome };
    };
    for (const index of [0, 1]) {
      expect((await tick({ shard, keep: false, results: [resultOf(index)] })).work).toEqual([]);
      expect(await getRow(backend.t, runId)).toMatchObject({ queue: "claimed" });
    }
    expect(states(await getDetail(backend.owner, runId)).slice(2)).toEqual(["1.3 running"]);
    await tick({ shard, keep: false, results: [resultOf(2)] });
    expect(await getRow(backend.t, runId)).toMatchObject({ queue: "ready" });
    const taken = await tick({ shard, generation: await ticketGeneration(shard), want: 10, isFirst: true });
    const again = taken.work.flatMap(({ task }) => (task.kind === "perform" ? [task.bundlePath] : []));
    expect(again).toEqual(["1.4", "1.5"]);
  });

  async function ticketGeneration(shard: number): Promise<number> {
    const tickets = await backend.t.run((ctx) => ctx.db.query("runTickets").collect());
    return tickets.find((ticket) => ticket.shard === shard)?.generation ?? 0;
  }
});
