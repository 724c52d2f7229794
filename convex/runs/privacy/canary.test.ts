/**
 * Canaries: secrets are planted wherever a run may meet them, and then looked for in every row of every table, in every
 * stored file and in what the API gives out, in plain and in encoded forms.
 */
import type { Definition } from "@patchbay/core";
import { REDACTED, redact } from "@patchbay/sdk";
import { beforeEach, describe, expect, it } from "vitest";
import { api } from "../../_generated/api.js";
import type { Id, TableNames } from "../../_generated/dataModel.d.ts";
import schema from "../../schema.ts";
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
  type Call,
} from "../harness.support.ts";

const backend = useBackend();

/** One for each place where a secret may be. */
const canaries = {
  token: "c4nary-t0ken/of+connection",
  card: "c4nary card 4111=1111",
  email: "c4nary.mail@example.com",
  apiKey: "c4nary-header-key",
  cookie: "session=c4nary-cookie",
  signature: "sha256=c4nary-signature",
  query: "c4nary-query-token",
  answer: "c4nary-issued-by-service",
  private: "c4nary-of-a-hidden-node",
};

const encodings = {
  copy: "{{1.body.card}}",
  base64: "{{base64(1.body.card)}}",
  url: "{{encodeURL(1.body.card)}}",
  text: "the card {{1.body.card}} of {{1.body.customer[].email}}",
};

function scenario(connectionId: string): Definition {
  const headers = [
    { name: "X-Api-Key", value: "{{1.headers.`x-api-key`}}" },
    { name: "X-Note", value: "{{1.body.card}}" },
  ];
  const body = '{ "card": "{{1.body.card}}", "mail": "{{1.body.customer[1].email}}" }';
  return {
    ...definitionOf([
      receive,
      variables(2, encodings),
      request(3, { headers, body }, { connectionId }),
      variables(4, { issued: "{{3.body.issued}}", shout: "{{3.body.issued}}!" }),
      request(5, { url: "https://service.test/private", body: '{ "p": "{{1.body.private}}" }' }, { hideData: true }),
    ]),
    settings: { sensitiveFields: ["1.body.card", "1.body.customer[].email", "1.body.private", "3.body.issued"] },
  };
}

const payload = {
  card: canaries.card,
  customer: [{ email: canaries.email }],
  private: canaries.private,
  plain: "visible",
};
const headers = { "x-api-key": canaries.apiKey, cookie: canaries.cookie, "x-hub-signature-256": canaries.signature };

/** A service that gives back all that it was sent, as echoing services do. */
function echo(call: Call, status = 200): Response {
  const { headers, body } = call;
  return Response.json(
    { issued: canaries.answer, echo: { headers, body, base64: btoa(body) } },
    { status, headers: { "set-cookie": canaries.cookie } },
  );
}

let connectionId: Id<"connections">;
let published: Awaited<ReturnType<typeof publishScenario>>;

beforeEach(async () => {
  const { id } = await backend.owner.client.action(api.connections.actions.createConnection, {
    ...backend.at(),
    type: "http.bearer",
    name: "Shop",
    values: { token: canaries.token },
  });
  connectionId = id;
  published = await publishScenario(backend.owner, scenario(connectionId));
});

const deliver = async (body: object = payload) =>
  requireRunId(await post(backend.t, `${published.path}?access_token=${canaries.query}`, body, headers));

/** Where canaries are found in what is stored and in what members are shown; empty where all is well. */
async function findCanaries(): Promise<string[]> {
  const found: string[] = [];
  const look = (place: string, value: unknown) => {
    const text = JSON.stringify(value);
    for (const [name, canary] of Object.entries(canaries)) {
      if (redact(text, [canary]) !== text) found.push(`${name} in ${place}`);
    }
  };
  await backend.t.run(async (ctx) => {
    for (const table of Object.keys(schema.tables) as TableNames[]) {
      for (const row of await ctx.db.query(table).collect()) look(table, row);
    }
    for (const job of await ctx.db.system.query("_scheduled_functions").collect()) look("scheduled", job.args);
  });
  const runs = await backend.t.run((ctx) => ctx.db.query("runs").collect());
  for (const run of runs) look(`shown run`, await getDetail(backend.owner, run._id));
  const { scenarioId } = published;
  look("samples", await backend.owner.client.query(api.runs.queries.getSamples, { ...backend.at(), scenarioId }));
  return found;
}

