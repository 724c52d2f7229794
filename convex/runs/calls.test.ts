import type { Definition, DefinitionNode, Edge, JsonValue } from "@patchbay/core";
import { describe, expect, it, vi } from "vitest";
import { api, internal } from "../_generated/api.js";
import type { Id } from "../_generated/dataModel.d.ts";
import {
  definitionOf,
  getDetail,
  getRow,
  node,
  okJson,
  outputOf,
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
  type Published,
} from "./harness.support.ts";

const backend = useBackend();

const start = (...inputs: JsonValue[]) => node(1, "scenario.start", { config: { inputs } });
const call = (id: number, scenarioId: string, config: Record<string, JsonValue> = {}, spec = {}) =>
  node(id, "scenario.call", { config: { scenarioId, ...config }, ...spec });
const giveBack = (id: number, values: Record<string, string>) => {
  const outputs = Object.entries(values).map(([name, value]) => ({ name, value }));
  return node(id, "scenario.return", { config: { outputs } });
};
const number = { name: "n", type: "number", required: true };
const withSettings = (definition: Definition, settings: Definition["settings"]): Definition => ({
  ...definition,
  settings,
});

const publish = (nodes: DefinitionNode[], edges?: Edge[]) => publishScenario(backend.owner, definitionOf(nodes, edges));
/** A scenario whose runs go on after a request. */
const slow = () =>
  publish([start(number), request(2, { body: "{{1.inputs.n}}" }), giveBack(3, { n: "{{1.inputs.n}}" })]);
/** A scenario that a webhook starts and that calls another. */
const caller = (callee: Published, config = {}, spec = {}) =>
  publish([receive, call(2, callee.scenarioId, { inputs: { n: "{{1.body.n}}" }, ...config }, spec)]);
const send = async ({ path }: Published, body: JsonValue = { n: 1 }) => requireRunId(await post(backend.t, path, body));
const childrenOf = async (runId: Id<"runs">) => {
  const calls = await backend.t.run((ctx) => ctx.db.query("runCalls").collect());
  return calls.flatMap((each) => (each.parentRunId === runId && each.childRunId ? [each.childRunId] : []));
};
const childOf = async (runId: Id<"runs">) => (await childrenOf(runId))[0]!;
const cancel = (runId: Id<"runs">) =>
  backend.owner.client.mutation(api.runs.mutations.cancelRun, { ...backend.at(), runId });
const sweep = () => backend.t.mutation(internal.runs.sweeper.sweep, {});
const startBy = (scenarioId: Id<"scenarios">, payload: JsonValue) =>
  backend.owner.client.mutation(api.runs.mutations.startRun, {
    ...backend.at(),
    scenarioId,
    source: { kind: "version" },
    payload: JSON.stringify(payload),
  });

