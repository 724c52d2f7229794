import type { Definition } from "@patchbay/core";
import { describe, expect, it, vi } from "vitest";
import { api, internal } from "../_generated/api.js";
import type { Id } from "../_generated/dataModel.d.ts";
import {
  definitionOf,
  getDetail,
  getRow,
  node,
  okJson,
  pass,
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
  useBackend,
  variables,
} from "./harness.support.ts";

const backend = useBackend();

/** Calls a service with the number of the request. */
const limited = (maxConcurrentRuns: number, more: Definition["nodes"] = []): Definition => ({
  ...definitionOf([receive, ...more, request(5, { body: '{"n":{{1.body.n}}}' })]),
  settings: { maxConcurrentRuns },
});

async function postAll(path: string, count: number): Promise<Id<"runs">[]> {
  const runs: Id<"runs">[] = [];
  for (let n = 1; n <= count; n++) runs.push(requireRunId(await post(backend.t, path, { n })));
  return runs;
}

const statesOf = async (runs: Id<"runs">[]) =>
  await Promise.all(runs.map(async (run) => (await getRow(backend.t, run)).state));
const holds = () => backend.t.run((ctx) => ctx.db.query("runHolds").collect());
const stop = (runId: Id<"runs">) =>
  backend.owner.client.mutation(api.runs.mutations.cancelRun, { ...backend.at(), runId });

describe("a scenario that runs strictly in order", () => {
  it("begins each run when the one before it has ended", async () => {
    let busy = 0;
    let most = 0;
    const calls = stubService(async () => {
      most = Math.max(most, ++busy);
      await new Promise((resolve) => setTimeout(resolve, 500));
      busy -= 1;
      return okJson({});
    });
    const { path } = await publishScenario(backend.owner, limited(1));
    const runs = await postAll(path, 5);
    expect(await statesOf(runs)).toEqual(["running", "queued", "queued", "queued", "queued"]);
    expect((await getDetail(backend.owner, runs[1]!)).waitReason).toBe("turn");
    await settle(backend.t);
    expect(calls.map((call) => call.body)).toEqual([1, 2, 3, 4, 5].map((n) => JSON.stringify({ n })));
    expect(most).toBe(1);
    expect(await statesOf(runs)).toEqual(Array(5).fill("succeeded"));
    expect(await holds()).toEqual([]);
  });

  it("waits for one that waits, and for one that is incomplete until it is discarded", async () => {
    stubService(() => okJson({}));
    const delay = node(2, "tools.delay", { config: { seconds: 60 } });
    const { path } = await publishScenario(backend.owner, limited(1, [delay]));
    const [first, second, third] = (await postAll(path, 3)) as [Id<"runs">, Id<"runs">, Id<"runs">];
    await pass(5_000);
    expect(await statesOf([first, second])).toEqual(["waiting", "queued"]);
    await backend.t.run((ctx) => ctx.db.patch("runs", first, { state: "incomplete", queue: undefined }));
    await backend.t.mutation(internal.runs.sweeper.sweep, {});
    expect(await statesOf([second])).toEqual(["queued"]);
    await stop(first);
    await until(backend.t, second, "waiting");
    expect(await statesOf([third])).toEqual(["queued"]);
  });

  it("lets a run that was stopped while it waited for its turn be passed over", async () => {
    stubService(() => okJson({}));
    const { path } = await publishScenario(backend.owner, limited(1));
    const [first, second, third] = (await postAll(path, 3)) as [Id<"runs">, Id<"runs">, Id<"runs">];
    await stop(second);
    await settle(backend.t);
    expect(await statesOf([first, second, third])).toEqual(["succeeded", "cancelled", "succeeded"]);
    expect(await holds()).toEqual([]);
  });

  it("runs pure scenarios at once, since none of them is ever under way", async () => {
    const pure = { ...definitionOf([receive, variables(2, { a: "b" })]), settings: { maxConcurrentRuns: 1 } };
    const { path } = await publishScenario(backend.owner, pure);
    expect(await statesOf(await postAll(path, 3))).toEqual(Array(3).fill("succeeded"));
  });
});

