import type { DefinitionNode, JsonValue } from "@patchbay/core";
import { describe, expect, it, vi } from "vitest";
import { api, internal } from "../_generated/api.js";
import { createApiClient, createKey } from "../api/v1/http.support.ts";
import {
  definitionOf,
  getDetail,
  getRow,
  node,
  okJson,
  outputOf,
  pass,
  post,
  publishScenario,
  receive,
  request,
  requireRunId,
  settle,
  stubService,
  until,
  untilTrue,
  useBackend,
  variables,
} from "../runs/harness.support.ts";

const backend = useBackend();
const { at } = backend;

const wait = (id: number, config: Record<string, JsonValue> = {}, spec: Partial<DefinitionNode> = {}) =>
  node(id, "tools.wait", { ...spec, config: { title: "Refund {{1.body.n}}", timeoutSeconds: 600, ...config } });
const form: JsonValue[] = [
  { name: "amount", label: "Amount", type: "number", required: true },
  { name: "plan", label: "Plan", type: "choice", choices: "small,large" },
];
const approved = { decision: "approved", fields: { amount: 12 } };
const address = variables(2, { url: "{{resumeUrl(3)}}" });
const addresses = variables(2, { url: "{{resumeUrl(3)}}", page: "{{approvalUrl(3)}}" });

/** Starts a run of the nodes behind a webhook. */
async function start(...nodes: DefinitionNode[]) {
  const { path } = await publishScenario(backend.owner, definitionOf([receive, ...nodes]));
  return requireRunId(await post(backend.t, path, { n: 7 }));
}

type RunId = Awaited<ReturnType<typeof start>>;
const detailOf = (runId: RunId) => getDetail(backend.owner, runId);
const pathOf = (url: string) => new URL(url).pathname;

/** The addresses that node 2 made. */
async function given(runId: RunId) {
  return outputOf(await detailOf(runId), 2) as { url: string; page: string };
}
const tokenIn = (url: string) => url.split("/").at(-1) ?? "";

async function answer(url: string, body: unknown) {
  const text = typeof body === "string" ? body : JSON.stringify(body);
  const response = await backend.t.fetch(pathOf(url), { method: "POST", body: text });
  return { status: response.status, headers: response.headers, body: (await response.json()) as Record<string, never> };
}

const view = (url: string) => backend.t.query(api.waits.queries.getWait, { token: tokenIn(url) });
const openWaits = async (runId: RunId) =>
  (await backend.owner.client.query(api.waits.queries.getOpenWaits, { ...at(), runId })) ?? [];

