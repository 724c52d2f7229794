import { readWebhookSettings, type JsonValue } from "@patchbay/core";
import { describe, expect, it, vi } from "vitest";
import { api } from "../_generated/api.js";
import type { Id } from "../_generated/dataModel.d.ts";
import {
  definitionOf,
  getDetail,
  node,
  post,
  publishDraft,
  publishScenario,
  requireRunId,
  saveDraft,
  useBackend,
  variables,
} from "../runs/harness.support.ts";
import { createOwner } from "../test.support.ts";
import { createOrganizationLimit } from "./limits.ts";
import { createRefusalBuffer } from "./refusals.ts";
import { signatureHeaders } from "./signature.ts";

const backend = useBackend();
const { at } = backend;

const guarded = (config: Record<string, JsonValue>) =>
  definitionOf([node(1, "webhook.receive", { config }), variables(2, { v: "{{1.body.n}}" })]);
const countRuns = () => backend.t.run(async (ctx) => (await ctx.db.query("runs").collect()).length);
const setSecret = (scenarioId: Id<"scenarios">, args: { given?: string; overlapHours?: number } = {}) =>
  backend.owner.client.mutation(api.webhooks.mutations.setSecret, { ...at(), scenarioId, ...args });
const security = (scenarioId: Id<"scenarios">) =>
  backend.owner.client.query(api.webhooks.queries.getSecurity, { ...at(), scenarioId });

/** A published webhook with settings and a secret. */
async function publishGuarded(config: Record<string, JsonValue>, given = "first-secret") {
  const published = await publishScenario(backend.owner, guarded({}));
  await setSecret(published.scenarioId, { given });
  await saveDraft(backend.owner, published.scenarioId, guarded(config));
  await publishDraft(backend.owner, published.scenarioId);
  return published;
}

async function sign(config: Record<string, JsonValue>, secret: string, body: string, nowMs = Date.now()) {
  const read = readWebhookSettings(config);
  if (!read.ok || read.settings.authentication.kind !== "signature") throw new Error("no signature");
  return await signatureHeaders(read.settings.authentication.scheme, { secret, body, nowMs });
}

const signed = { authentication: "signature", signaturePreset: "slack" };

describe("a signed webhook", () => {
  it("takes what is signed, refuses what is forged, stale or unsigned, and shows its owner why", async () => {
    const { path, scenarioId } = await publishGuarded(signed);
    const good = await sign(signed, "first-secret", '{"n":1}');
    requireRunId(await post(backend.t, path, '{"n":1}', good));
    const refused = [
      await post(backend.t, path, '{"n":2}', good),
      await post(backend.t, path, '{"n":1}', await sign(signed, "guess", '{"n":1}')),
      await post(backend.t, path, '{"n":1}', await sign(signed, "first-secret", '{"n":1}', Date.now() - 301_000)),
      await post(backend.t, path, '{"n":1}', await sign(signed, "first-secret", '{"n":1}', Date.now() + 301_000)),
      await post(backend.t, path, '{"n":1}'),
    ];
    for (const answer of refused) {
      expect(answer).toMatchObject({
        status: 401,
        error: { code: "unauthenticated", message: "The request was refused.", details: null },
      });
    }
    expect(await countRuns()).toBe(1);
    const { refusals } = await security(scenarioId);
    expect(refusals.countsLastDay).toEqual({ signature: 3, timestamp: 2 });
    expect(refusals.latest).toContainEqual(expect.objectContaining({ detail: "the signature does not match" }));
    expect(refusals.latest).toHaveLength(5);
  });

  it("starts nothing for what was overheard and is sent again, but for the same event sent anew", async () => {
    const { path } = await publishGuarded(signed);
    const headers = await sign(signed, "first-secret", "{}");
    const runId = requireRunId(await post(backend.t, path, "{}", headers));
    expect(await post(backend.t, path, "{}", headers)).toMatchObject({ status: 202, runId, repeated: true });
    vi.setSystemTime(Date.now() + 5_000);
    const anew = await sign(signed, "first-secret", "{}");
    expect(requireRunId(await post(backend.t, path, "{}", anew))).not.toBe(runId);
    expect(await countRuns()).toBe(2);
  });

  it("cannot be published before it has a secret, nor lose the last one", async () => {
    await expect(publishScenario(backend.owner, guarded(signed))).rejects.toThrow("webhook_secret_missing");
    const { scenarioId } = await publishGuarded(signed);
    const remove = { ...at(), scenarioId, which: "all" as const };
    await expect(backend.owner.client.mutation(api.webhooks.mutations.removeSecret, remove)).rejects.toThrow(
      "Publish one that does not",
    );
  });

  it("takes both secrets while one replaces the other, and only the new one then", async () => {
    const { path, scenarioId } = await publishGuarded(signed);
    const send = async (secret: string) => (await post(backend.t, path, "{}", await sign(signed, secret, "{}"))).status;
    expect(await send("first-secret")).toBe(202);
    const { secret, previousValidUntil } = await setSecret(scenarioId, { overlapHours: 2 });
    expect(secret).toMatch(/^[\w-]{43}$/);
    expect(previousValidUntil).toBe(Date.now() + 7_200_000);
    expect([await send("first-secret"), await send(secret)]).toEqual([202, 202]);
    vi.setSystemTime(Date.now() + 7_200_001);
    expect([await send("first-secret"), await send(secret)]).toEqual([401, 202]);
    const next = await setSecret(scenarioId, { given: "given-by-them" });
    expect([next.secret, await send("given-by-them"), await send(secret)]).toEqual(["given-by-them", 202, 202]);
    const end = { ...at(), scenarioId, which: "previous" as const };
    await backend.owner.client.mutation(api.webhooks.mutations.removeSecret, end);
    expect([await send("given-by-them"), await send(secret)]).toEqual([202, 401]);
    await setSecret(scenarioId, { given: "at-once-123", overlapHours: 0 });
    expect([await send("given-by-them"), await send("at-once-123")]).toEqual([401, 202]);
  });

  it("keeps its secrets sealed, and says of them only since and until when", async () => {
    const { scenarioId } = await publishGuarded(signed, "canary-5e1f");
    const rows = await backend.t.run(async (ctx) =>
      JSON.stringify([await ctx.db.query("webhooks").collect(), await ctx.db.query("auditEntries").collect()]),
    );
    expect(rows).not.toContain("canary");
    expect((await security(scenarioId)).secrets).toEqual([{ createdAt: Date.now(), validUntil: null }]);
    await expect(setSecret(scenarioId, { given: "short" })).rejects.toThrow("8 characters");
  });

  it("is not told from one that is off by who cannot sign", async () => {
    const { path, scenarioId } = await publishGuarded(signed);
    const off = { ...at(), scenarioId, enabled: false };
    await backend.owner.client.mutation(api.scenarios.mutations.updateScenario, off);
    expect((await post(backend.t, path, "{}")).status).toBe(404);
  });
});