describe("a call", () => {
  it("is a run of the other scenario, whose outputs its caller goes on with", async () => {
    const callee = await publish([start(number), giveBack(2, { double: "{{1.inputs.n * 2}}" })]);
    const { path } = await publish([
      receive,
      call(2, callee.scenarioId, { inputs: { n: "{{1.body.n}}" } }),
      variables(3, { got: "{{2.outputs.double + 1}}" }),
    ]);
    const runId = requireRunId(await post(backend.t, path, { n: "21" }));
    expect(await getRow(backend.t, runId)).toMatchObject({ state: "waiting", waitReason: "call" });
    const childId = await childOf(runId);
    expect(await getRow(backend.t, childId)).toMatchObject({ trigger: "scenario", parentRunId: runId, version: 1 });
    await settle(backend.t);
    expect(outputOf(await getDetail(backend.owner, runId), 3)).toEqual({ got: 43 });
    const child = await getDetail(backend.owner, childId);
    expect(child.parentRunId).toBe(runId);
    expect(outputOf(child, 1)).toMatchObject({ inputs: { n: 21 }, caller: { scenario: "Test", runId } });
  });

  it("is pinned to what is published at that moment", async () => {
    stubService(() => okJson({}));
    const callee = await slow();
    const runId = await send(await caller(callee));
    await saveDraft(backend.owner, callee.scenarioId, definitionOf([start(number), giveBack(2, { n: "new" })]));
    await publishDraft(backend.owner, callee.scenarioId);
    await settle(backend.t);
    expect(outputOf(await getDetail(backend.owner, runId), 2)).toMatchObject({ outputs: { n: 1 } });
  });

  it("does not wait where it is told so", async () => {
    stubService(() => okJson({}));
    const runId = await send(await caller(await slow(), { mode: "start" }));
    await until(backend.t, runId, "succeeded");
    const child = await childOf(runId);
    expect(outputOf(await getDetail(backend.owner, runId), 2)).toEqual({ runId: child });
    await settle(backend.t);
    expect((await getRow(backend.t, child)).state).toBe("succeeded");
  });

  it("is made for each bundle, one after the other, and is counted", async () => {
    const callee = await publish([start(number), giveBack(2, { double: "{{1.inputs.n * 2}}" })]);
    const definition = definitionOf([
      receive,
      node(2, "tools.iterate", { config: { array: "{{1.body.items}}" } }),
      call(3, callee.scenarioId, { inputs: { n: "{{2.value}}" } }),
      node(4, "tools.aggregate", { config: { source: 2, item: "{{3.outputs.double}}" } }),
    ]);
    const calling = await publishScenario(backend.owner, definition);
    const runId = await send(calling, { items: [1, 2, 3] });
    await settle(backend.t);
    expect(outputOf(await getDetail(backend.owner, runId), 4)).toMatchObject({ array: [2, 4, 6] });
    const limited = await publishScenario(backend.owner, withSettings(definition, { maxCalledRuns: 2 }));
    const over = await send(limited, { items: [1, 2, 3] });
    await settle(backend.t);
    expect(await childrenOf(over)).toHaveLength(2);
    expect(await getRow(backend.t, over)).toMatchObject({ state: "failed", failure: { code: "scenario_call_limit" } });
  });

  it("carries what is too large for a row", async () => {
    const callee = await publish([start({ name: "t" }), giveBack(2, { t: "{{1.inputs.t}}{{1.inputs.t}}" })]);
    const { path } = await publish([
      receive,
      call(2, callee.scenarioId, { inputs: { t: "{{1.body.t}}" } }),
      variables(3, { length: "{{length(2.outputs.t)}}" }),
    ]);
    const runId = requireRunId(await post(backend.t, path, { t: "x".repeat(150_000) }));
    await settle(backend.t);
    expect(outputOf(await getDetail(backend.owner, runId), 3)).toEqual({ length: 300_000 });
  });
});

describe("secrets that a call carries", () => {
  const secret = "c4nary card 4111";
  const found = () =>
    backend.t.run(async (ctx) => {
      const tables = ["runs", "runLogs", "runLogParts", "runCalls"] as const;
      const rows = await Promise.all(tables.map((table) => ctx.db.query(table).collect()));
      return JSON.stringify(rows).split(secret).length - 1;
    });

  it("are hidden in both runs, while they wait and after; what is computed with them is true", async () => {
    const sent = stubService(() => okJson({}));
    const callee = await publish([
      start({ name: "t" }),
      node(2, "tools.delay", { config: { seconds: 5 } }),
      giveBack(3, { t: "{{1.inputs.t}}" }),
    ]);
    const nodes = [
      receive,
      call(2, callee.scenarioId, { inputs: { t: "{{1.body.t}}" } }),
      request(3, { body: "{{2.outputs.t}}", bodyType: "text" }),
    ];
    const { path } = await publishScenario(
      backend.owner,
      withSettings(definitionOf(nodes), { sensitiveFields: ["1.body.t"] }),
    );
    const runId = requireRunId(await post(backend.t, path, { t: secret }));
    await until(backend.t, await childOf(runId), "waiting");
    expect(await found()).toBe(0);
    await settle(backend.t);
    expect(await found()).toBe(0);
    expect(sent.map(({ body }) => body)).toEqual([secret]);
  });
});

