import { describe, expect, it } from "vitest";
import { api } from "../_generated/api.js";
import type { Id } from "../_generated/dataModel.d.ts";
import { codeOf, createMember } from "../test.support.ts";
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
  useBackend,
  variables,
} from "./harness.support.ts";

const backend = useBackend();
const { at } = backend;

/** A POST whose failure an error route keeps as incomplete; what follows it shows what came back. */
const keeping = (attempts = 0) =>
  definitionOf(
    [
      receive,
      request(2),
      variables(3, { answer: "{{2.body.said}}" }),
      node(9, "error.break", { config: { attempts, intervalSeconds: 60 } }),
    ],
    [
      { from: 1, to: 2, kind: "next" },
      { from: 2, to: 3, kind: "next" },
      { from: 2, to: 9, kind: "error" },
    ],
  );

const client = () => backend.owner.client;
const refuse = () => Response.json({ error: "no such order" }, { status: 404 });

/** An incomplete run of a published scenario; the service refuses until `serve.isUp`. */
async function incomplete(definition = keeping()) {
  const serve = { isUp: false };
  const calls = stubService((call) => (serve.isUp ? okJson({ said: JSON.parse(call.body || "null") }) : refuse()));
  const published = await publishScenario(backend.owner, definition);
  const runId = requireRunId(await post(backend.t, published.path, { order: 7 }));
  await settle(backend.t);
  expect(await getRow(backend.t, runId)).toMatchObject({ state: "incomplete" });
  return { ...published, runId, calls, serve };
}

const audited = (action: string) =>
  backend.t.run(async (ctx) =>
    (await ctx.db.query("auditEntries").collect()).filter((entry) => entry.action === action),
  );

describe("retrying with edited data", () => {
  it("sends the changed fields, and tells in the operation and in the audit log what was changed", async () => {
    const { runId, calls, serve } = await incomplete();
    serve.isUp = true;
    const { generation } = await getDetail(backend.owner, runId);
    const changes = JSON.stringify({ body: '{"order":8}', url: "https://service.test/other" });
    await client().mutation(api.runs.mutations.retryRun, { ...at(), runId, generation, changes });
    await settle(backend.t);
    const detail = await getDetail(backend.owner, runId);
    expect(detail.state).toBe("succeeded");
    expect(calls.at(-1)).toMatchObject({ url: "https://service.test/other", body: '{"order":8}' });
    const again = detail.operations.findLast(({ nodeId }) => nodeId === 2);
    expect(again?.decisions).toMatchObject([{ kind: "edited", by: expect.any(String) as string }]);
    expect(JSON.parse(again?.decisions?.[0]?.before ?? "")).toMatchObject({ url: "https://service.test/orders" });
    expect(await audited("run.retriedEdited")).toMatchObject([{ details: '{"node":2,"fields":"body, url"}' }]);
  });

  it("is refused with the field named where the node would not take it, and changes nothing", async () => {
    const { runId, calls } = await incomplete();
    const before = await getRow(backend.t, runId);
    const retry = (changes: unknown) =>
      client().mutation(api.runs.mutations.retryRun, { ...at(), runId, changes: JSON.stringify(changes) });
    await expect(retry({ timeoutMs: "soon" })).rejects.toThrow(/Time/i);
    expect(await codeOf(retry({ timeoutMs: "soon" }))).toBe("invalid");
    expect(await codeOf(retry({}))).toBe("invalid");
    expect(await codeOf(retry([1]))).toBe("invalid");
    await expect(retry({ headers: [{ name: "X-Key", value: "[redacted]" }] })).rejects.toThrow(/headers: .*hidden/);
    expect(await getRow(backend.t, runId)).toEqual(before);
    expect(calls).toHaveLength(1);
  });

  it("is refused when the run has gone on since somebody looked", async () => {
    const { runId, calls } = await incomplete();
    const { generation } = await getDetail(backend.owner, runId);
    await client().mutation(api.runs.mutations.retryRun, { ...at(), runId, generation });
    await settle(backend.t);
    expect(calls).toHaveLength(2);
    const again = client().mutation(api.runs.mutations.retryRun, { ...at(), runId, generation });
    expect(await codeOf(again)).toBe("conflict");
  });
});

