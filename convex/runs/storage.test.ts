import { describe, expect, it, vi } from "vitest";
import { api, internal } from "../_generated/api.js";
import { codeOf } from "../test.support.ts";
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
  variables,
  useBackend,
} from "./harness.support.ts";

const backend = useBackend();

const { at } = backend;

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
    const { path } = await publishScenario(backend.owner, definitionOf(nodes));
    const runId = requireRunId(await post(backend.t, path, { text }));
    expect(await getRow(backend.t, runId)).toMatchObject({ state: "queued", operationCount: 0 });
    const early = backend.owner.client.mutation(api.runs.mutations.replayRun, { ...at(), runId, source: "original" });
    expect(await codeOf(early)).toBe("conflict");
    await settle(backend.t);
    const detail = await getDetail(backend.owner, runId);
    expect(detail.error).toBeUndefined();
    expect(detail).toMatchObject({ state: "succeeded", operationCount: 4 });
    expect(outputOf(detail, 2)).toMatchObject({ _cut: true });
    expect(outputOf(detail, 4)).toEqual({ n: 300_000 });
    expect(await backend.t.run((ctx) => ctx.db.system.query("_storage").collect())).toEqual([]);
    const replayed = await backend.owner.client.mutation(api.runs.mutations.replayRun, {
      ...at(),
      runId,
      source: "original",
    });
    await settle(backend.t);
    if (replayed.kind !== "ok") throw new Error("not replayed");
    expect(outputOf(await getDetail(backend.owner, replayed.runId), 4)).toEqual({ n: 300_000 });
    for (const table of ["runLogs", "runLogParts"] as const) {
      const rows = await backend.t.run((ctx) => ctx.db.query(table).collect());
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
    const { path } = await publishScenario(backend.owner, definitionOf(nodes));
    const runId = requireRunId(await post(backend.t, path, { items: Array(60).fill(1), text: "x".repeat(100_000) }));
    await settle(backend.t);
    expect(await getDetail(backend.owner, runId)).toMatchObject({
      state: "failed",
      failure: { code: "system_internal" },
    });
  });
});

describe("retention", () => {
  it("deletes what is past its time and keeps the rest", async () => {
    const { path } = await publishScenario(backend.owner, definitionOf([receive, variables(2, { v: "{{1.body.n}}" })]));
    const old = requireRunId(await post(backend.t, path, { n: 1 }));
    const delaying = definitionOf([receive, node(2, "tools.delay", { config: { seconds: 2_000_000 } })]);
    const live = requireRunId(await post(backend.t, (await publishScenario(backend.owner, delaying)).path, {}));
    vi.setSystemTime(Date.now() + 31 * 86_400_000);
    const recent = requireRunId(await post(backend.t, path, { n: 2 }));
    await backend.t.mutation(internal.runs.retention.clean, {});
    await backend.t.mutation(internal.retention.cleaning.cleanOrganization, {
      organizationId: backend.owner.organizationId,
    });
    await backend.t.mutation(internal.runs.retention.cleanShared, {});
    const left = await backend.t.run(async (ctx) => (await ctx.db.query("runs").collect()).map((run) => run._id));
    expect(left).not.toContain(old);
    expect(left).toEqual(expect.arrayContaining([live, recent]));
    expect(await backend.t.run((ctx) => ctx.db.query("runLogs").collect())).toHaveLength(2);
  });
});