describe("a scenario with a limit", () => {
  it("has that many runs under way", async () => {
    stubService(() => okJson({}));
    const { path } = await publishScenario(backend.owner, limited(3));
    const runs = await postAll(path, 5);
    expect(await statesOf(runs)).toEqual(["running", "running", "running", "queued", "queued"]);
    await settle(backend.t);
    expect(await statesOf(runs)).toEqual(Array(5).fill("succeeded"));
  });

  it("does not count the runs of other scenarios", async () => {
    stubService(() => okJson({}));
    const [one, other] = [
      await publishScenario(backend.owner, limited(1)),
      await publishScenario(backend.owner, limited(1)),
    ];
    expect(await statesOf([...(await postAll(one.path, 1)), ...(await postAll(other.path, 1))])).toEqual([
      "running",
      "running",
    ]);
    await settle(backend.t);
  });

  it("that is introduced while runs are under way leaves none behind", async () => {
    stubService(() => okJson({}));
    const delay = node(2, "tools.delay", { config: { seconds: 60 } });
    const { settings: _none, ...unlimited } = limited(1, [delay]);
    const { path, scenarioId } = await publishScenario(backend.owner, unlimited);
    const [first] = (await postAll(path, 1)) as [Id<"runs">];
    await saveDraft(backend.owner, scenarioId, limited(1));
    await publishDraft(backend.owner, scenarioId);
    const [second] = (await postAll(path, 1)) as [Id<"runs">];
    expect(await statesOf([first, second])).toEqual(["waiting", "queued"]);
    await stop(first);
    vi.setSystemTime(Date.now() + 20_000);
    await backend.t.mutation(internal.runs.sweeper.sweep, {});
    await settle(backend.t);
    expect(await statesOf([second])).toEqual(["succeeded"]);
  });

  it("releases what waits behind many scenarios that hold theirs rightly", async () => {
    stubService(() => okJson({}));
    const delay = node(2, "tools.delay", { config: { seconds: 60 } });
    const { path, scenarioId } = await publishScenario(backend.owner, limited(1, [delay]));
    const [first, second] = (await postAll(path, 2)) as [Id<"runs">, Id<"runs">];
    // As if nobody had noticed the end of the first; before it, in the order of the sweep, stand others that have to wait.
    await backend.t.run(async (ctx) => {
      await ctx.db.patch("runs", first, { state: "cancelled", queue: undefined });
      const { _id: _i, _creationTime: _c, ...scenario } = (await ctx.db.get("scenarios", scenarioId))!;
      const { _id: _r, _creationTime: _t, ...run } = (await ctx.db.get("runs", second))!;
      for (let n = 0; n < 60; n++) {
        const other = await ctx.db.insert("scenarios", scenario);
        await ctx.db.insert("runs", { ...run, scenarioId: other, state: "waiting", waitReason: undefined });
        const held = await ctx.db.insert("runs", { ...run, scenarioId: other });
        await ctx.db.insert("runHolds", { scenarioId: other, runId: held });
      }
      const mine = await ctx.db
        .query("runHolds")
        .withIndex("by_run", (q) => q.eq("runId", second))
        .unique();
      const last = (await ctx.db.query("scenarios").order("desc").first())!._id;
      await ctx.db.patch("runHolds", mine!._id, { scenarioId: last });
      await ctx.db.patch("runs", second, { scenarioId: last });
      for (const row of await ctx.db.query("runs").collect())
        if (row.scenarioId === last && row.state === "waiting") await ctx.db.delete("runs", row._id);
    });
    await backend.t.mutation(internal.runs.sweeper.sweep, {});
    await pass(1_000);
    expect(await getRow(backend.t, second)).toMatchObject({ state: "waiting", waitReason: "delay" });
    expect((await holds()).length).toBeGreaterThanOrEqual(58);
  });
});
