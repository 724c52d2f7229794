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
  publishScenario,
  receive,
  request,
  requireRunId,
  settle,
  stubService,
  untilTrue,
  useBackend,
  variables,
  type Published,
} from "../runs/harness.support.ts";
import { codeOf, createMember, createOwner } from "../test.support.ts";

const backend = useBackend();
const { at } = backend;

/** Two requests one after the other, the first of which says which run it is. */
const twoRequests = definitionOf([receive, request(2, { body: '{"n":{{1.body.n}}}' }), request(3, { body: '"then"' })]);

const pause = ({ scenarioId }: Published) =>
  backend.owner.client.mutation(api.queue.mutations.pauseScenario, { ...at(), scenarioId });
const resume = ({ scenarioId }: Published) =>
  backend.owner.client.mutation(api.queue.mutations.resumeScenario, { ...at(), scenarioId });
const empty = ({ scenarioId }: Published) =>
  backend.owner.client.mutation(api.queue.mutations.emptyQueue, { ...at(), scenarioId });
const change = (gate: { paused?: boolean; draining?: boolean; maxConcurrentRuns?: number | null }) =>
  backend.owner.client.mutation(api.queue.mutations.updateOrganizationQueue, { ...at(), ...gate });
const queue = () => backend.owner.client.query(api.queue.queries.getQueue, at());
const holds = () => backend.t.run((ctx) => ctx.db.query("runHolds").collect());
const actions = () =>
  backend.t.run(async (ctx) => (await ctx.db.query("auditEntries").collect()).map((entry) => entry.action));
const sweep = () => backend.t.mutation(internal.runs.sweeper.sweep, {});

async function postAll({ path }: Published, count: number): Promise<Id<"runs">[]> {
  const runs: Id<"runs">[] = [];
  for (let n = 1; n <= count; n++) runs.push(requireRunId(await post(backend.t, path, { n })));
  return runs;
}

const statesOf = (runs: Id<"runs">[]) => Promise.all(runs.map(async (run) => (await getRow(backend.t, run)).state));

