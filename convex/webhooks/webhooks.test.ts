import { describe, expect, it, vi } from "vitest";
import { api, internal } from "../_generated/api.js";
import type { Id } from "../_generated/dataModel.d.ts";
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
  variables,
  useBackend,
} from "../runs/harness.support.ts";
import { createMember, setEnv } from "../test.support.ts";
import { pruneSample } from "./samples.ts";
import { toHttpResponse } from "./response.ts";

const backend = useBackend();
const echo = definitionOf([receive, variables(2, { v: "{{1.body.n}}" })]);

const { at } = backend;
const countRuns = () => backend.t.run(async (ctx) => (await ctx.db.query("runs").collect()).length);
const setEnabled = (scenarioId: Id<"scenarios">, enabled: boolean) =>
  backend.owner.client.mutation(api.scenarios.mutations.updateScenario, { ...at(), scenarioId, enabled });

describe("the address", () => {
  it("has a token of 192 bits, stored hashed and sealed, and shown to who may edit", async () => {
    const { path, scenarioId } = await publishScenario(backend.owner, echo);
    const token = path.replace("/hooks/", "");
    expect(token).toMatch(/^[A-Za-z0-9_-]{32}$/);
    const rows = await backend.t.run((ctx) => ctx.db.query("webhooks").collect());
    expect(JSON.stringify(rows)).not.toContain(token);
    const viewer = await createMember(backend.t, backend.owner.organizationId, "viewer");
    expect(await viewer.client.query(api.scenarios.queries.getScenario, { ...at(), scenarioId })).toMatchObject({
      webhookUrl: null,
    });
  });

  it.each(["/hooks/short", "/hooks/aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", "/hooks/a/b"])(
    "answers 404 where there is none: %s",
    async (path) => {
      expect(await post(backend.t, path, {})).toMatchObject({ status: 404, error: { code: "not_found" } });
    },
  );
});

