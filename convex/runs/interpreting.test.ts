import { describe, expect, it } from "vitest";
import { api } from "../_generated/api.js";
import {
  definitionOf,
  getDetail,
  getRow,
  node,
  okJson,
  outputOf,
  post,
  publishScenario,
  receive,
  request,
  requireRunId,
  settle,
  stubService,
  until,
  variables,
  useBackend,
} from "./harness.support.ts";

const backend = useBackend();

const { at } = backend;

describe("a scenario of pure nodes", () => {
  it("has ended when the webhook is answered, without any executor", async () => {
    const nodes = [receive, variables(2, { total: "{{1.body.price * 2}}" }), variables(3, { text: "{{2.total}} EUR" })];
    const { path } = await publishScenario(backend.owner, definitionOf(nodes));
    const runId = requireRunId(await post(backend.t, path, { price: 21 }));
    const detail = await getDetail(backend.owner, runId);
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
    expect(await backend.t.run((ctx) => ctx.db.query("runTickets").collect())).toEqual([]);
  });

  it("pauses when it is long, and an executor goes on", async () => {
    const nodes = [
      receive,
      node(2, "tools.iterate", { config: { array: "{{1.body.items}}" } }),
      variables(3, { n: "{{2.value}}" }),
      node(4, "tools.aggregate", { config: { source: 2, item: "{{3.n}}" } }),
      variables(5, { count: "{{4.count}}" }),
    ];
    const { path } = await publishScenario(backend.owner, definitionOf(nodes));
    const items = Array.from({ length: 1_500 }, (_, index) => index);
    const runId = requireRunId(await post(backend.t, path, { items }));
    expect(await getRow(backend.t, runId)).toMatchObject({ state: "running", queue: "ready" });
    await settle(backend.t);
    const detail = await getDetail(backend.owner, runId);
    expect(detail).toMatchObject({ state: "succeeded", operationCount: 1_504 });
    expect(outputOf(detail, 5)).toEqual({ count: 1_500 });
    expect(detail.operations).toHaveLength(1_504);
    const parts = await backend.t.run((ctx) => ctx.db.query("runLogParts").collect());
    expect(parts.length).toBeGreaterThan(0);
    expect(new Set(parts.map((part) => part.kind))).toEqual(new Set(["operations"]));
  });
});

describe("a scenario with an effect", () => {
  it("is performed by an executor, once, with the mapped input", async () => {
    const calls = stubService(() => okJson({ id: "o-1" }));
    const nodes = [receive, request(2, { body: '{"name": "{{1.body.name}}"}' }), variables(3, { id: "{{2.body.id}}" })];
    const { path } = await publishScenario(backend.owner, definitionOf(nodes));
    const runId = requireRunId(await post(backend.t, path, { name: "Ada" }));
    expect(await getRow(backend.t, runId)).toMatchObject({ state: "running", queue: "ready", operationCount: 2 });
    await settle(backend.t);
    const detail = await getDetail(backend.owner, runId);
    expect(detail).toMatchObject({ state: "succeeded", operationCount: 3 });
    expect(outputOf(detail, 3)).toEqual({ id: "o-1" });
    expect(calls).toHaveLength(1);
    expect(JSON.parse(calls[0]?.body ?? "")).toEqual({ name: "Ada" });
    expect(await getRow(backend.t, runId)).not.toHaveProperty("queue");
  });

  it("shows the operation under way", async () => {
    const { path } = await publishScenario(backend.owner, definitionOf([receive, request(2)]));
    const runId = requireRunId(await post(backend.t, path, { a: 1 }));
    const detail = await getDetail(backend.owner, runId);
    expect(detail.operations.at(-1)).toMatchObject({ nodeId: 2, state: "running" });
  });

  it("performs many runs side by side, each once", async () => {
    const calls = stubService(() => okJson({ ok: true }));
    const { path } = await publishScenario(backend.owner, definitionOf([receive, request(2), request(3)]));
    const answers = await Promise.all(Array.from({ length: 40 }, (_, n) => post(backend.t, path, { n })));
    await settle(backend.t);
    for (const answer of answers) expect((await getRow(backend.t, requireRunId(answer))).state).toBe("succeeded");
    expect(calls).toHaveLength(80);
  });

  it("waits durably between attempts and says why", async () => {
    stubService((_call, count) => (count === 1 ? new Response("slow down", { status: 429 }) : okJson({})));
    const { path } = await publishScenario(backend.owner, definitionOf([receive, request(2)]));
    const runId = requireRunId(await post(backend.t, path, {}));
    await until(backend.t, runId, "waiting");
    const waiting = await getDetail(backend.owner, runId);
    expect(waiting).toMatchObject({ state: "waiting", waitReason: "retry" });
    expect(waiting.operations.at(-1)).toMatchObject({ state: "waiting", error: { kind: "rateLimited" } });
    await settle(backend.t);
    expect(await getDetail(backend.owner, runId)).toMatchObject({ state: "succeeded" });
  });

  it("fails with the node's error", async () => {
    stubService(() => new Response("no", { status: 422 }));
    const { path } = await publishScenario(backend.owner, definitionOf([receive, request(2), variables(3, {})]));
    const runId = requireRunId(await post(backend.t, path, {}));
    await settle(backend.t);
    const detail = await getDetail(backend.owner, runId);
    expect(detail).toMatchObject({ state: "failed", failure: { kind: "terminal", nodeId: 2, bundlePath: "1" } });
    expect(detail.error).toContain("422");
    expect(JSON.parse(detail.operations[1]?.error?.details ?? "{}")).toMatchObject({ status: 422 });
  });

  it("keeps the secrets of its connection out of everything that is stored", async () => {
    const secret = "s3cr3t-token-of-the-shop";
    const { id } = await backend.owner.client.action(api.connections.actions.createConnection, {
      ...at(),
      type: "http.bearer",
      name: "Shop",
      values: { token: secret },
    });
    const calls = stubService((call) => Response.json({ saw: call.headers.authorization }));
    const { path } = await publishScenario(
      backend.owner,
      definitionOf([receive, request(2, {}, { connectionId: id })]),
    );
    const runId = requireRunId(await post(backend.t, path, {}));
    await settle(backend.t);
    expect(calls[0]?.headers.authorization).toBe(`Bearer ${secret}`);
    const detail = await getDetail(backend.owner, runId);
    expect(detail.state).toBe("succeeded");
    expect(JSON.stringify(detail)).toContain("[redacted]");
    const rows = await backend.t.run(async (ctx) => [
      await ctx.db.query("runLogs").collect(),
      await ctx.db.query("runs").collect(),
    ]);
    expect(JSON.stringify(rows)).not.toContain(secret);
  });
});