describe("a run that waits for an approval", () => {
  it("goes on with the answer of whoever has the address, once", async () => {
    const runId = await start(
      addresses,
      wait(3, { message: "For {{1.body.n}}", fields: form }),
      variables(4, { sum: "{{3.fields.amount}}" }),
    );
    expect(await getRow(backend.t, runId)).toMatchObject({ state: "waiting", waitReason: "approval" });
    const { url, page } = await given(runId);
    expect(page).toBe(url.replace("/resume/", "/approve/"));
    expect(await view(page)).toMatchObject({
      state: "open",
      request: {
        kind: "approval",
        title: "Refund 7",
        message: "For 7",
        approveLabel: "Approve",
        fields: [{ name: "amount" }, { choices: ["small", "large"] }],
      },
    });
    const given1 = await backend.t.mutation(api.waits.mutations.answerByToken, {
      token: tokenIn(page),
      answer: JSON.stringify(approved),
    });
    expect(given1).toEqual({ kind: "accepted", early: false, repeated: false });
    const done = await detailOf(runId);
    expect(done.state).toBe("succeeded");
    expect(outputOf(done, 3)).toMatchObject({ ...approved, comment: "", timedOut: false, answeredBy: null });
    expect(outputOf(done, 4)).toEqual({ sum: 12 });
    expect(await view(page)).toMatchObject({
      state: "gone",
      title: "Refund 7",
      gone: { reason: "answered", by: null },
    });
  });

  it("names what is wrong with an answer, and goes on waiting", async () => {
    const runId = await start(addresses, wait(3, { fields: form }));
    const { url } = await given(runId);
    const refused = await answer(url, { decision: "approved", fields: { plan: "huge" } });
    expect(refused).toMatchObject({
      status: 422,
      body: { error: { code: "invalid", details: { fields: [{ field: "fields.amount" }, { field: "fields.plan" }] } } },
    });
    expect(await answer(url, "{")).toMatchObject({ status: 400, body: { error: { code: "malformed" } } });
    expect(await answer(url, `"${"x".repeat(200_000)}"`)).toMatchObject({ status: 413 });
    expect((await getRow(backend.t, runId)).state).toBe("waiting");
    expect(await answer(url, approved)).toMatchObject({ status: 200, body: { accepted: true } });
  });

  it("takes one of two answers that come at once, and the same again for the first", async () => {
    const runId = await start(addresses, wait(3), request(4));
    const calls = stubService(() => okJson({}));
    const { url } = await given(runId);
    const answers = await Promise.all([answer(url, { decision: "approved" }), answer(url, { decision: "rejected" })]);
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 410]);
    await untilTrue(() => calls.length > 0);
    const won = answers[0]?.status === 200 ? "approved" : "rejected";
    expect(await answer(url, { decision: won })).toMatchObject({ status: 200, body: { accepted: true } });
    expect(await answer(url, { decision: won, comment: "x" })).toMatchObject({
      status: 410,
      body: { error: { details: { reason: "answered" } } },
    });
    expect(outputOf(await detailOf(runId), 3)).toMatchObject({ decision: won });
    expect(calls).toHaveLength(1);
    await pass(601_000);
    expect(await answer(url, { decision: won })).toMatchObject({ status: 410 });
  });

  it("is answered, or let go on, by members of its organization, who are named", async () => {
    const runId = await start(wait(3, { fields: form }), wait(5));
    const [open] = await openWaits(runId);
    expect(open).toMatchObject({
      nodeId: 3,
      request: { title: "Refund 7" },
      addresses: { page: expect.stringContaining("/approve/") },
    });
    const call = { ...at(), runId, operationId: open?.operationId ?? 0 };
    const { client } = backend.owner;
    expect(await client.mutation(api.waits.mutations.answerRun, { ...call, answer: "{}" })).toMatchObject({
      kind: "invalid",
    });
    expect(
      await client.mutation(api.waits.mutations.answerRun, { ...call, answer: JSON.stringify(approved) }),
    ).toMatchObject({ kind: "accepted" });
    await expect(client.mutation(api.waits.mutations.skipWait, call)).rejects.toThrow("does not wait for this answer");
    const url = (await openWaits(runId))[0]?.addresses?.resume ?? "";
    await client.mutation(api.waits.mutations.skipWait, { ...at(), runId });
    const done = await detailOf(runId);
    expect(done.state).toBe("succeeded");
    expect(outputOf(done, 3)).toMatchObject({ decision: "approved", answeredBy: expect.stringContaining("Person") });
    expect(outputOf(done, 5)).toMatchObject({ decision: null, timedOut: true });
    expect(await answer(url, approved)).toMatchObject({
      status: 410,
      body: { error: { details: { reason: "skipped" } } },
    });
    const audited = await backend.t.run((ctx) => ctx.db.query("auditEntries").collect());
    expect(audited.map(({ action }) => action)).toEqual(expect.arrayContaining(["run.answered", "run.waitSkipped"]));
  });

  it("shows the address only to members who may answer", async () => {
    const runId = await start(wait(3));
    const { createMember } = await import("../test.support.ts");
    const viewer = await createMember(backend.t, backend.owner.organizationId, "viewer");
    const open = (await viewer.client.query(api.waits.queries.getOpenWaits, { ...at(), runId }))?.[0];
    expect(open).toMatchObject({ nodeId: 3 });
    expect(open).not.toHaveProperty("addresses");
    const sent = await start(addresses, wait(3));
    const token = tokenIn((await given(sent)).url);
    const shown = await viewer.client.query(api.runs.queries.getRun, { ...at(), runId: sent });
    expect(JSON.stringify(shown?.operations)).toContain("/resume/hidden");
    const { scenarioId } = await getRow(backend.t, sent);
    const samples = await viewer.client.query(api.runs.queries.getSamples, { ...at(), scenarioId });
    expect(JSON.stringify([shown, samples])).not.toContain(token);
  });
});