describe("a called run that", () => {
  it("fails is an error of the node, which names it", async () => {
    stubService(() => new Response("no", { status: 400 }));
    const runId = await send(await caller(await slow()));
    await settle(backend.t);
    const child = await childOf(runId);
    const [error] = (await getDetail(backend.owner, runId)).operations.flatMap((operation) => operation.error ?? []);
    expect(error).toMatchObject({ kind: "terminal", code: "scenario_failed" });
    expect(error?.message).toContain(`The called scenario "Test" failed (run ${child})`);
  });

  it("fails is called anew where the node says so", async () => {
    stubService((_call, count) => (count === 1 ? new Response("no", { status: 400 }) : okJson({})));
    const retry = { attempts: 2, initialDelayMs: 1_000, maxDelayMs: 1_000 };
    const runId = await send(await caller(await slow(), {}, { errorHandling: { retry } }));
    await settle(backend.t);
    expect((await getRow(backend.t, runId)).state).toBe("succeeded");
    const states = await Promise.all((await childrenOf(runId)).map((id) => getRow(backend.t, id)));
    expect(states.map(({ state }) => state)).toEqual(["failed", "succeeded"]);
  });

  it("is incomplete keeps its caller waiting, which says so, until it is resolved", async () => {
    let isBroken = true;
    stubService(() => {
      if (isBroken) throw new TypeError("connection reset");
      return okJson({});
    });
    const runId = await send(await caller(await slow()));
    await settle(backend.t);
    const child = await childOf(runId);
    expect((await getRow(backend.t, child)).state).toBe("incomplete");
    expect((await getRow(backend.t, runId)).state).toBe("waiting");
    const at = { ...backend.at(), runId };
    const seen = await backend.owner.client.query(api.runs.queries.getRunCalls, at);
    expect(seen?.calls).toMatchObject([
      { nodeId: 2, run: { runId: child, state: "incomplete", scenarioName: "Test" } },
    ]);
    isBroken = false;
    await backend.owner.client.mutation(api.runs.mutations.retryRun, { ...backend.at(), runId: child });
    await settle(backend.t);
    expect((await getRow(backend.t, runId)).state).toBe("succeeded");
  });

  it("is stopped fails the node, and is not called again", async () => {
    stubService(() => okJson({}));
    const retry = { attempts: 3, initialDelayMs: 0, maxDelayMs: 0 };
    const runId = await send(await caller(await slow(), {}, { errorHandling: { retry } }));
    await cancel(await childOf(runId));
    await settle(backend.t);
    expect(await getRow(backend.t, runId)).toMatchObject({ state: "failed", failure: { code: "scenario_cancelled" } });
    expect(await childrenOf(runId)).toHaveLength(1);
  });

  it("was waited for is stopped with its caller, and those that it called as well", async () => {
    const last = await publish([start(number), node(2, "tools.delay", { config: { seconds: 60 } })]);
    const middle = await publish([start(number), call(2, last.scenarioId, { inputs: { n: 1 } })]);
    const runId = await send(await caller(middle));
    await until(backend.t, await childOf(runId), "waiting");
    const [child, grandchild] = [await childOf(runId), await childOf(await childOf(runId))];
    await cancel(runId);
    await settle(backend.t);
    const states = await Promise.all([runId, child, grandchild].map((id) => getRow(backend.t, id)));
    expect(states.map(({ state }) => state)).toEqual(["cancelled", "cancelled", "cancelled"]);
  });

  it("was not waited for goes on without its caller", async () => {
    stubService(() => okJson({}));
    const callee = await slow();
    const { path } = await publish([
      receive,
      call(2, callee.scenarioId, { inputs: { n: 1 }, mode: "start" }),
      node(3, "tools.delay", { config: { seconds: 60 } }),
    ]);
    const runId = requireRunId(await post(backend.t, path, {}));
    await until(backend.t, runId, "waiting");
    await pass(1_000);
    await cancel(runId);
    await settle(backend.t);
    expect((await getRow(backend.t, await childOf(runId))).state).toBe("succeeded");
  });
});