describe("a request", () => {
  it("becomes a bundle without the sender's credentials", async () => {
    const { path } = await publishScenario(backend.owner, echo);
    const headers = { authorization: "Bearer mine", cookie: "a=b", "x-source": "shop" };
    const runId = requireRunId(await post(backend.t, `${path}?a=1&b=two`, { n: 1 }, headers));
    const { payload } = await getDetail(backend.owner, runId);
    expect(JSON.parse(payload ?? "")).toEqual({
      method: "POST",
      headers: { "content-type": "application/json", "x-source": "shop" },
      query: { a: "1", b: "two" },
      body: { n: 1 },
      receivedAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/),
    });
  });

  it.each([
    ["text/plain", "hello", "hello"],
    ["application/x-www-form-urlencoded", "a=1&b=2&b=3", { a: "1", b: ["2", "3"] }],
    ["application/vnd.shop+json; charset=utf-8", '{"a":1}', { a: 1 }],
    ["application/json", "", null],
    ["", '{"a":1}', { a: 1 }],
    ["", "not json", "not json"],
  ])("is read by its content type (%s: %s)", async (type, text, expected) => {
    const { path } = await publishScenario(backend.owner, echo);
    const answer = await post(backend.t, path, text, { "content-type": type });
    const { payload } = await getDetail(backend.owner, requireRunId(answer));
    expect((JSON.parse(payload ?? "") as { body: unknown }).body).toEqual(expected);
  });

  it("keeps keys that Convex objects refuse", async () => {
    const { path } = await publishScenario(backend.owner, echo);
    const text = '{"$ref":1,"é":2,"__proto__":{"x":1},"":3}';
    const { payload } = await getDetail(backend.owner, requireRunId(await post(backend.t, path, text)));
    expect(payload).toContain(text);
  });

  it("may be a GET", async () => {
    const { path } = await publishScenario(backend.owner, echo);
    const response = await backend.t.fetch(`${path}?n=1`, { method: "GET" });
    expect(response.status).toBe(202);
  });

  it("is refused as malformed, and stores nothing", async () => {
    const { path } = await publishScenario(backend.owner, echo);
    expect(await post(backend.t, path, "{nope")).toMatchObject({ status: 400, error: { code: "malformed" } });
    expect(await post(backend.t, path, `${"[".repeat(201)}${"]".repeat(201)}`)).toMatchObject({ status: 400 });
    expect(await post(backend.t, path, {}, { "idempotency-key": "k".repeat(256) })).toMatchObject({ status: 400 });
    expect(await countRuns()).toBe(0);
  });

  it("is refused over the size limit, and stores nothing", async () => {
    const { path } = await publishScenario(backend.owner, echo);
    setEnv("PATCHBAY_MAX_BODY_BYTES", "1000");
    expect(await post(backend.t, path, { a: "x".repeat(995) })).toMatchObject({
      status: 413,
      error: { code: "too_large" },
    });
    expect(await post(backend.t, path, { a: "x".repeat(900) })).toMatchObject({ status: 202 });
    expect(await countRuns()).toBe(1);
    expect(await backend.t.run((ctx) => ctx.db.system.query("_storage").collect())).toEqual([]);
  });

  it("is refused while the scenario is off, deleted or never published", async () => {
    const { path, scenarioId } = await publishScenario(backend.owner, echo);
    await setEnabled(scenarioId, false);
    expect(await post(backend.t, path, {})).toMatchObject({ status: 404 });
    await setEnabled(scenarioId, true);
    expect(await post(backend.t, path, {})).toMatchObject({ status: 202 });
    await backend.owner.client.mutation(api.scenarios.mutations.archiveScenario, { ...at(), scenarioId });
    expect(await post(backend.t, path, {})).toMatchObject({ status: 404 });
    expect(await countRuns()).toBe(1);
  });

  it("leaves no file behind when it is refused", async () => {
    const { path, scenarioId } = await publishScenario(backend.owner, echo);
    await setEnabled(scenarioId, false);
    expect(await post(backend.t, path, { a: "x".repeat(300_000) })).toMatchObject({ status: 404 });
    expect(await backend.t.run((ctx) => ctx.db.system.query("_storage").collect())).toEqual([]);
  });

  it("is refused with 429 and Retry-After while its shard is far behind", async () => {
    const { path } = await publishScenario(backend.owner, echo);
    await backend.t.run(async (ctx) => {
      for (let shard = 0; shard < 16; shard++) {
        await ctx.db.insert("runTickets", {
          shard,
          generation: 1,
          watchedUntil: 0,
          overloadedUntil: Date.now() + 1_500,
        });
      }
    });
    const refused = await post(backend.t, path, {});
    expect(refused).toMatchObject({ status: 429, error: { code: "rate_limited" } });
    expect(refused.headers.get("retry-after")).toBe("2");
    vi.advanceTimersByTime(1_600);
    expect(await post(backend.t, path, {})).toMatchObject({ status: 202 });
  });
});

describe("an Idempotency-Key", () => {
  it("gives the same run for 24 hours, and 422 with another body", async () => {
    const { path } = await publishScenario(backend.owner, echo);
    const key = { "idempotency-key": "order-1" };
    const runId = requireRunId(await post(backend.t, path, { n: 1 }, key));
    expect(requireRunId(await post(backend.t, path, { n: 1 }, key))).toBe(runId);
    expect(await post(backend.t, path, { n: 2 }, key)).toMatchObject({ status: 422, error: { code: "invalid" } });
    expect(requireRunId(await post(backend.t, path, { n: 1 }, { "idempotency-key": "order-2" }))).not.toBe(runId);
    expect(await countRuns()).toBe(2);
    vi.setSystemTime(Date.now() + 24 * 3_600_000 + 1);
    expect(requireRunId(await post(backend.t, path, { n: 2 }, key))).not.toBe(runId);
  });

  it("counts per webhook", async () => {
    const [one, two] = [await publishScenario(backend.owner, echo), await publishScenario(backend.owner, echo)];
    const key = { "idempotency-key": "same" };
    const first = requireRunId(await post(backend.t, one.path, { n: 1 }, key));
    expect(requireRunId(await post(backend.t, two.path, { n: 2 }, key))).not.toBe(first);
  });

  it("is forgotten in the background", async () => {
    const { path } = await publishScenario(backend.owner, echo);
    await post(backend.t, path, { n: 1 }, { "idempotency-key": "old" });
    vi.setSystemTime(Date.now() + 25 * 3_600_000);
    await backend.t.mutation(internal.runs.retention.cleanShared, {});
    expect(await backend.t.run((ctx) => ctx.db.query("webhookDeliveries").collect())).toEqual([]);
  });
});