describe("a run that waits for an event", () => {
  const event = (config: Record<string, JsonValue> = {}) =>
    wait(3, { kind: "event", bodyFields: [{ name: "order.id", type: "text" }], ...config });

  it("gets the body that was posted, and nothing from those who only look", async () => {
    const runId = await start(address, event());
    const { url } = await given(runId);
    for (const method of ["GET", "HEAD"]) expect((await backend.t.fetch(pathOf(url), { method })).status).toBe(200);
    const browser = await backend.t.fetch(pathOf(url), { headers: { accept: "text/html" }, redirect: "manual" });
    expect([browser.status, browser.headers.get("location")]).toEqual([303, expect.stringContaining("/approve/")]);
    expect((await backend.t.fetch(pathOf(url), { method: "PUT", body: "{}" })).status).toBe(405);
    expect(await answer(url, { order: {} })).toMatchObject({
      status: 422,
      body: { error: { details: { fields: [{ field: "order.id" }] } } },
    });
    expect((await getRow(backend.t, runId)).state).toBe("waiting");
    expect(await answer(url, { order: { id: "A1" } })).toMatchObject({ status: 200 });
    expect(outputOf(await detailOf(runId), 3)).toMatchObject({ body: { order: { id: "A1" } }, timedOut: false });
  });

  it("tells tokens that nobody was given from nothing", async () => {
    await start(address, event());
    for (const token of ["x".repeat(43), "short", "a".repeat(42) + "/"]) {
      expect((await answer(`https://patchbay.test/resume/${token}`, {})).status).toBe(404);
    }
  });

  it("slows down whoever keeps sending what is refused", async () => {
    const { url } = await given(await start(address, event()));
    for (let count = 0; count < 30; count++) expect((await answer(url, { count })).status).toBe(422);
    const slowed = await answer(url, { order: { id: "A1" } });
    expect([slowed.status, Number(slowed.headers.get("retry-after"))]).toEqual([429, 60]);
    await pass(60_000);
    expect((await answer(url, { order: { id: "A1" } })).status).toBe(200);
  });
});

describe("an answer that comes before the run gets there", () => {
  it("is kept, and taken when it does", async () => {
    let url = "";
    stubService(async () => {
      // The mail was quick: who got it answers while it is still being sent.
      expect(await view(url)).toEqual({ state: "expected", kind: "approval" });
      expect(await answer(url, { decision: "approved" })).toMatchObject({ status: 422 });
      expect(await answer(url, approved)).toMatchObject({ status: 200, body: { accepted: true, early: true } });
      expect(await answer(url, approved)).toMatchObject({ status: 200 });
      expect(await answer(url, { decision: "rejected" })).toMatchObject({ status: 410 });
      return okJson({});
    });
    const runId = await start(
      addresses,
      request(4, { body: { to: "{{2.url}}" } }),
      wait(3, { fields: form }),
      variables(5, { by: "{{3.decision}}" }),
    );
    ({ url } = await given(runId));
    await settle(backend.t);
    const done = await detailOf(runId);
    expect(done.state).toBe("succeeded");
    expect(outputOf(done, 3)).toMatchObject(approved);
    expect(outputOf(done, 5)).toEqual({ by: "approved" });
  });

  it("wins over the end of a short wait, also where nobody handed it in before", async () => {
    const runId = await start(
      addresses,
      node(4, "tools.delay", { config: { seconds: 5 } }),
      wait(3, { timeoutSeconds: 1 }),
    );
    const { url } = await given(runId);
    expect(await answer(url, { decision: "rejected" })).toMatchObject({ body: { early: true } });
    await pass(4_000);
    await vi.advanceTimersByTimeAsync(1_100);
    // Whatever was to hand it in is lost.
    await backend.t.run(async (ctx) => {
      for (const job of await ctx.db.system.query("_scheduled_functions").collect()) {
        if (job.state.kind === "pending") await ctx.scheduler.cancel(job._id);
      }
    });
    if ((await getRow(backend.t, runId)).state === "waiting") {
      await vi.advanceTimersByTimeAsync(30_000);
      await backend.t.mutation(internal.runs.sweeper.sweep, {});
    }
    await settle(backend.t);
    expect(outputOf(await detailOf(runId), 3)).toMatchObject({ decision: "rejected", timedOut: false });
  });

  it("is told so when the run ends without having waited", async () => {
    const runId = await start(addresses, node(4, "tools.stop"), wait(3));
    const { url } = await given(runId);
    expect(await answer(url, approved)).toMatchObject({
      status: 410,
      body: { error: { details: { reason: "ended" } } },
    });
    expect((await getRow(backend.t, runId)).state).toBe("succeeded");
  });
});