describe("a scenario that cannot be called", () => {
  const failureOf = async (runId: Id<"runs">) => {
    await settle(backend.t);
    const [error] = (await getDetail(backend.owner, runId)).operations.flatMap((operation) => operation.error ?? []);
    return error;
  };
  const change = (scenarioId: Id<"scenarios">, fields: { enabled?: boolean; archivedAt?: number }) =>
    backend.t.run((ctx) => ctx.db.patch("scenarios", scenarioId, fields));

  it("is an error before: of one that is off, deleted, never published, another organization's", async () => {
    const callee = await slow();
    const codes = async () => {
      const { scenarioId } = await backend.owner.client.mutation(api.scenarios.mutations.createScenario, {
        ...backend.at(),
        name: "Caller",
        definition: JSON.stringify(definitionOf([receive, call(2, callee.scenarioId, { inputs: { n: 1 } })])),
      });
      const publishing = { ...backend.at(), scenarioId, draftRevision: 1 };
      const result = await backend.owner.client.mutation(api.versions.mutations.publish, publishing);
      return result.kind === "invalid" ? result.issues.map(({ code }) => code) : result.kind;
    };
    expect(await codes()).toBe("ok");
    await change(callee.scenarioId, { enabled: false });
    expect(await codes()).toEqual(["call_unavailable"]);
    await change(callee.scenarioId, { archivedAt: 1 });
    expect(await codes()).toEqual(["call_unavailable"]);
    callee.scenarioId = (await publish([receive])).scenarioId;
    expect(await codes()).toEqual(["call_unavailable"]);
    callee.scenarioId = "nobody's" as Id<"scenarios">;
    expect(await codes()).toEqual(["call_unknown"]);
  });

  it.each([
    ["switched off", { enabled: false }],
    ["deleted", { archivedAt: 1 }],
  ])("fails the node that calls it: %s", async (why, fields) => {
    const callee = await slow();
    const calling = await caller(callee);
    await change(callee.scenarioId, fields);
    const error = await failureOf(await send(calling));
    expect(error).toMatchObject({ kind: "invalid", code: "scenario_unavailable" });
    expect(error?.message).toContain(why);
  });

  it("fails the node where an input does not fit, by name", async () => {
    const error = await failureOf(await send(await caller(await slow()), { n: "many" }));
    expect(error).toMatchObject({ code: "scenario_input_invalid" });
    expect(error?.message).toContain('The input "n" must be a number');
  });

  it("fails the node when scenarios call each other too deep, and warns of it before", async () => {
    const { scenarioId } = await publish([start(number)]);
    const again = definitionOf([start(number), call(2, scenarioId, { inputs: { n: "{{1.inputs.n + 1}}" } })]);
    await saveDraft(backend.owner, scenarioId, again);
    await publishDraft(backend.owner, scenarioId);
    const [callable] = await backend.owner.client.query(api.scenarios.queries.getCallables, {
      ...backend.at(),
      scenarioId,
      ids: [scenarioId],
    });
    expect(callable?.recursion).toEqual(["Test"]);
    const started = await startBy(scenarioId, { n: 1 });
    if (started.kind !== "ok") throw new Error("Not started.");
    await settle(backend.t);
    const runs = await backend.t.run((ctx) => ctx.db.query("runs").collect());
    expect(runs).toHaveLength(11);
    expect(runs.map(({ state }) => state)).toEqual(Array(11).fill("failed"));
    expect(runs.at(-1)?.failure?.code).toBe("scenario_too_deep");
  });

  it("goes on after many refusals, a step at a time", async () => {
    const callee = await slow();
    const nodes = [
      receive,
      node(2, "tools.repeat", { config: { repeats: 40, start: 1, step: 1 } }),
      call(3, callee.scenarioId, { inputs: { n: 1 } }),
      node(4, "error.ignore"),
    ];
    const [first, second, third] = definitionOf(nodes).edges;
    const calling = await publish(nodes, [first!, second!, { ...third!, kind: "error" }]);
    await change(callee.scenarioId, { enabled: false });
    const runId = await send(calling);
    await settle(backend.t);
    expect(await getRow(backend.t, runId)).toMatchObject({ state: "succeeded", operationCount: 82 });
  });
});