it("takes a secret in a header, and keeps it out of the bundle", async () => {
  const { path } = await publishGuarded({ authentication: "header", secretHeader: "X-Token" });
  expect((await post(backend.t, path, {}, { "x-token": "other" })).status).toBe(401);
  const runId = requireRunId(await post(backend.t, path, {}, { "x-token": "first-secret" }));
  expect((await getDetail(backend.owner, runId)).payload).not.toContain("first-secret");
});

it("takes only the methods it names, and any of them where it names none", async () => {
  const { path, scenarioId } = await publishScenario(backend.owner, guarded({ methods: ["PUT"] }));
  const refused = await post(backend.t, path, {});
  expect([refused.status, refused.headers.get("allow")]).toEqual([405, "PUT"]);
  expect((await backend.t.fetch(path, { method: "PUT", body: "{}" })).status).toBe(202);
  await saveDraft(backend.owner, scenarioId, guarded({}));
  await publishDraft(backend.owner, scenarioId);
  expect((await post(backend.t, path, {})).status).toBe(202);
});

it("refuses a body that does not fit its schema, and names the field", async () => {
  const bodySchema = {
    type: "object",
    required: ["order"],
    properties: { order: { type: "object", properties: { total: { type: "number" } } } },
  };
  const { path, scenarioId } = await publishScenario(backend.owner, guarded({ bodySchema }));
  expect(await post(backend.t, path, { order: { total: "12" } })).toMatchObject({
    status: 422,
    error: { code: "invalid", details: { field: "body.order.total" }, message: expect.stringContaining("a number") },
  });
  expect(await post(backend.t, path, {})).toMatchObject({ status: 422, error: { details: { field: "body.order" } } });
  expect(await countRuns()).toBe(0);
  requireRunId(await post(backend.t, path, { order: { total: 12 } }));
  expect((await security(scenarioId)).refusals.countsLastDay).toEqual({ schema: 2 });
});

describe("an event's own id", () => {
  it.each([
    ["header", { eventIdIn: "header", eventIdHeader: "X-Event-Id" }, { "x-event-id": "e1" }],
    ["body", { eventIdIn: "body", eventIdPath: "body.id" }, {}],
  ])("in the %s starts one run, whatever else differs", async (_place, config, headers) => {
    const { path } = await publishScenario(backend.owner, guarded({ ...config, eventIdHours: 2 }));
    const runId = requireRunId(await post(backend.t, path, { id: "e1", n: 1 }, headers));
    expect(await post(backend.t, path, { id: "e1", n: 1 }, headers)).toMatchObject({ runId, repeated: true });
    expect(await post(backend.t, path, { id: "e1", n: 2 }, headers)).toMatchObject({ runId, bodyDiffers: true });
    expect(await countRuns()).toBe(1);
    vi.setSystemTime(Date.now() + 2 * 3_600_000 + 1);
    expect(requireRunId(await post(backend.t, path, { id: "e1", n: 1 }, headers))).not.toBe(runId);
  });

  it("is no Idempotency-Key, and requests without one are each their own", async () => {
    const { path } = await publishScenario(backend.owner, guarded({ eventIdIn: "body", eventIdPath: "id" }));
    const first = requireRunId(await post(backend.t, path, { id: "k" }));
    const other = requireRunId(await post(backend.t, path, { n: 1 }, { "idempotency-key": "k" }));
    expect(other).not.toBe(first);
    expect(requireRunId(await post(backend.t, path, { n: 1 }))).not.toBe(other);
    expect(await countRuns()).toBe(3);
  });

  it("starts one run when it comes several times at once", async () => {
    const { path } = await publishScenario(backend.owner, guarded({ eventIdIn: "body", eventIdPath: "id" }));
    const answers = await Promise.all(Array.from({ length: 8 }, () => post(backend.t, path, { id: 7 })));
    expect(new Set(answers.map(requireRunId)).size).toBe(1);
    expect(await countRuns()).toBe(1);
  });
});