describe("webhook.respond", () => {
  const respond = (id: number, config: Record<string, string | number>) => node(id, "webhook.respond", { config });

  it("answers the caller in the same transaction where nothing else is needed", async () => {
    const config = { status: 201, body: "{{1.body}}" };
    const { path } = await publishScenario(backend.owner, definitionOf([receive, respond(2, config)]));
    const response = await backend.t.fetch(path, {
      method: "POST",
      body: '{"n":1}',
      headers: { "content-type": "application/json" },
    });
    expect(response.status).toBe(201);
    expect(await response.json()).toEqual({ n: 1 });
    expect(response.headers.get("content-security-policy")).toContain("sandbox");
  });

  it("answers after an effect, while the caller waits", async () => {
    stubService(() => okJson({ id: 7 }));
    const nodes = [receive, request(2), respond(3, { body: "order {{2.body.id}}" })];
    const { path } = await publishScenario(backend.owner, definitionOf(nodes));
    const waiting = backend.t.fetch(path, { method: "POST", body: "{}" });
    await settle(backend.t);
    await vi.advanceTimersByTimeAsync(1_000);
    const response = await waiting;
    expect(await response.text()).toBe("order 7");
    expect(response.headers.get("content-type")).toContain("text/plain");
  });

  it("that is never reached gets the caller a 202 when the run ends", async () => {
    const edges = [
      {
        from: 1,
        to: 2,
        kind: "next" as const,
        filter: { conditions: [[{ left: "{{1.body.n}}", operator: "exists" as const }]] },
      },
    ];
    const { path } = await publishScenario(backend.owner, definitionOf([receive, respond(2, {})], edges));
    expect(await post(backend.t, path, {})).toMatchObject({ status: 202 });
  });

  it("that comes too late gets the caller a 202 after 30 seconds", async () => {
    const nodes = [receive, node(2, "tools.delay", { config: { seconds: 3_000 } }), respond(3, {})];
    const { path } = await publishScenario(backend.owner, definitionOf(nodes));
    const waiting = post(backend.t, path, {});
    for (let step = 0; step < 70; step++) await vi.advanceTimersByTimeAsync(500);
    const runId = requireRunId(await waiting);
    expect((await getRow(backend.t, runId)).state).toBe("waiting");
    vi.setSystemTime(Date.now() + 2 * 3_600_000);
    await backend.t.mutation(internal.runs.internal.wake, {
      runId,
      generation: (await getRow(backend.t, runId)).generation,
    });
    vi.setSystemTime(Date.now() + 2 * 3_600_000);
    await backend.t.mutation(internal.runs.sweeper.sweep, {});
    expect(await backend.t.run((ctx) => ctx.db.query("runResponses").collect())).toEqual([]);
  });

  it("cannot set headers that are the server's own, nor break the answer", async () => {
    const headers = [
      { name: "Content-Security-Policy", value: "none" },
      { name: "Bad\nName", value: "x" },
      { name: "clear-site-data", value: '"*"' },
      { name: "Set-Cookie", value: "session=1" },
      { name: "Strict-Transport-Security", value: "max-age=1" },
      { name: "X-Content-Type-Options", value: "sniff" },
      { name: "X-Fine", value: "yes" },
    ];
    const response = toHttpResponse({ status: 204, headers, body: { ignored: true } });
    expect(response.status).toBe(204);
    expect(response.headers.get("content-security-policy")).toContain("sandbox");
    expect(response.headers.get("x-fine")).toBe("yes");
    expect(response.headers.get("x-content-type-options")).toBe("nosniff");
    for (const name of ["clear-site-data", "set-cookie", "strict-transport-security"]) {
      expect(response.headers.has(name)).toBe(false);
    }
    expect(toHttpResponse({ status: 99, headers: [], body: null }).status).toBe(200);
  });
});