describe("a paused scenario", () => {
  it("keeps its events, tells why they wait, and works them off in their order once it is resumed", async () => {
    const calls = stubService(() => okJson({}));
    const scenario = await publishScenario(backend.owner, { ...twoRequests, settings: { maxConcurrentRuns: 1 } });
    await pause(scenario);
    await pause(scenario);
    const runs = await postAll(scenario, 3);
    await settle(backend.t);
    expect(await statesOf(runs)).toEqual(["queued", "queued", "queued"]);
    expect((await getDetail(backend.owner, runs[0]!)).waitReason).toBe("paused");
    expect(calls).toEqual([]);
    await sweep();
    expect(await statesOf(runs)).toEqual(["queued", "queued", "queued"]);
    await resume(scenario);
    await settle(backend.t);
    expect(await statesOf(runs)).toEqual(["succeeded", "succeeded", "succeeded"]);
    const numbers = calls.map((call) => call.body).filter((body) => body !== '"then"');
    expect(numbers).toEqual(['{"n":1}', '{"n":2}', '{"n":3}']);
    expect(await holds()).toEqual([]);
    expect((await actions()).filter((action) => /paused|resumed/.test(action))).toEqual([
      "scenario.paused",
      "scenario.resumed",
    ]);
  });

  it("begins nothing, not even what only computes", async () => {
    const scenario = await publishScenario(backend.owner, definitionOf([receive, variables(2, { a: "b" })]));
    await pause(scenario);
    const runs = await postAll(scenario, 1);
    expect(await statesOf(runs)).toEqual(["queued"]);
    await resume(scenario);
    await settle(backend.t);
    expect(await statesOf(runs)).toEqual(["succeeded"]);
  });

  it("lets an operation under way finish, and no other begin", async () => {
    const calls = stubService(async () => {
      await new Promise((resolve) => setTimeout(resolve, 2_000));
      return okJson({});
    });
    const scenario = await publishScenario(backend.owner, twoRequests);
    const [runId] = (await postAll(scenario, 1)) as [Id<"runs">];
    await untilTrue(() => calls.length === 1);
    await pause(scenario);
    await pass(10_000);
    expect(await getRow(backend.t, runId)).toMatchObject({ state: "waiting", waitReason: "paused" });
    expect((await getDetail(backend.owner, runId)).operations.map((operation) => operation.state)).toContain(
      "succeeded",
    );
    expect(calls).toHaveLength(1);
    await resume(scenario);
    await settle(backend.t);
    expect(calls).toHaveLength(2);
    expect(await getRow(backend.t, runId)).toMatchObject({ state: "succeeded" });
    expect(await holds()).toEqual([]);
  });

  it("that is resumed while the operation is under way stops nothing", async () => {
    const calls = stubService(async () => {
      await new Promise((resolve) => setTimeout(resolve, 2_000));
      return okJson({});
    });
    const scenario = await publishScenario(backend.owner, twoRequests);
    const runs = await postAll(scenario, 1);
    await untilTrue(() => calls.length === 1);
    await pause(scenario);
    await pass(500);
    await resume(scenario);
    await settle(backend.t);
    expect(await statesOf(runs)).toEqual(["succeeded"]);
    expect(await holds()).toEqual([]);
  });

  it("holds what waited for a time, when that has come, and what is stopped meanwhile ends", async () => {
    const calls = stubService(() => okJson({}));
    const delay = node(2, "tools.delay", { config: { seconds: 60 } });
    const scenario = await publishScenario(backend.owner, definitionOf([receive, delay, request(3)]));
    const [first, second] = (await postAll(scenario, 2)) as [Id<"runs">, Id<"runs">];
    await pause(scenario);
    await pass(65_000);
    expect(await getRow(backend.t, first)).toMatchObject({ state: "waiting", waitReason: "paused" });
    await backend.owner.client.mutation(api.runs.mutations.cancelRun, { ...at(), runId: second });
    expect(await holds()).toHaveLength(1);
    await resume(scenario);
    await settle(backend.t);
    expect(await statesOf([first, second])).toEqual(["succeeded", "cancelled"]);
    expect(calls).toHaveLength(1);
    expect(await holds()).toEqual([]);
  });

  it("goes on by the sweeper when what should have released its runs was lost", async () => {
    stubService(() => okJson({}));
    const scenario = await publishScenario(backend.owner, twoRequests);
    await pause(scenario);
    const runs = await postAll(scenario, 2);
    await resume(scenario);
    await backend.t.run(async (ctx) => {
      for (const job of await ctx.db.system.query("_scheduled_functions").collect())
        if (job.state.kind === "pending") await ctx.scheduler.cancel(job._id);
    });
    await sweep();
    await settle(backend.t);
    expect(await statesOf(runs)).toEqual(["succeeded", "succeeded"]);
  });

  it("runs what a person tries out alone", async () => {
    stubService(() => okJson({}));
    const scenario = await publishScenario(backend.owner, twoRequests);
    await pause(scenario);
    const started = await backend.owner.client.mutation(api.runs.mutations.startRun, {
      ...at(),
      scenarioId: scenario.scenarioId,
      source: { kind: "draft" },
      payload: '{"n":1}',
      dryRun: "simulateReads",
    });
    if (started.kind !== "ok") throw new Error("It did not start.");
    await settle(backend.t);
    expect(await statesOf([started.runId])).toEqual(["succeeded"]);
  });

  it("is shown as such, and other organizations can neither pause nor resume it", async () => {
    const scenario = await publishScenario(backend.owner, twoRequests);
    await pause(scenario);
    const shown = await backend.owner.client.query(api.scenarios.queries.getScenario, {
      ...at(),
      scenarioId: scenario.scenarioId,
    });
    expect(shown?.paused).toBe("scenario");
    const stranger = await createOwner(backend.t);
    const foreign = { organizationId: stranger.organizationId, scenarioId: scenario.scenarioId };
    expect(await codeOf(stranger.client.mutation(api.queue.mutations.resumeScenario, foreign))).toBe("not_found");
  });
});