it("would find a canary in any row: the search itself works", async () => {
  stubService((call) => echo(call));
  const runId = await deliver();
  const { logId } = await getRow(backend.t, runId);
  await backend.t.run((ctx) => ctx.db.patch("runLogs", logId, { edges: btoa(`x${canaries.card}y`) }));
  expect(await findCanaries()).toEqual(["card in runLogs"]);
});

describe("no secret is stored readably", () => {
  it("after success; and the service was sent the true values", async () => {
    const calls = stubService((call) => echo(call));
    const runId = await deliver();
    expect(await findCanaries()).toEqual([]);
    await settle(backend.t);
    expect((await getRow(backend.t, runId)).state).toBe("succeeded");
    expect(await findCanaries()).toEqual([]);
    expect(calls[0]).toMatchObject({
      headers: { "x-api-key": canaries.apiKey, "x-note": canaries.card, authorization: `Bearer ${canaries.token}` },
      body: JSON.stringify({ card: canaries.card, mail: canaries.email })
        .replaceAll('":"', '": "')
        .replace("{", "{ ")
        .replace("}", " }")
        .replace('","', '", "'),
    });
    expect(calls[1]?.body).toContain(canaries.private);
    const detail = await getDetail(backend.owner, runId);
    expect(JSON.parse(detail.payload ?? "null")).toMatchObject({ body: { card: REDACTED, plain: "visible" } });
    expect(outputOf(detail, 5)).toEqual({ _hidden: true });
    expect(outputOf(detail, 4)).toEqual({ issued: REDACTED, shout: `${REDACTED}!` });
    const log = await backend.t.run((ctx) => ctx.db.query("runLogs").collect());
    expect(log.every((row) => row.state === undefined)).toBe(true);
  });

  it("after failure, in its error neither", async () => {
    stubService((call) => echo(call, 400));
    const runId = await deliver();
    await settle(backend.t);
    expect((await getRow(backend.t, runId)).state).toBe("failed");
    expect(await findCanaries()).toEqual([]);
  });

  it("after the failure of a node whose data is hidden", async () => {
    stubService((call) => echo(call, call.url.endsWith("private") ? 422 : 200));
    const runId = await deliver();
    await settle(backend.t);
    expect(await getRow(backend.t, runId)).toMatchObject({ state: "failed", error: expect.stringContaining("hidden") });
    expect(await findCanaries()).toEqual([]);
  });

  it("while it waits for a retry, and after", async () => {
    const calls = stubService((call, count) => echo(call, count === 1 ? 429 : 200));
    const runId = await deliver();
    await until(backend.t, runId, "waiting");
    expect(await findCanaries()).toEqual([]);
    await settle(backend.t);
    expect((await getRow(backend.t, runId)).state).toBe("succeeded");
    expect(calls[1]?.headers["x-note"]).toBe(canaries.card);
    expect(await findCanaries()).toEqual([]);
  });

  it("while it is performed, and while it is incomplete; a retry still sends the true values", async () => {
    let isLost = true;
    const calls = stubService((call) => {
      if (isLost) throw new TypeError(`reset after ${call.body}`);
      return echo(call);
    });
    const runId = await deliver();
    await until(backend.t, runId, "incomplete");
    expect(await findCanaries()).toEqual([]);
    isLost = false;
    await backend.owner.client.mutation(api.runs.mutations.retryRun, { ...backend.at(), runId });
    await settle(backend.t);
    expect((await getRow(backend.t, runId)).state).toBe("succeeded");
    expect(calls[1]?.headers["x-note"]).toBe(canaries.card);
    expect(await findCanaries()).toEqual([]);
  });

  it("after a dry run, a replay and a run of one node", async () => {
    stubService((call) => echo(call));
    const runId = await deliver();
    await settle(backend.t);
    const replay = { ...backend.at(), runId, source: "original" as const };
    await backend.owner.client.mutation(api.runs.mutations.replayRun, { ...replay, dryRun: "performReads" });
    await backend.owner.client.mutation(api.runs.mutations.replayRun, replay);
    await backend.owner.client.mutation(api.runs.mutations.startRun, {
      ...backend.at(),
      scenarioId: published.scenarioId,
      source: { kind: "draft" },
      payload: JSON.stringify(payload),
      dryRun: "simulateReads",
    });
    const calls = stubService((call) => echo(call));
    const single = await backend.owner.client.mutation(api.runs.mutations.runNode, {
      ...backend.at(),
      scenarioId: published.scenarioId,
      nodeId: 3,
      bundles: JSON.stringify({ 1: { body: payload, headers: { "x-api-key": canaries.apiKey } } }),
    });
    await settle(backend.t);
    if (single.kind !== "ok") throw new Error(JSON.stringify(single));
    expect((await getRow(backend.t, single.runId)).state).toBe("succeeded");
    expect(calls.some((call) => call.headers["x-note"] === canaries.card)).toBe(true);
    expect(await findCanaries()).toEqual([]);
  });

  it("in an answer that is kept for a caller who waits, who gets it as it is", async () => {
    stubService((call) => echo(call));
    const answering = node(3, "webhook.respond", { config: { body: "{{1.body.card}}" } });
    const delayed = node(2, "tools.delay", { config: { seconds: 1 } });
    const settings = { sensitiveFields: ["1.body.card"] };
    published = await publishScenario(backend.owner, { ...definitionOf([receive, delayed, answering]), settings });
    const answer = backend.t.fetch(published.path, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ card: canaries.card }),
    });
    await settle(backend.t);
    expect(await (await answer).text()).toContain(canaries.card);
    expect(await backend.t.run((ctx) => ctx.db.query("runResponses").collect())).toHaveLength(1);
    expect(await findCanaries()).toEqual([]);
  });

  it("in a payload that is too large for its row, from when it is read in", async () => {
    const calls = stubService((call) => echo(call));
    const runId = await deliver({ ...payload, padding: "p".repeat(300_000) });
    await untilTrue(() => calls.length > 0);
    await settle(backend.t);
    expect((await getRow(backend.t, runId)).state).toBe("succeeded");
    expect(calls[0]?.headers["x-note"]).toBe(canaries.card);
    expect(await findCanaries()).toEqual([]);
  });

  it("while it waits for its turn", async () => {
    stubService(() => new Promise<Response>(() => {}));
    const definition = scenario(connectionId);
    published = await publishScenario(backend.owner, {
      ...definition,
      settings: { ...definition.settings, maxConcurrentRuns: 1 },
    });
    await deliver();
    const runId = await deliver();
    expect((await getRow(backend.t, runId)).waitReason).toBe("turn");
    await pass(100);
    expect(await findCanaries()).toEqual([]);
  });

  it("where the run's own data holds a credential of the connection", async () => {
    stubService(() => okJson({ token: canaries.token }));
    const definition = definitionOf([
      receive,
      variables(2, { leaked: "{{1.body.leak}}" }),
      request(3, { body: '{ "leak": "{{2.leaked}}" }' }, { connectionId }),
      variables(4, { again: "{{1.body.leak}}" }),
    ]);
    published = await publishScenario(backend.owner, definition);
    const runId = await deliver({ leak: `Bearer ${canaries.token}` });
    await settle(backend.t);
    expect((await getRow(backend.t, runId)).state).toBe("succeeded");
    expect(await findCanaries()).toEqual([]);
  });

  it("in requests that are caught while the editor listens", async () => {
    stubService((call) => echo(call));
    const at = { ...backend.at(), scenarioId: published.scenarioId };
    await backend.owner.client.mutation(api.webhooks.mutations.startListening, at);
    await deliver();
    await settle(backend.t);
    const samples = await backend.t.run((ctx) => ctx.db.query("webhookSamples").collect());
    expect(samples).toHaveLength(1);
    expect(await findCanaries()).toEqual([]);
  });
});