describe("the end of a wait", () => {
  it("goes on without an answer; one that comes then is too late", async () => {
    const runId = await start(addresses, wait(3, { timeoutSeconds: 60 }), wait(5));
    const { url, page } = await given(runId);
    await pass(61_000);
    const detail = await detailOf(runId);
    expect(outputOf(detail, 3)).toMatchObject({ timedOut: true, decision: null });
    expect(await openWaits(runId)).toMatchObject([{ nodeId: 5 }]);
    expect(await answer(url, { decision: "approved" })).toMatchObject({
      status: 410,
      body: { error: { details: { reason: "expired" } } },
    });
    expect(await view(page)).toMatchObject({ state: "gone", gone: { reason: "expired" } });
  });

  it("refuses an answer at its very moment, before the timer has come", async () => {
    const { url } = await given(await start(addresses, wait(3, { timeoutSeconds: 60 })));
    vi.setSystemTime(Date.now() + 60_000);
    expect(await answer(url, { decision: "approved" })).toMatchObject({ status: 410 });
  });

  it("takes the error route where the node is to fail", async () => {
    const fails = wait(3, { timeoutSeconds: 60, onTimeout: "fail" });
    const resume = node(4, "error.resume", { config: { output: { late: "{{3.error.kind}}" } } });
    const { path } = await publishScenario(
      backend.owner,
      definitionOf(
        [receive, fails, resume, variables(5, { late: "{{3.late}}" })],
        [
          { from: 1, to: 3, kind: "next" },
          { from: 3, to: 4, kind: "error" },
          { from: 3, to: 5, kind: "next" },
        ],
      ),
    );
    const runId = requireRunId(await post(backend.t, path, {}));
    await settle(backend.t);
    expect(outputOf(await detailOf(runId), 5)).toEqual({ late: "timeout" });
  });

  it("comes with the run's own: a stopped run takes no answer", async () => {
    const runId = await start(addresses, wait(3));
    const { url } = await given(runId);
    await backend.owner.client.mutation(api.runs.mutations.cancelRun, { ...at(), runId });
    expect(await answer(url, approved)).toMatchObject({
      status: 410,
      body: { error: { message: expect.stringContaining("cancelled") } },
    });
  });
});

describe("tokens", () => {
  it("are not stored, and differ between runs, nodes and items", async () => {
    const two = variables(2, { url: "{{resumeUrl(3)}}", page: "{{resumeUrl(5)}}" });
    const runs = [await start(two, wait(3), wait(5)), await start(two, wait(3), wait(5))];
    const urls = (await Promise.all(runs.map(given))).flatMap(({ url, page }) => [url, page]);
    expect(new Set(urls).size).toBe(4);
    const rows = await backend.t.run((ctx) => ctx.db.query("runWaits").collect());
    expect(rows).toHaveLength(4);
    for (const url of urls) expect(JSON.stringify(rows)).not.toContain(tokenIn(url));
  });

  it("of a run last as long as the keyring can read the key that they were made with", async () => {
    const runId = await start(addresses, wait(3));
    const { url } = await given(runId);
    const { testKeyring, setEnv } = await import("../test.support.ts");
    setEnv("PATCHBAY_KEYRING", JSON.stringify({ ...testKeyring, current: "k1" }));
    expect((await openWaits(runId))[0]?.addresses?.resume).toBe(url);
    expect(await answer(url, { decision: "approved" })).toMatchObject({ status: 200 });
  });
});

