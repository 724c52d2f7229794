import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { api } from "../_generated/api.js";
import { codeOf, createBackend, createOwner, type Backend, type Person } from "../test.support.ts";
import {
  definitionOf,
  getDetail,
  node,
  post,
  publishDraft,
  publishScenario,
  receive,
  requireRunId,
  saveDraft,
  settle,
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