it.each(["OPTIONS", "HEAD"])("starts no run on %s", async (method) => {
  const { path } = await publishScenario(backend.owner, echo);
  const response = await backend.t.fetch(path, { method });
  expect(response.status).toBe(405);
  expect(response.headers.get("allow")).toContain("POST");
  expect(await countRuns()).toBe(0);
});

it("starts no run for a number that is none in JSON", async () => {
  const { path } = await publishScenario(backend.owner, echo);
  expect(await post(backend.t, path, '{"n":1e400}')).toMatchObject({ status: 400, error: { code: "malformed" } });
  expect(await countRuns()).toBe(0);
});

describe("listening", () => {
  const listening = (scenarioId: Id<"scenarios">) =>
    backend.owner.client.query(api.webhooks.queries.getListening, { ...at(), scenarioId });

  it("keeps the newest five requests, also while the scenario is off", async () => {
    const created = await backend.owner.client.mutation(api.scenarios.mutations.createScenario, {
      ...at(),
      name: "New",
    });
    const { scenarioId } = created;
    const { url } = await listening(scenarioId);
    const path = new URL(url).pathname;
    expect(await post(backend.t, path, {})).toMatchObject({ status: 404 });
    await backend.owner.client.mutation(api.webhooks.mutations.startListening, { ...at(), scenarioId });
    for (let n = 1; n <= 7; n++)
      expect(await post(backend.t, path, { n })).toMatchObject({ status: 202, captured: true });
    const { samples, listeningUntil } = await listening(scenarioId);
    expect(listeningUntil).toBe(Date.now() + 600_000);
    expect(samples.map(({ bundle }) => (JSON.parse(bundle) as { body: { n: number } }).body.n)).toEqual([
      7, 6, 5, 4, 3,
    ]);
    await backend.owner.client.mutation(api.webhooks.mutations.stopListening, { ...at(), scenarioId });
    expect(await post(backend.t, path, {})).toMatchObject({ status: 404 });
    expect(await countRuns()).toBe(0);
  });

  it("starts runs as well where the scenario is on, and ends by itself", async () => {
    const { path, scenarioId } = await publishScenario(backend.owner, echo);
    await backend.owner.client.mutation(api.webhooks.mutations.startListening, { ...at(), scenarioId });
    requireRunId(await post(backend.t, path, { n: 1 }));
    vi.setSystemTime(Date.now() + 11 * 60_000);
    requireRunId(await post(backend.t, path, { n: 2 }));
    expect((await listening(scenarioId)).samples).toHaveLength(1);
  });

  it("keeps the shape of requests that are too large to keep", async () => {
    const { path, scenarioId } = await publishScenario(backend.owner, echo);
    await backend.owner.client.mutation(api.webhooks.mutations.startListening, { ...at(), scenarioId });
    await post(backend.t, path, { items: Array.from({ length: 5_000 }, (_, id) => ({ id, text: "x".repeat(60) })) });
    const [sample] = (await listening(scenarioId)).samples;
    const { body } = JSON.parse(sample?.bundle ?? "") as { body: { items: { id: number }[] } };
    expect(body.items.map(({ id }) => id)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    expect(sample?.bundle.length).toBeLessThan(5_000);
    expect(pruneSample({ a: [1, null, "x"] })).toEqual({ a: [1, null, "x"] });
  });
});