describe("waiting", () => {
  it("happens for each item of an iterator", async () => {
    const nodes = [
      receive,
      node(2, "tools.iterate", { config: { array: "{{1.body}}" } }),
      request(4, { body: { to: "{{resumeUrl(3)}}" } }),
      wait(3),
    ];
    const { path } = await publishScenario(backend.owner, definitionOf(nodes));
    const urls: string[] = [];
    stubService(({ body }) => {
      urls.push((JSON.parse(body) as { to: string }).to);
      return okJson({});
    });
    const runId = requireRunId(await post(backend.t, path, ["a", "b"]));
    await until(backend.t, runId, "waiting");
    expect(await answer(urls[0] ?? "", { decision: "approved", comment: "a" })).toMatchObject({ status: 200 });
    await until(backend.t, runId, "waiting");
    expect(await answer(urls[0] ?? "", { decision: "rejected" })).toMatchObject({ status: 410 });
    expect(await answer(urls[1] ?? "", { decision: "approved", comment: "b" })).toMatchObject({ status: 200 });
    await settle(backend.t);
    const done = await detailOf(runId);
    const comments = done.operations
      .filter(({ nodeId }) => nodeId === 3)
      .map(({ output }) => (JSON.parse(output) as { comment: string }).comment);
    expect(comments).toEqual(["a", "b"]);
  });

  it("happens for several items at once, answered in any order, also while others are at work", async () => {
    const iterate = node(2, "tools.iterate", { config: { array: "{{1.body}}", concurrency: 3 } });
    const nodes = [receive, iterate, request(4, { body: { to: "{{resumeUrl(3)}}" } }), wait(3)];
    const { path } = await publishScenario(backend.owner, definitionOf(nodes));
    const urls: string[] = [];
    let release = (): void => undefined;
    stubService(async ({ body }) => {
      const count = urls.push((JSON.parse(body) as { to: string }).to);
      // The third one's mail takes its time.
      if (count === 3) await new Promise<void>((resolve) => (release = resolve));
      return okJson({});
    });
    const runId = requireRunId(await post(backend.t, path, ["a", "b", "c"]));
    await untilTrue(() => urls.length === 3);
    await pass(2_000);
    expect((await getRow(backend.t, runId)).state).toBe("running");
    expect((await openWaits(runId)).map(({ bundlePath }) => bundlePath)).toEqual(["1.1", "1.2"]);
    const [first = "", second = "", third = ""] = urls;
    expect(await answer(second, { decision: "approved", comment: "2" })).toMatchObject({
      status: 200,
      body: { early: true },
    });
    expect(await answer(second, { decision: "rejected" })).toMatchObject({ status: 410 });
    release();
    await until(backend.t, runId, "waiting");
    await pass(4_000);
    expect((await openWaits(runId)).map(({ bundlePath }) => bundlePath)).toEqual(["1.1", "1.3"]);
    expect(await answer(third, { decision: "approved", comment: "3" })).toMatchObject({ status: 200 });
    expect(await answer(first, { decision: "approved", comment: "1" })).toMatchObject({ status: 200 });
    await settle(backend.t);
    const done = await detailOf(runId);
    expect(done.state).toBe("succeeded");
    const answered = done.operations.filter(({ nodeId }) => nodeId === 3);
    const byPath = answered.map(({ bundlePath, output }) => [
      bundlePath,
      (JSON.parse(output) as { comment: string }).comment,
    ]);
    expect(byPath.sort()).toEqual([
      ["1.1", "1"],
      ["1.2", "2"],
      ["1.3", "3"],
    ]);
  });

  it("counts as being under way", async () => {
    const definition = { ...definitionOf([receive, addresses, wait(3)]), settings: { maxConcurrentRuns: 1 } };
    const { path } = await publishScenario(backend.owner, definition);
    const first = requireRunId(await post(backend.t, path, {}));
    const second = requireRunId(await post(backend.t, path, {}));
    expect((await getRow(backend.t, second)).state).toBe("queued");
    await answer((await given(first)).url, { decision: "approved" });
    await until(backend.t, second, "waiting");
  });

  it("is told in lists, and over the HTTP API, which answers as well", async () => {
    const runId = await start(wait(3, { fields: form }), wait(5, { title: "Ship it" }));
    const listed = async () => {
      const args = { ...at(), paginationOpts: { numItems: 5, cursor: null } };
      return (await backend.owner.client.query(api.runs.queries.listRuns, args)).page.find(({ id }) => id === runId);
    };
    expect(await listed()).toMatchObject({ state: "waiting", waitsFor: "Refund 7" });
    const call = createApiClient(backend.t, await createKey(backend.owner));
    expect(await call("GET", `/runs/${runId}/waits`)).toMatchObject({
      status: 200,
      body: {
        items: [
          { nodeId: 3, request: { kind: "approval", title: "Refund 7" }, addresses: { page: expect.any(String) } },
        ],
      },
    });
    expect(await call("POST", `/runs/${runId}/resume`, { answer: { decision: "approved" } })).toMatchObject({
      status: 422,
      body: { error: { code: "invalid", details: { fields: [{ field: "fields.amount" }] } } },
    });
    expect(await call("POST", `/runs/${runId}/resume`, { answer: approved })).toMatchObject({
      status: 200,
      body: { state: "waiting" },
    });
    expect(await listed()).toMatchObject({ waitsFor: "Ship it" });
    expect(await call("POST", `/runs/${runId}/resume`, { skip: true })).toMatchObject({
      status: 200,
      body: { state: "succeeded" },
    });
    expect(await listed()).not.toHaveProperty("waitsFor");
    expect((await call("POST", `/runs/${runId}/resume`, { skip: true })).status).toBe(409);
    expect((await call("POST", `/runs/${runId}/resume`, { skip: true, answer: 1 })).status).toBe(422);
    expect(outputOf(await detailOf(runId), 3)).toMatchObject({ decision: "approved", answeredBy: expect.any(String) });
  });

  it("leaves nothing behind when its run is deleted", async () => {
    const runId = await start(addresses, wait(3));
    await answer((await given(runId)).url, { decision: "approved" });
    vi.setSystemTime(Date.now() + 31 * 86_400_000);
    await backend.t.mutation(internal.retention.cleaning.cleanOrganization, at());
    expect(await backend.t.run((ctx) => ctx.db.query("runWaits").collect())).toEqual([]);
  });
});
