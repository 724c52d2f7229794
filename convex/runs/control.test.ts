import { describe, expect, it } from "vitest";
import { api } from "../_generated/api.js";
import type { Id } from "../_generated/dataModel.d.ts";
import { codeOf } from "../test.support.ts";
import {
  definitionOf,
  getDetail,
  getRow,
  node,
  okJson,
  outputOf,
  post,
  publishDraft,
  publishScenario,
  receive,
  request,
  requireRunId,
  saveDraft,
  settle,
  stubService,
  variables,
  useBackend,
} from "./harness.support.ts";
import type { ReplaySource } from "./replay.ts";
import type { DryRun } from "./tables.ts";

const backend = useBackend();

type Result = { kind: "ok"; runId: Id<"runs"> } | { kind: "invalid" };

function runIdOf(result: Result): Id<"runs"> {
  if (result.kind !== "ok") throw new Error(`Not started: ${JSON.stringify(result)}`);
  return result.runId;
}

async function finished(result: Result) {
  const runId = runIdOf(result);
  await settle(backend.t);
  return { row: await getRow(backend.t, runId), detail: await getDetail(backend.owner, runId) };
}

const start = (scenarioId: string, payload: unknown, dryRun?: DryRun) =>
  backend.owner.client.mutation(api.runs.mutations.startRun, {
    ...backend.at(),
    scenarioId,
    source: { kind: "draft" },
    payload: JSON.stringify(payload),
    ...(dryRun && { dryRun }),
  });

const replay = (runId: Id<"runs">, source: ReplaySource, dryRun?: DryRun) =>
  backend.owner.client.mutation(api.runs.mutations.replayRun, {
    ...backend.at(),
    runId,
    source,
    ...(dryRun && { dryRun }),
  });

const runNode = (scenarioId: string, nodeId: number, bundles: Record<string, unknown> = {}) =>
  backend.owner.client.mutation(api.runs.mutations.runNode, {
    ...backend.at(),
    scenarioId,
    nodeId,
    bundles: JSON.stringify(bundles),
  });

const simulatedOf = (detail: Awaited<ReturnType<typeof getDetail>>) =>
  detail.operations.map(({ nodeId, simulated }) => [nodeId, simulated]);

describe("a dry run", () => {
  const definition = definitionOf([
    receive,
    request(2, { method: "GET", bodyType: "none" }),
    request(3),
    request(4, { method: "PUT" }),
    node(5, "tools.delay", { config: { seconds: 3_600 } }),
    node(6, "webhook.respond", { config: { status: 201, body: "{{3.body.id}}" } }),
    variables(7, { read: "{{2.body.n}}", sent: "{{3.body.id}}" }),
  ]);

  it("reads, and sends nothing; what it makes up is marked", async () => {
    const calls = stubService((call) => okJson({ n: call.method }));
    const { scenarioId } = await publishScenario(backend.owner, definition);
    const { row, detail } = await finished(await start(scenarioId, {}, "performReads"));
    expect(calls.map((call) => call.method)).toEqual(["GET"]);
    expect(row).toMatchObject({ state: "succeeded", dryRun: "performReads", trigger: "manual" });
    expect(detail.dryRun).toBe("performReads");
    expect(simulatedOf(detail)).toEqual([
      [1, undefined],
      [2, undefined],
      [3, "example"],
      [4, "example"],
      [5, "wait"],
      [6, "response"],
      [7, undefined],
    ]);
    expect(outputOf(detail, 7)).toEqual({ read: "GET", sent: "A-1042" });
    expect(await backend.t.run((ctx) => ctx.db.query("runResponses").collect())).toEqual([]);
  });

  it("reads nothing either where that is switched off", async () => {
    const calls = stubService(() => okJson({}));
    const { scenarioId } = await publishScenario(backend.owner, definition);
    const { row, detail } = await finished(await start(scenarioId, {}, "simulateReads"));
    expect([row.state, calls]).toEqual(["succeeded", []]);
    expect(simulatedOf(detail)[1]).toEqual([2, "example"]);
  });

  it("gives what nodes last gave in a real run, and never what a dry run made up", async () => {
    let count = 0;
    stubService(() => okJson({ id: `real-${++count}` }));
    const { scenarioId } = await publishScenario(
      backend.owner,
      definitionOf([receive, request(2), variables(3, { id: "{{2.body.id}}" })]),
    );
    const dry = async () => (await finished(await start(scenarioId, {}, "performReads"))).detail;
    expect(simulatedOf(await dry())[1]).toEqual([2, "example"]);
    expect(simulatedOf(await dry())[1]).toEqual([2, "example"]);
    await finished(await start(scenarioId, {}));
    const detail = await dry();
    expect([simulatedOf(detail)[1], outputOf(detail, 3)]).toEqual([[2, "lastOutput"], { id: "real-1" }]);
    expect(count).toBe(1);
  });

  it("sends nothing from a long loop that takes several transactions, nor when its lease expires", async () => {
    const calls = stubService(() => okJson({}));
    const loop = definitionOf([
      receive,
      node(2, "tools.iterate", { config: { array: "{{1.body.items}}" } }),
      request(3, { body: "{{2.value}}" }),
    ]);
    const { scenarioId } = await publishScenario(backend.owner, loop);
    const { detail, row } = await finished(await start(scenarioId, { items: Array(1_200).fill("x") }, "performReads"));
    expect(row).toMatchObject({ state: "succeeded", operationCount: 1_202 });
    expect(detail.operations.filter((operation) => operation.simulated === "example")).toHaveLength(1_200);
    expect(calls).toEqual([]);
  });

  it("ends as failed where a real run would be kept as incomplete", async () => {
    stubService(() => new Response("no", { status: 400 }));
    const broken = definitionOf(
      [receive, request(2, { method: "GET", bodyType: "none" }), node(3, "error.break", { config: { attempts: 3 } })],
      [
        { from: 1, to: 2, kind: "next" },
        { from: 2, to: 3, kind: "error" },
      ],
    );
    const { scenarioId } = await publishScenario(backend.owner, broken);
    expect((await finished(await start(scenarioId, {}, "performReads"))).row.state).toBe("failed");
  });

  it("waits for no turn, and nothing waits for it", async () => {
    stubService(() => okJson({}));
    const one = {
      ...definitionOf([receive, node(2, "tools.delay", { config: { seconds: 60 } })]),
      settings: { maxConcurrentRuns: 1 },
    };
    const { scenarioId, path } = await publishScenario(backend.owner, one);
    requireRunId(await post(backend.t, path, {}));
    const dry = runIdOf(await start(scenarioId, {}, "performReads"));
    expect((await getRow(backend.t, dry)).state).toBe("succeeded");
  });
});