describe("taking turns", () => {
  it("lets a called run wait for its turn, and its caller with it", async () => {
    stubService(() => okJson({}));
    const definition = definitionOf([start(number), request(2), giveBack(3, {})]);
    const callee = await publishScenario(backend.owner, withSettings(definition, { maxConcurrentRuns: 1 }));
    const calling = await caller(callee);
    const [first, second] = [await send(calling), await send(calling)];
    expect(await getRow(backend.t, await childOf(second))).toMatchObject({ state: "queued", waitReason: "turn" });
    await settle(backend.t);
    const states = await Promise.all([first, second].map((id) => getRow(backend.t, id)));
    expect(states.map(({ state }) => state)).toEqual(["succeeded", "succeeded"]);
  });

  it("fails a call of a run that waits for the caller itself, rather than wait forever", async () => {
    const { scenarioId } = await publish([start(number)]);
    const again = definitionOf([start(number), call(2, scenarioId, { inputs: { n: 1 } })]);
    await saveDraft(backend.owner, scenarioId, withSettings(again, { maxConcurrentRuns: 1 }));
    await publishDraft(backend.owner, scenarioId);
    const started = await startBy(scenarioId, { n: 1 });
    if (started.kind !== "ok") throw new Error("Not started.");
    await settle(backend.t);
    const row = await getRow(backend.t, started.runId);
    expect(row).toMatchObject({ state: "failed", failure: { code: "scenario_deadlock" } });
    expect(await backend.t.run((ctx) => ctx.db.query("runHolds").collect())).toEqual([]);
  });

  it("sees runs that wait for each other across two families", async () => {
    stubService(() => okJson({}));
    const pause = node(2, "tools.delay", { config: { seconds: 30 } });
    const one = await publish([start(number)]);
    const two = await publish([start(number)]);
    const calls = (callee: Published) =>
      withSettings(definitionOf([start(number), pause, call(3, callee.scenarioId, { inputs: { n: 1 } })]), {
        maxConcurrentRuns: 1,
      });
    await saveDraft(backend.owner, one.scenarioId, calls(two));
    await saveDraft(backend.owner, two.scenarioId, calls(one));
    await publishDraft(backend.owner, one.scenarioId);
    await publishDraft(backend.owner, two.scenarioId);
    const started = [await startBy(one.scenarioId, { n: 1 }), await startBy(two.scenarioId, { n: 1 })];
    await settle(backend.t);
    const rows = await Promise.all(
      started.map((each) => getRow(backend.t, each.kind === "ok" ? each.runId : (one.scenarioId as never))),
    );
    expect(rows.map(({ failure }) => failure?.code)).toContain("scenario_deadlock");
    const runs = await backend.t.run((ctx) => ctx.db.query("runs").collect());
    expect(runs.every(({ endedAt }) => endedAt !== undefined)).toBe(true);
  });
});

describe("after a crash", () => {
  it("an end that its caller was not told of is found", async () => {
    stubService(() => okJson({}));
    const runId = await send(await caller(await slow()));
    const child = await childOf(runId);
    await backend.t.run((ctx) =>
      ctx.db.patch("runs", child, { state: "failed", endedAt: Date.now(), queue: undefined, error: "It broke." }),
    );
    await sweep();
    await settle(backend.t);
    const row = await getRow(backend.t, runId);
    expect(row).toMatchObject({ state: "failed", failure: { code: "scenario_failed" } });
    expect(row.error).toContain("It broke.");
  });

  it("a caller that was not woken is", async () => {
    stubService(() => okJson({}));
    const runId = await send(await caller(await slow()));
    await backend.t.run(async (ctx) => {
      const [made] = await ctx.db.query("runCalls").collect();
      await ctx.db.patch("runCalls", made!._id, { outcome: JSON.stringify({ ok: true, output: { outputs: {} } }) });
    });
    await sweep();
    await until(backend.t, runId, "succeeded");
    await settle(backend.t);
  });

  it("a called run that is gone fails the node", async () => {
    stubService(() => okJson({}));
    const runId = await send(await caller(await slow()));
    const child = await childOf(runId);
    await backend.t.run((ctx) => ctx.db.delete("runs", child));
    await sweep();
    await settle(backend.t);
    expect(await getRow(backend.t, runId)).toMatchObject({ state: "failed", failure: { code: "scenario_failed" } });
  });

  it("a caller whose executor died before it took the outcome gets it from the next one", async () => {
    stubService(() => okJson({}));
    const runId = await send(await caller(await slow()));
    await backend.t.run(async (ctx) => {
      const [made] = await ctx.db.query("runCalls").collect();
      const outcome = JSON.stringify({ ok: true, output: { outputs: { n: 1 } } });
      await ctx.db.patch("runCalls", made!._id, { outcome });
      await ctx.db.patch("runs", runId, { state: "running", queue: "claimed", dueAt: Date.now() - 1, generation: 9 });
    });
    await sweep();
    await settle(backend.t);
    expect((await getRow(backend.t, runId)).state).toBe("succeeded");
    expect(outputOf(await getDetail(backend.owner, runId), 2)).toEqual({ outputs: { n: 1 } });
    expect(await childrenOf(runId)).toHaveLength(1);
  });

  it("a caller that lives too long ends, and what it waited for with it", async () => {
    stubService(() => okJson({}));
    const callee = await publish([start(number), node(2, "tools.delay", { config: { seconds: 1_000_000 } })]);
    const runId = await send(await caller(callee));
    await until(backend.t, await childOf(runId), "waiting");
    vi.setSystemTime(((await getRow(backend.t, runId)).dueAt ?? 0) + 60_000);
    await sweep();
    expect(await getRow(backend.t, runId)).toMatchObject({ state: "failed", failure: { code: "scenario_limit" } });
    expect((await getRow(backend.t, await childOf(runId))).state).not.toBe("waiting");
  });
});

