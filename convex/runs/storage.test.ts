import { describe, expect, it, vi } from "vitest";
import { api, internal } from "../_generated/api.js";
import { codeOf, createOwner } from "../test.support.ts";
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
    // The payload's file is gone; those that are there hold the values that are shown cut.
    const parts = await backend.t.run((ctx) => ctx.db.query("runLogParts").collect());
    expect(parts.filter(({ kind, storageId }) => kind === "payload" && storageId !== undefined)).toEqual([]);
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

describe("values that are too large to show", () => {
  const load = (runId: string, operationId: number, field: "input" | "output") =>
    backend.owner.client.action(api.runs.values.loadValue, { ...at(), runId, operationId, field });
  const files = () => backend.t.run((ctx) => ctx.db.system.query("_storage").collect());

  it("are kept whole in file storage, loaded by who may, and deleted with the run's data", async () => {
    const text = "é".repeat(400_000);
    stubService(() => okJson({ text }));
    const nodes = [receive, request(2, { method: "GET", bodyType: "none" }), variables(3, { copy: "{{2.body.text}}" })];
    const { path } = await publishScenario(backend.owner, definitionOf(nodes));
    const runId = requireRunId(await post(backend.t, path, { small: 1 }));
    await settle(backend.t);
    expect(outputOf(await getDetail(backend.owner, runId), 2)).toMatchObject({ _cut: true });
    expect(await files()).toHaveLength(3);
    const parts = await backend.t.run((ctx) => ctx.db.query("runLogParts").collect());
    expect(parts.filter(({ kind, text }) => kind === "value" && text === undefined)).toHaveLength(3);
    expect(JSON.parse((await load(runId, 2, "output")) ?? "null")).toMatchObject({ body: { text } });
    expect(JSON.parse((await load(runId, 3, "output")) ?? "null")).toEqual({ copy: text });
    expect(await load(runId, 2, "input")).toBeNull();
    expect(await load(runId, 1, "output")).toContain('"small":1');
    const stranger = await createOwner(backend.t);
    const theirs = { organizationId: stranger.organizationId, runId, operationId: 2, field: "output" as const };
    expect(await stranger.client.action(api.runs.values.loadValue, theirs)).toBeNull();
    vi.setSystemTime(Date.now() + 2 * 3_600_000);
    await backend.t.mutation(internal.runs.retention.cleanFiles, {});
    expect(await files()).toHaveLength(3);
    await backend.owner.client.mutation(api.retention.mutations.deleteRunData, { ...at(), runId });
    await settle(backend.t);
    expect(await files()).toEqual([]);
    expect(await load(runId, 2, "output")).toBeNull();
  });
});