describe("a replay", () => {
  it("executes any version of the scenario, also dry", async () => {
    const calls = stubService(() => okJson({}));
    const greet = (text: string) => definitionOf([receive, variables(2, { text }), request(3)]);
    const { scenarioId, path } = await publishScenario(backend.owner, greet("first {{1.body.n}}"));
    for (const text of ["second {{1.body.n}}", "third"]) {
      await saveDraft(backend.owner, scenarioId, greet(text));
      await publishDraft(backend.owner, scenarioId);
    }
    const runId = requireRunId(await post(backend.t, path, { n: 7 }));
    await settle(backend.t);
    expect(calls).toHaveLength(1);
    const { row, detail } = await finished(await replay(runId, { version: 2 }, "performReads"));
    expect(row).toMatchObject({ source: { kind: "version", number: 2 }, trigger: "replay", dryRun: "performReads" });
    expect([outputOf(detail, 2), calls.length]).toEqual([{ text: "second 7" }, 1]);
    await finished(await replay(runId, { version: 1 }));
    expect(calls).toHaveLength(2);
    expect(await codeOf(replay(runId, { version: 9 }))).toBe("conflict");
  });
});

describe("a single node", () => {
  const definition = definitionOf([
    receive,
    variables(2, { name: "{{upper(1.body.name)}}" }),
    request(3, { body: '{"name":"{{2.name}}","total":"{{1.body.total}}"}' }),
    request(4),
  ]);

  it("runs on the newest samples and on what was typed, really sends, and becomes a sample itself", async () => {
    const calls = stubService((_call, count) => okJson({ id: `r-${count}` }));
    const { scenarioId, path } = await publishScenario(backend.owner, definition);
    await finished({ kind: "ok", runId: requireRunId(await post(backend.t, path, { name: "ada", total: 5 })) });
    const { row, detail } = await finished(await runNode(scenarioId, 3, { 2: { name: "typed" } }));
    expect(calls.slice(2).map((call) => JSON.parse(call.body) as unknown)).toEqual([{ name: "typed", total: "5" }]);
    expect(row).toMatchObject({ state: "succeeded", trigger: "node", onlyNode: 3, source: { kind: "draft" } });
    expect(detail.operations).toHaveLength(1);
    expect(detail.operations[0]).toMatchObject({ nodeId: 3, state: "succeeded" });
    const samples = await backend.owner.client.query(api.runs.queries.getSamples, { ...backend.at(), scenarioId });
    const own = samples.find((sample) => sample.nodeId === 3);
    expect(JSON.parse(own?.output ?? "null")).toMatchObject({ body: { id: "r-3" } });
    expect((await finished(await replay(row._id, "draft"))).row).toMatchObject({ trigger: "replay", onlyNode: 3 });
    expect(calls).toHaveLength(4);
    expect(await codeOf(replay(row._id, "draft", "performReads"))).toBe("conflict");
  });

  it("needs only its own configuration to be in order", async () => {
    const calls = stubService(() => okJson({}));
    const half = definitionOf([receive, request(2, { url: "" }), request(3), variables(4, { x: "{{" })]);
    const { scenarioId } = await publishScenario(backend.owner, definition);
    await saveDraft(backend.owner, scenarioId, half);
    expect(await runNode(scenarioId, 2)).toMatchObject({ kind: "invalid", issues: [{ nodeId: 2 }] });
    await finished(await runNode(scenarioId, 3, { 1: { body: { a: 1 } } }));
    expect(calls.map((call) => call.body)).toEqual(['{"a":1}']);
  });

  it("refuses what cannot be run by itself, and bundles that it cannot read", async () => {
    const { scenarioId } = await publishScenario(backend.owner, definition);
    expect(await codeOf(runNode(scenarioId, 1))).toBe("conflict");
    expect(await codeOf(runNode(scenarioId, 9))).toBe("not_found");
    expect(await codeOf(runNode(scenarioId, 3, { 4: {} }))).toBe("malformed");
    const bad = backend.owner.client.mutation(api.runs.mutations.runNode, {
      ...backend.at(),
      scenarioId,
      nodeId: 3,
      bundles: "[1]",
    });
    expect(await codeOf(bad)).toBe("malformed");
  });

  it("takes bundles that are too large for the log's row", async () => {
    const calls = stubService(() => okJson({}));
    const { scenarioId } = await publishScenario(backend.owner, definition);
    const name = "n".repeat(300_000);
    const { detail } = await finished(await runNode(scenarioId, 3, { 1: { body: { total: 1 } }, 2: { name } }));
    expect([detail.state, calls[0]?.body.length]).toEqual(["succeeded", name.length + 23]);
  });
});