describe("a paused organization", () => {
  it("has all its scenarios wait, also new ones, and leaves those paused that were paused before", async () => {
    stubService(() => okJson({}));
    const [one, two] = [
      await publishScenario(backend.owner, twoRequests),
      await publishScenario(backend.owner, twoRequests),
    ];
    await pause(two);
    await change({ paused: true });
    await settle(backend.t);
    const three = await publishScenario(backend.owner, twoRequests);
    const runs = [...(await postAll(one, 1)), ...(await postAll(two, 1)), ...(await postAll(three, 1))];
    await settle(backend.t);
    expect(await statesOf(runs)).toEqual(["queued", "queued", "queued"]);
    expect(await queue()).toMatchObject({ heldByPause: 3, pausedAt: expect.any(Number) as number });
    await change({ paused: false });
    await settle(backend.t);
    expect(await statesOf(runs)).toEqual(["succeeded", "queued", "succeeded"]);
    expect((await backend.t.run((ctx) => ctx.db.get("organizations", at().organizationId)))?.gate).toBeUndefined();
  });

  it("may be paused by admins only", async () => {
    const member = await createMember(backend.t, at().organizationId, "member");
    const call = member.client.mutation(api.queue.mutations.updateOrganizationQueue, { ...at(), paused: true });
    expect(await codeOf(call)).toBe("forbidden");
  });
});

describe("an organization's limit", () => {
  it("keeps that many runs under way, of all its scenarios together, and begins the others in their order", async () => {
    let busy = 0;
    let most = 0;
    stubService(async () => {
      most = Math.max(most, ++busy);
      await new Promise((resolve) => setTimeout(resolve, 300));
      busy -= 1;
      return okJson({});
    });
    await change({ maxConcurrentRuns: 2 });
    const [one, two] = [
      await publishScenario(backend.owner, twoRequests),
      await publishScenario(backend.owner, twoRequests),
    ];
    const runs = [...(await postAll(one, 3)), ...(await postAll(two, 3))];
    expect(await statesOf(runs)).toEqual(["running", "running", "waiting", "waiting", "waiting", "waiting"]);
    expect((await getDetail(backend.owner, runs[5]!)).waitReason).toBe("organization");
    expect(await queue()).toMatchObject({ heldByOrganization: 4, maxConcurrentRuns: 2 });
    await settle(backend.t);
    expect(await statesOf(runs)).toEqual(Array(6).fill("succeeded"));
    expect(most).toBe(2);
    expect(await holds()).toEqual([]);
  });

  it("counts no runs that wait for a time, and holds them when that has come", async () => {
    let most = 0;
    let busy = 0;
    stubService(async () => {
      most = Math.max(most, ++busy);
      await new Promise((resolve) => setTimeout(resolve, 300));
      busy -= 1;
      return okJson({});
    });
    await change({ maxConcurrentRuns: 1 });
    const delay = node(2, "tools.delay", { config: { seconds: 60 } });
    const scenario = await publishScenario(backend.owner, definitionOf([receive, delay, request(3)]));
    const runs = await postAll(scenario, 3);
    expect(await statesOf(runs)).toEqual(["waiting", "waiting", "waiting"]);
    await settle(backend.t);
    expect(await statesOf(runs)).toEqual(Array(3).fill("succeeded"));
    expect(most).toBe(1);
  });

  it("that is lifted lets everything go on", async () => {
    const calls = stubService(async () => {
      await new Promise((resolve) => setTimeout(resolve, 60_000));
      return okJson({});
    });
    await change({ maxConcurrentRuns: 1 });
    const scenario = await publishScenario(backend.owner, definitionOf([receive, request(2, { timeoutMs: 200_000 })]));
    await postAll(scenario, 3);
    await untilTrue(() => calls.length === 1);
    await change({ maxConcurrentRuns: null });
    await sweep();
    await pass(2_000);
    expect(calls).toHaveLength(3);
  });

  it("is refused out of bounds", async () => {
    for (const limit of [0, 201, 1.5, -1]) expect(await codeOf(change({ maxConcurrentRuns: limit }))).toBe("invalid");
  });
});

