import { describe, expect, it } from "vitest";
import { api } from "../_generated/api.js";
import { codeOf, createOwner } from "../test.support.ts";
import {
  definitionOf,
  getDetail,
  node,
  outputOf,
  post,
  publishDraft,
  publishScenario,
  receive,
  requireRunId,
  saveDraft,
  settle,
  variables,
  useBackend,
} from "./harness.support.ts";

const backend = useBackend();

const { at } = backend;

describe("starting by hand", () => {
  it("runs the draft as it is now, pinned to a snapshot", async () => {
    const { scenarioId } = await publishScenario(
      backend.owner,
      definitionOf([receive, variables(2, { v: "published" })]),
    );
    await saveDraft(backend.owner, scenarioId, definitionOf([receive, variables(2, { v: "draft {{1.body.n}}" })]));
    const args = { ...at(), scenarioId, source: { kind: "draft" as const }, payload: '{"n":1}' };
    const started = [
      await backend.owner.client.mutation(api.runs.mutations.startRun, args),
      await backend.owner.client.mutation(api.runs.mutations.startRun, args),
    ];
    await saveDraft(backend.owner, scenarioId, definitionOf([receive, variables(2, { v: "later" })]));
    for (const result of started) {
      if (result.kind !== "ok") throw new Error("not started");
      const detail = await getDetail(backend.owner, result.runId);
      expect(detail).toMatchObject({ state: "succeeded", trigger: "manual", source: { kind: "draft", revision: 2 } });
      expect(outputOf(detail, 2)).toEqual({ v: "draft 1" });
    }
    expect(await backend.t.run((ctx) => ctx.db.query("runSnapshots").collect())).toHaveLength(1);
  });

  it("runs a version by number, published or not any more", async () => {
    const { scenarioId } = await publishScenario(backend.owner, definitionOf([receive, variables(2, { v: "one" })]));
    await saveDraft(backend.owner, scenarioId, definitionOf([receive, variables(2, { v: "two" })]));
    await publishDraft(backend.owner, scenarioId);
    for (const [number, v] of [
      [1, "one"],
      [undefined, "two"],
    ] as const) {
      const source = { kind: "version" as const, ...(number && { number }) };
      const result = await backend.owner.client.mutation(api.runs.mutations.startRun, {
        ...at(),
        scenarioId,
        source,
        payload: "null",
      });
      if (result.kind !== "ok") throw new Error("not started");
      expect(outputOf(await getDetail(backend.owner, result.runId), 2)).toEqual({ v });
    }
  });

  it("refuses what cannot be run, and stores nothing", async () => {
    const { scenarioId } = await publishScenario(backend.owner, definitionOf([receive, variables(2, { v: "one" })]));
    await saveDraft(backend.owner, scenarioId, definitionOf([receive, variables(2, { v: "{{9.x}}" })]));
    const start = (source: object, payload = "{}") =>
      backend.owner.client.mutation(api.runs.mutations.startRun, {
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
    const unpublished = await backend.owner.client.mutation(api.scenarios.mutations.createScenario, {
      ...at(),
      name: "New",
    });
    const never = { ...at(), scenarioId: unpublished.scenarioId, source: { kind: "version" as const }, payload: "{}" };
    expect(await backend.owner.client.mutation(api.runs.mutations.startRun, never)).toMatchObject({ kind: "invalid" });
    expect(await backend.t.run((ctx) => ctx.db.query("runs").collect())).toEqual([]);
  });
});

describe("cancel, retry and replay", () => {
  it("cancel ends a waiting run for good", async () => {
    const definition = definitionOf([receive, node(2, "tools.delay", { config: { seconds: 60 } }), variables(3, {})]);
    const { path } = await publishScenario(backend.owner, definition);
    const runId = requireRunId(await post(backend.t, path, {}));
    await backend.owner.client.mutation(api.runs.mutations.cancelRun, { ...at(), runId });
    await settle(backend.t);
    expect(await getDetail(backend.owner, runId)).toMatchObject({ state: "cancelled", operationCount: 2 });
    expect(await codeOf(backend.owner.client.mutation(api.runs.mutations.cancelRun, { ...at(), runId }))).toBe(
      "conflict",
    );
    expect(await codeOf(backend.owner.client.mutation(api.runs.mutations.retryRun, { ...at(), runId }))).toBe(
      "conflict",
    );
  });

  it("replay runs the same payload on the original, the published version or the draft", async () => {
    const { path, scenarioId } = await publishScenario(
      backend.owner,
      definitionOf([receive, variables(2, { v: "one {{1.body.n}}" })]),
    );
    const runId = requireRunId(await post(backend.t, path, { n: 5 }));
    await saveDraft(backend.owner, scenarioId, definitionOf([receive, variables(2, { v: "two {{1.body.n}}" })]));
    await publishDraft(backend.owner, scenarioId);
    await saveDraft(backend.owner, scenarioId, definitionOf([receive, variables(2, { v: "three {{1.body.n}}" })]));
    for (const [source, v] of [
      ["original", "one 5"],
      ["published", "two 5"],
      ["draft", "three 5"],
    ] as const) {
      const result = await backend.owner.client.mutation(api.runs.mutations.replayRun, { ...at(), runId, source });
      if (result.kind !== "ok") throw new Error("not replayed");
      const detail = await getDetail(backend.owner, result.runId);
      expect(detail.trigger).toBe("replay");
      expect(outputOf(detail, 2)).toEqual({ v });
    }
    const actions = await backend.t.run(async (ctx) =>
      (await ctx.db.query("auditEntries").collect()).map((entry) => entry.action),
    );
    expect(actions.filter((action) => action === "run.replayed")).toHaveLength(3);
  });
});

describe("lists and samples", () => {
  it("page by scenario, version and state, and show nothing of other organizations", async () => {
    const { path, scenarioId } = await publishScenario(
      backend.owner,
      definitionOf([receive, variables(2, { v: "one" })]),
    );
    for (let n = 0; n < 3; n++) await post(backend.t, path, { n });
    await saveDraft(
      backend.owner,
      scenarioId,
      definitionOf([receive, node(2, "tools.delay", { config: { seconds: 9 } })]),
    );
    await publishDraft(backend.owner, scenarioId);
    const waiting = requireRunId(await post(backend.t, path, {}));
    const list = async (filter: object) => {
      const args = { ...at(), ...filter, paginationOpts: { numItems: 10, cursor: null } };
      return (await backend.owner.client.query(api.runs.queries.listRuns, args)).page;
    };
    expect(await list({})).toHaveLength(4);
    expect((await list({ scenarioId }))[0]).toMatchObject({ id: waiting, scenarioName: "Test", state: "waiting" });
    expect(await list({ scenarioId, version: 1 })).toHaveLength(3);
    expect(await list({ scenarioId, version: 2, state: "succeeded" })).toHaveLength(0);
    expect((await list({ state: "waiting" })).map((run) => run.id)).toEqual([waiting]);
    expect(await list({ scenarioId, state: "succeeded" })).toHaveLength(3);

    const stranger = await createOwner(backend.t);
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
    const { path, scenarioId } = await publishScenario(backend.owner, definitionOf(nodes));
    await post(backend.t, path, { n: 1 });
    await post(backend.t, path, { n: 2 });
    const samples = await backend.owner.client.query(api.runs.queries.getSamples, { ...at(), scenarioId });
    expect(samples.map(({ nodeId }) => nodeId)).toEqual([1, 2]);
    expect(JSON.parse(samples[1]?.output ?? "")).toEqual({ v: 2 });
  });
});
