import { describe, expect, it, vi } from "vitest";
import { api, internal } from "../_generated/api.js";
import type { Id } from "../_generated/dataModel.d.ts";
import { DAY_MS } from "../lib/time.ts";
import {
  definitionOf,
  getDetail,
  getRow,
  node,
  okJson,
  post,
  publishScenario,
  receive,
  request,
  requireRunId,
  settle,
  stubService,
  useBackend,
  variables,
} from "../runs/harness.support.ts";
import { codeOf } from "../test.support.ts";
import { RUN_BATCH } from "./cleaning.ts";
import type { Retention } from "./policy.ts";

const backend = useBackend();
const { at } = backend;

const keep = (succeededDays: number, failedDays = 90): Retention => ({
  succeededDays,
  failedDays,
  succeededData: "keep",
});
const simple = definitionOf([receive, variables(2, { n: "{{1.body.n}}" })]);
const failing = definitionOf([
  receive,
  node(2, "tools.stop", { config: { outcome: "failed", message: "stopped on purpose" } }),
]);

const setOrganization = (retention: Retention) =>
  backend.owner.client.mutation(api.retention.mutations.setOrganizationRetention, { ...at(), retention });
const setScenario = (scenarioId: string, retention: Retention | null) =>
  backend.owner.client.mutation(api.retention.mutations.setScenarioRetention, { ...at(), scenarioId, retention });
const keepRun = (runId: string, isKept = true) =>
  backend.owner.client.mutation(api.retention.mutations.keepRun, { ...at(), runId, keep: isKept });
const deleteData = (runId: string) =>
  backend.owner.client.mutation(api.retention.mutations.deleteRunData, { ...at(), runId });
const overview = () => backend.owner.client.query(api.retention.queries.getRetention, at());

const deliver = async (path: string, n = 1) => requireRunId(await post(backend.t, path, { n }));
const pass = (days: number) => vi.setSystemTime(Date.now() + days * DAY_MS);
const clean = async () => {
  await backend.t.mutation(internal.runs.retention.clean, {});
  await settle(backend.t);
};
const left = async () =>
  new Set(await backend.t.run(async (ctx) => (await ctx.db.query("runs").collect()).map((run) => run._id)));
const count = (table: "runLogs" | "runLogParts" | "runs") =>
  backend.t.run(async (ctx) => (await ctx.db.query(table).collect()).length);

describe("cleaning", () => {
  it("goes by the scenario's rule, else the organization's, to the day", async () => {
    const [own, other, failed] = [
      await publishScenario(backend.owner, simple),
      await publishScenario(backend.owner, simple),
      await publishScenario(backend.owner, failing),
    ];
    await setOrganization(keep(10, 20));
    await setScenario(own.scenarioId, keep(3));
    const runs = [await deliver(own.path), await deliver(other.path), await deliver(failed.path)];
    const remaining: number[] = [];
    for (const days of [2.9, 0.2, 6.8, 0.2, 9.8, 0.2]) {
      pass(days);
      await clean();
      const rows = await left();
      remaining.push(runs.filter((run) => rows.has(run)).length);
    }
    expect(remaining).toEqual([3, 2, 2, 1, 1, 0]);
    expect([await count("runLogs"), await count("runLogParts")]).toEqual([0, 0]);
  });

  it("takes as many transactions as it needs, and goes on where a crash left it", async () => {
    const { path } = await publishScenario(backend.owner, simple);
    for (let n = 0; n < RUN_BATCH * 2 + 5; n++) await deliver(path, n);
    pass(31);
    await backend.t.mutation(internal.retention.cleaning.cleanOrganization, at());
    expect(await count("runs")).toBe(RUN_BATCH + 5);
    // The process dies here: what was scheduled is lost, and the next hour begins anew.
    await backend.t.run(async (ctx) => {
      for (const job of await ctx.db.system.query("_scheduled_functions").collect()) {
        if (job.state.kind === "pending") await ctx.scheduler.cancel(job._id);
      }
    });
    await clean();
    expect([await count("runs"), await count("runLogs")]).toEqual([0, 0]);
    expect((await overview()).report).toMatchObject({ storedRuns: 0, deletedRuns: RUN_BATCH + 5, isAtLeast: false });
  });

  it("counts from a run's end, and leaves live, incomplete and kept ones alone", async () => {
    stubService(() => new Promise<Response>(() => {}));
    const waiting = await publishScenario(
      backend.owner,
      definitionOf([receive, node(2, "tools.delay", { config: { seconds: 29 * 86_400 } })]),
    );
    const { path } = await publishScenario(backend.owner, simple);
    const [long, kept] = [await deliver(waiting.path), await deliver(path)];
    await keepRun(kept);
    await setOrganization(keep(20));
    pass(29.1);
    await settle(backend.t);
    expect((await getRow(backend.t, long)).state).toBe("succeeded");
    await clean();
    expect(await left()).toEqual(new Set([long, kept]));
    await keepRun(kept, false);
    await clean();
    expect(await left()).toEqual(new Set([long]));
    pass(21);
    await clean();
    expect(await left()).toEqual(new Set());
  });

  it("deletes a run with much data in parts", async () => {
    stubService(() => okJson({ text: "x".repeat(90_000) }));
    const loop = definitionOf([
      receive,
      node(2, "tools.iterate", { config: { array: "{{1.body.items}}" } }),
      request(3, { method: "GET", bodyType: "none" }),
    ]);
    const { path } = await publishScenario(backend.owner, loop);
    const runId = requireRunId(await post(backend.t, path, { items: Array(40).fill(0) }));
    await settle(backend.t);
    expect(await count("runLogParts")).toBeGreaterThan(10);
    pass(31);
    await backend.t.mutation(internal.retention.cleaning.cleanOrganization, at());
    expect((await left()).has(runId)).toBe(true);
    await settle(backend.t);
    expect([await count("runs"), await count("runLogs"), await count("runLogParts")]).toEqual([0, 0, 0]);
  });
});