describe("an operation that nobody knows about", () => {
  it("goes on with the output of somebody who looked, and is not sent again", async () => {
    const calls = stubService(() => {
      throw new TypeError("socket closed");
    });
    const { path } = await publishScenario(backend.owner, keeping());
    const runId = requireRunId(await post(backend.t, path, { order: 7 }));
    await settle(backend.t);
    const stopped = await getDetail(backend.owner, runId);
    expect(stopped.stopped).toMatchObject({ nodeId: 2, reason: "unknown" });
    const sent = calls.length;
    const output = JSON.stringify({ body: { said: "by hand" } });
    await client().mutation(api.runs.mutations.resolveRun, { ...at(), runId, generation: stopped.generation, output });
    await settle(backend.t);
    const detail = await getDetail(backend.owner, runId);
    expect(detail.state).toBe("succeeded");
    expect(calls).toHaveLength(sent);
    expect(JSON.parse(detail.operations.at(-1)?.output ?? "")).toEqual({ answer: "by hand" });
    expect(await audited("run.resolved")).toHaveLength(1);
  });
});

describe("beginning anew", () => {
  it("starts the same event on the published version, discards the run and ties the two", async () => {
    const { scenarioId, runId, serve } = await incomplete();
    const fixed = keeping();
    fixed.nodes.push(node(20, "tools.setVariables", { config: { variables: [{ name: "new", value: "yes" }] } }));
    fixed.edges.push({ from: 3, to: 20, kind: "next" });
    await saveDraft(backend.owner, scenarioId, fixed);
    await publishDraft(backend.owner, scenarioId);
    const choice = await client().query(api.runs.queries.getVersionChoice, { ...at(), runId });
    expect(choice).toMatchObject({
      original: { kind: "version", number: 1 },
      published: {
        number: 2,
        isSame: false,
        hasNode: true,
        difference: expect.stringContaining("1 node added") as string,
      },
    });
    serve.isUp = true;
    const started = await client().mutation(api.runs.mutations.restartRun, { ...at(), runId, source: "published" });
    if (started.kind !== "ok") throw new Error("not started");
    await settle(backend.t);
    const anew = await getDetail(backend.owner, started.runId);
    expect(anew).toMatchObject({ state: "succeeded", source: { number: 2 } });
    expect(anew.links.from).toMatchObject({ runId, kind: "restarted", state: "cancelled" });
    const old = await getDetail(backend.owner, runId);
    expect(old).toMatchObject({ state: "cancelled", links: { to: [{ runId: started.runId, kind: "restarted" }] } });
    expect(JSON.parse(anew.payload ?? "")).toEqual(JSON.parse(old.payload ?? ""));
  });
});

describe("automatic retries", () => {
  it("tell when they come, and rest when a person says so", async () => {
    const serve = { isUp: false };
    const calls = stubService(() => (serve.isUp ? okJson({}) : refuse()));
    const { path } = await publishScenario(backend.owner, keeping(3));
    const runId = requireRunId(await post(backend.t, path, {}));
    for (let step = 0; calls.length === 0 && step < 500; step++) await pass(500);
    await pass(500);
    const waiting = await getDetail(backend.owner, runId);
    expect(waiting).toMatchObject({ state: "incomplete", stopped: { breaks: 1 }, waitReason: "break" });
    expect(waiting.retryAt).toBeGreaterThan(Date.now());
    await client().mutation(api.runs.mutations.stopRetries, { ...at(), runId });
    await settle(backend.t);
    expect(calls).toHaveLength(1);
    expect(await getDetail(backend.owner, runId)).not.toHaveProperty("retryAt");
    expect(await codeOf(client().mutation(api.runs.mutations.stopRetries, { ...at(), runId }))).toBe("conflict");
  });
});