describe("a rate limit", () => {
  it("answers 429 with Retry-After beyond the burst, and fills again", async () => {
    const { path, scenarioId } = await publishScenario(backend.owner, guarded({ rateLimit: 60, rateBurst: 3 }));
    const statuses = async (count: number) => {
      const seen: number[] = [];
      for (let n = 0; n < count; n++) seen.push((await post(backend.t, path, {})).status);
      return seen;
    };
    expect(await statuses(4)).toEqual([202, 202, 202, 429]);
    expect((await post(backend.t, path, {})).headers.get("retry-after")).toBe("1");
    vi.setSystemTime(Date.now() + 2_000);
    expect(await statuses(3)).toEqual([202, 202, 429]);
    expect((await security(scenarioId)).refusals.countsLastDay).toEqual({ rate_limit: 3 });
  });

  it("that is high is spread over several rows, and still holds", async () => {
    const { path } = await publishScenario(backend.owner, guarded({ rateLimit: 600, rateBurst: 20 }));
    let taken = 0;
    for (let n = 0; n < 60; n++) if ((await post(backend.t, path, {})).status === 202) taken += 1;
    expect(taken).toBe(20);
    expect(await backend.t.run(async (ctx) => (await ctx.db.query("webhookBuckets").collect()).length)).toBe(5);
  });

  it("of an organization is counted by the minute", () => {
    const limit = createOrganizationLimit(2);
    expect([limit.take("a", 0), limit.take("a", 10), limit.take("a", 20_000), limit.take("b", 20_000)]).toEqual([
      0, 0, 40_000, 0,
    ]);
    expect(limit.take("a", 60_000)).toBe(0);
  });
});

it("answers as the service wants it, and sends challenges back without a run", async () => {
  const answer = { answer: "custom", answerStatus: 200, answerBody: '{"ok":true}', answerType: "application/json" };
  const challenge = { challengeIn: "query", challengeParameter: "hub.challenge" };
  const { path, scenarioId } = await publishScenario(backend.owner, guarded({ ...answer, ...challenge }));
  const asked = await backend.t.fetch(`${path}?hub.challenge=<b>1`, { method: "GET" });
  expect([asked.status, await asked.text()]).toEqual([200, "<b>1"]);
  expect(asked.headers.get("content-type")).toContain("text/plain");
  expect(asked.headers.get("content-security-policy")).toContain("sandbox");
  expect(await countRuns()).toBe(0);
  const response = await backend.t.fetch(path, { method: "POST", body: "{}" });
  expect([response.status, await response.json()]).toEqual([200, { ok: true }]);
  await saveDraft(backend.owner, scenarioId, guarded({ challengeIn: "body" }));
  await publishDraft(backend.owner, scenarioId);
  const init = { method: "POST", body: '{"challenge":"c-9"}', headers: { "content-type": "application/json" } };
  expect(await (await backend.t.fetch(path, init)).text()).toBe("c-9");
  expect(await countRuns()).toBe(1);
});

it("lets in only the addresses it names, and says nothing of why", async () => {
  const { path } = await publishScenario(backend.owner, guarded({ allowedAddresses: ["203.0.113.0/24"] }));
  // The test's host knows no addresses: who is unknown is not let in.
  expect(await post(backend.t, path, {})).toMatchObject({
    status: 403,
    error: { message: "The request was refused." },
  });
});

it("holds a flood of refusals back, and counts what it held", () => {
  const buffer = createRefusalBuffer();
  const written = Array.from({ length: 50 }, () => buffer.next("t", 0)).filter(({ isWritten }) => isWritten);
  expect(written).toHaveLength(10);
  expect(buffer.next("t", 1_000)).toEqual({ isWritten: true, more: 40 });
});

it("keeps another organization's hands off", async () => {
  const { scenarioId } = await publishScenario(backend.owner, guarded({}));
  const stranger = await createOwner(backend.t);
  const call = stranger.client.mutation(api.webhooks.mutations.setSecret, {
    organizationId: stranger.organizationId,
    scenarioId,
  });
  await expect(call).rejects.toThrow("no such scenario");
});