describe("retention", () => {
  it("keeps a called run for as long as its caller, then nothing of either", async () => {
    stubService(() => okJson({}));
    const callee = await slow();
    const { path } = await publish([
      receive,
      call(2, callee.scenarioId, { inputs: { n: 1 } }),
      node(3, "tools.delay", { config: { seconds: 86_400 } }),
    ]);
    const runId = requireRunId(await post(backend.t, path, {}));
    await until(backend.t, await childOf(runId), "succeeded");
    await until(backend.t, runId, "waiting");
    vi.setSystemTime(Date.now() + 40 * 86_400_000);
    const clean = async () => {
      const { organizationId } = backend.owner;
      await backend.t.mutation(internal.retention.cleaning.cleanOrganization, { organizationId });
      const tables = ["runs", "runCalls", "runFamilies"] as const;
      return await backend.t.run(async (ctx) =>
        Promise.all(tables.map(async (table) => (await ctx.db.query(table).collect()).length)),
      );
    };
    expect(await clean()).toEqual([2, 1, 1]);
    await cancel(runId);
    vi.setSystemTime(Date.now() + 100 * 86_400_000);
    expect(await clean()).toEqual([1, 1, 0]);
    expect(await clean()).toEqual([0, 0, 0]);
  });
});

describe("a scenario that others call", () => {
  it("is started by hand with its inputs, which are checked", async () => {
    const { scenarioId } = await publish([start(number, { name: "t" }), variables(2, { n: "{{1.inputs.n}}" })]);
    const issues = async (payload: JsonValue) => {
      const result = await startBy(scenarioId, payload);
      return result.kind === "invalid" ? result.issues.map(({ message }) => message) : result.kind;
    };
    expect(await issues({})).toEqual(['The input "n" is required.']);
    expect(await issues([1])).toEqual(["This scenario takes an object with its inputs."]);
    expect(await issues({ n: 1, m: 2 })).toEqual(['There is no input "m". The inputs are: "n", "t".']);
    const started = await startBy(scenarioId, { n: "5" });
    if (started.kind !== "ok") throw new Error("Not started.");
    const detail = await getDetail(backend.owner, started.runId);
    expect(detail.trigger).toBe("manual");
    expect(outputOf(detail, 1)).toMatchObject({ inputs: { n: 5, t: null }, caller: null });
  });

  it("can be searched for, and tells who calls it", async () => {
    const callee = await slow();
    const calling = await caller(callee);
    const { client } = backend.owner;
    const found = await client.query(api.scenarios.queries.searchCallables, { ...backend.at(), search: "TE" });
    expect(found.map(({ id }) => id)).toEqual([callee.scenarioId]);
    const at = { ...backend.at(), scenarioId: callee.scenarioId };
    const users = () => client.query(api.scenarios.queries.listCallers, at);
    expect((await users()).map(({ id }) => id)).toEqual([calling.scenarioId]);
    await saveDraft(backend.owner, calling.scenarioId, definitionOf([receive]));
    await publishDraft(backend.owner, calling.scenarioId);
    expect(await users()).toEqual([]);
  });
});