describe("draining", () => {
  it("refuses new work with 503 and Retry-After, and finishes what there is", async () => {
    stubService(() => okJson({}));
    const scenario = await publishScenario(backend.owner, twoRequests);
    const runs = await postAll(scenario, 2);
    await change({ draining: true });
    await pass(100);
    const refused = await post(backend.t, scenario.path, {});
    expect(refused).toMatchObject({ status: 503, error: { code: "unavailable" } });
    expect(refused.headers.get("retry-after")).toBe("30");
    const start = { ...at(), scenarioId: scenario.scenarioId, source: { kind: "version" as const }, payload: "{}" };
    expect(await codeOf(backend.owner.client.mutation(api.runs.mutations.startRun, start))).toBe("unavailable");
    await settle(backend.t);
    expect(await statesOf(runs)).toEqual(["succeeded", "succeeded"]);
    expect(await queue()).toMatchObject({ running: 0, ready: 0, endedLastMinute: 2 });
    await change({ draining: false });
    await settle(backend.t);
    expect(await post(backend.t, scenario.path, {})).toMatchObject({ status: 202 });
  });

  it("of the whole deployment is maintenance: refused everywhere, and told how much is left", async () => {
    stubService(() => okJson({}));
    const scenario = await publishScenario(backend.owner, twoRequests);
    const maintain = (on: boolean) => backend.t.mutation(internal.settings.maintenance.setMaintenance, { on });
    const status = () => backend.t.query(internal.settings.maintenance.getMaintenance, {});
    await maintain(true);
    expect(await post(backend.t, scenario.path, {})).toMatchObject({ status: 503 });
    expect((await queue()).maintenanceSince).toBe((await status()).since);
    await maintain(false);
    await postAll(scenario, 3);
    await maintain(true);
    expect(await status()).toMatchObject({ underWay: 3 });
    await settle(backend.t);
    expect(await status()).toMatchObject({ underWay: 0 });
    expect(await post(backend.t, scenario.path, {})).toMatchObject({ status: 503 });
    await maintain(false);
    expect(await status()).toEqual({ since: null, underWay: 0 });
    expect(await post(backend.t, scenario.path, {})).toMatchObject({ status: 202 });
  });
});

describe("emptying a queue", () => {
  it("cancels what waits, of this scenario alone, and tells how far it is", async () => {
    stubService(() => okJson({}));
    const [one, two] = [
      await publishScenario(backend.owner, twoRequests),
      await publishScenario(backend.owner, twoRequests),
    ];
    await pause(one);
    await pause(two);
    const runs = await postAll(one, 90);
    const others = await postAll(two, 2);
    await empty(one);
    expect(await codeOf(empty(one))).toBe("conflict");
    vi.setSystemTime(Date.now() + 1_000);
    const [later] = (await postAll(one, 1)) as [Id<"runs">];
    await settle(backend.t);
    expect(new Set(await statesOf(runs))).toEqual(new Set(["cancelled"]));
    expect(await statesOf([later, ...others])).toEqual(["queued", "queued", "queued"]);
    const shown = (await queue()).scenarios.find((scenario) => scenario.id === one.scenarioId);
    expect(shown).toMatchObject({ heldByPause: 1, emptying: { cancelled: 90, endedAt: expect.any(Number) as number } });
    expect(await actions()).toContain("scenario.queueEmptied");
  });

  it("leaves alone what is being done, and what waits for a time", async () => {
    const calls = stubService(async () => {
      await new Promise((resolve) => setTimeout(resolve, 5_000));
      return okJson({});
    });
    const delay = node(2, "tools.delay", { config: { seconds: 60 } });
    const scenario = await publishScenario(backend.owner, definitionOf([receive, request(4), delay]));
    const [first] = await postAll(scenario, 1);
    await untilTrue(() => calls.length === 1);
    await empty(scenario);
    await pass(10_000);
    expect(await getRow(backend.t, first!)).toMatchObject({ state: "waiting", waitReason: "delay" });
    await empty(scenario);
    await pass(1_000);
    expect(await getRow(backend.t, first!)).toMatchObject({ state: "waiting" });
  });
});

describe("the queue", () => {
  it("tells per scenario what waits and why, since when, and what was done", async () => {
    stubService(() => okJson({}));
    const limited = await publishScenario(backend.owner, { ...twoRequests, settings: { maxConcurrentRuns: 1 } });
    await postAll(limited, 3);
    const before = await queue();
    expect(before.scenarios.find((scenario) => scenario.id === limited.scenarioId)).toMatchObject({
      ready: 1,
      heldByTurn: 2,
      sleeping: 0,
      oldestAt: expect.any(Number) as number,
    });
    await settle(backend.t);
    expect(await queue()).toMatchObject({ ready: 0, heldByTurn: 0, oldestAt: null, endedLastMinute: 3 });
    const stranger = await createOwner(backend.t);
    const theirs = await stranger.client.query(api.queue.queries.getQueue, { organizationId: stranger.organizationId });
    expect(theirs.endedLastMinute).toBe(0);
  });
});