describe("many at once", () => {
  async function threeIncomplete() {
    const first = await incomplete();
    const ids: Id<"runs">[] = [first.runId];
    for (let more = 0; more < 2; more++) ids.push(requireRunId(await post(backend.t, first.path, { order: more })));
    await settle(backend.t);
    return { ...first, ids };
  }
  const bulk = (args: Record<string, unknown>) =>
    client().mutation(api.runs.mutations.startBulk, { ...at(), unknown: "skip", source: "original", ...args } as never);
  const latest = async () => (await client().query(api.runs.queries.listBatches, at()))[0];

  it("retries all that match, and meets none twice that stops again", async () => {
    const { ids, scenarioId, calls } = await threeIncomplete();
    expect(await client().query(api.runs.queries.countIncomplete, at())).toEqual({ count: 3, isCut: false });
    const { groups } = await client().query(api.runs.queries.summarizeIncomplete, at());
    expect(groups).toMatchObject([{ scenarioId, nodeId: 2, nodeName: "http.request", count: 3 }]);
    await bulk({ act: "retry", filter: { scenarioId, code: groups[0]?.code, nodeId: 2 } });
    await settle(backend.t);
    expect(await latest()).toMatchObject({ state: "done", total: 3, handled: 3, failed: 0 });
    expect(calls).toHaveLength(6);
    for (const id of ids) expect(await getRow(backend.t, id)).toMatchObject({ state: "incomplete" });
  });

  it("lists what could not be done and goes on with the rest", async () => {
    const { ids, serve } = await threeIncomplete();
    const [first, ...rest] = ids;
    if (!first) throw new Error("no run");
    await client().mutation(api.runs.mutations.cancelRun, { ...at(), runId: first });
    serve.isUp = true;
    await bulk({ act: "retry", runIds: ids });
    await settle(backend.t);
    expect(await latest()).toMatchObject({ state: "done", handled: 3, failed: 1, failures: [{ runId: first }] });
    for (const id of rest) expect(await getRow(backend.t, id)).toMatchObject({ state: "succeeded" });
  });

  it("discards, restarts, and can be stopped", async () => {
    const { ids, serve } = await threeIncomplete();
    serve.isUp = true;
    await bulk({ act: "restart", runIds: [ids[0]] });
    await bulk({ act: "discard", runIds: [ids[1]] });
    const { batchId } = await bulk({ act: "retry", runIds: [ids[2]] });
    await client().mutation(api.runs.mutations.cancelBulk, { ...at(), batchId });
    await settle(backend.t);
    const states = await Promise.all(ids.map(async (id) => (await getRow(backend.t, id)).state));
    expect(states).toEqual(["cancelled", "cancelled", "incomplete"]);
    expect(await codeOf(client().mutation(api.runs.mutations.cancelBulk, { ...at(), batchId }))).toBe("conflict");
  });

  it("does not repeat what may have happened unless told to", async () => {
    const calls = stubService(() => {
      throw new TypeError("socket closed");
    });
    const { path } = await publishScenario(backend.owner, keeping());
    const runId = requireRunId(await post(backend.t, path, {}));
    await settle(backend.t);
    const sent = calls.length;
    await bulk({ act: "retry", runIds: [runId] });
    await settle(backend.t);
    expect(await latest()).toMatchObject({ failed: 1 });
    expect(calls).toHaveLength(sent);
    await bulk({ act: "retry", runIds: [runId], unknown: "again" });
    await settle(backend.t);
    expect(calls).toHaveLength(sent + 1);
  });

  it("acts with what the person may do by then", async () => {
    const { ids } = await threeIncomplete();
    const member = await createMember(backend.t, backend.owner.organizationId, "member");
    const args = {
      ...at(),
      act: "discard" as const,
      runIds: ids,
      unknown: "skip" as const,
      source: "original" as const,
    };
    await member.client.mutation(api.runs.mutations.startBulk, args);
    await backend.t.run(async (ctx) => {
      for (const row of await ctx.db.query("memberships").collect()) {
        if (row.userId === member.userId && row.organizationId === backend.owner.organizationId)
          await ctx.db.patch("memberships", row._id, { role: "viewer" });
      }
    });
    await settle(backend.t);
    expect(await latest()).toMatchObject({ handled: 3, failed: 3 });
    expect(await getRow(backend.t, ids[0] as Id<"runs">)).toMatchObject({ state: "incomplete" });
  });

  it("stops the live runs of a scenario, and only those that were there", async () => {
    stubService(() => okJson({}));
    const waits = definitionOf([receive, node(2, "tools.delay", { config: { seconds: 3_000 } })]);
    const { path, scenarioId } = await publishScenario(backend.owner, waits);
    const ids = [requireRunId(await post(backend.t, path, {})), requireRunId(await post(backend.t, path, {}))];
    expect(await codeOf(bulk({ act: "cancel", filter: {} }))).toBe("invalid");
    await bulk({ act: "cancel", filter: { scenarioId } });
    await pass(500);
    await pass(500);
    for (const id of ids) expect(await getRow(backend.t, id)).toMatchObject({ state: "cancelled" });
  });
});