describe("keeping only the row", () => {
  const drop: Retention = { ...keep(30), succeededData: "drop" };
  const hasData = async (runId: Id<"runs">) => (await getDetail(backend.owner, runId)).operations.length > 0;

  it("holds for successful runs of versions from their end on, by the organization's rule or the scenario's", async () => {
    stubService(() => okJson({}));
    const sending = await publishScenario(backend.owner, definitionOf([receive, request(2)]));
    const [pure, failed] = [
      await publishScenario(backend.owner, simple),
      await publishScenario(backend.owner, failing),
    ];
    const before = await deliver(pure.path);
    await setOrganization(drop);
    await setScenario(failed.scenarioId, drop);
    await settle(backend.t);
    const later = await publishScenario(backend.owner, simple);
    const runs = [
      await deliver(sending.path),
      await deliver(pure.path),
      await deliver(later.path),
      await deliver(failed.path),
    ];
    await settle(backend.t);
    expect(await Promise.all(runs.map(hasData))).toEqual([false, false, false, true]);
    expect(await hasData(before)).toBe(true);
    expect(await getDetail(backend.owner, runs[0]!)).toMatchObject({ state: "succeeded", payload: null });
    expect(await getRow(backend.t, runs[0]!)).toMatchObject({ dataDeletedAt: expect.any(Number) });
    const replay = { ...at(), runId: runs[0]!, source: "original" as const };
    expect(await codeOf(backend.owner.client.mutation(api.runs.mutations.replayRun, replay))).toBe("conflict");
    const draft = await backend.owner.client.mutation(api.runs.mutations.startRun, {
      ...at(),
      scenarioId: pure.scenarioId,
      source: { kind: "draft" },
      payload: "{}",
    });
    expect(draft.kind === "ok" && (await hasData(draft.runId))).toBe(true);
    await setScenario(pure.scenarioId, keep(5));
    expect(await hasData(await deliver(pure.path))).toBe(true);
  });
});

describe("one run", () => {
  it("loses its data when somebody says so, at once, and its row stays", async () => {
    const { path } = await publishScenario(backend.owner, failing);
    const runId = await deliver(path);
    await deleteData(runId);
    const detail = await getDetail(backend.owner, runId);
    expect(detail).toMatchObject({ state: "failed", payload: null, operations: [], dataDeletedAt: expect.any(Number) });
    expect(detail.error).toBe("Its data was deleted.");
    const entries = await backend.t.run((ctx) => ctx.db.query("auditEntries").collect());
    expect(entries.at(-1)).toMatchObject({ action: "run.dataDeleted", resourceId: runId, actorKind: "user" });
  });

  it("keeps its data while it is live", async () => {
    const { path } = await publishScenario(
      backend.owner,
      definitionOf([receive, node(2, "tools.delay", { config: { seconds: 60 } })]),
    );
    expect(await codeOf(deleteData(await deliver(path)))).toBe("conflict");
  });
});

it.each([0, 366, 1.5, -3])("refuses to keep runs for %d days", async (days) => {
  expect(await codeOf(setOrganization(keep(days)))).toBe("invalid");
});
