import { expect, it } from "vitest";
import { definitionOf, node, okJson, publishScenario, stubService, useBackend } from "../../runs/harness.support.ts";
import { createApiClient, createKey } from "./http.support.ts";

const backend = useBackend();

it("rotates a webhook's secret, and shows what was refused", async () => {
  const definition = definitionOf([node(1, "webhook.receive", { config: { methods: ["PUT"] } })]);
  const { scenarioId, path } = await publishScenario(backend.owner, definition);
  const call = createApiClient(backend.t, await createKey(backend.owner));
  const base = `/scenarios/${scenarioId}/webhook`;
  const first = await call("POST", `${base}/secret`);
  expect(first).toMatchObject({ status: 200, body: { previousValidUntil: null } });
  const second = await call("POST", `${base}/secret`, { secret: "given-secret", overlapHours: 1 });
  expect(second.body).toMatchObject({ secret: "given-secret", previousValidUntil: Date.now() + 3_600_000 });
  expect((await call("POST", `${base}/secret`, { secret: "short" })).status).toBe(422);
  await backend.t.fetch(path, { method: "POST", body: "{}" });
  const shown = await call("GET", base);
  expect(shown.body).toMatchObject({
    url: expect.stringContaining(path),
    secrets: [{ validUntil: null }, { validUntil: expect.any(Number) }],
    refusedLastDay: { method: 1 },
    latestRefusals: [{ reason: "method", method: "POST" }],
  });
  expect(JSON.stringify(shown.body)).not.toContain("given-secret");
  expect((await call("DELETE", `${base}/secret/previous`)).body).toMatchObject({ secrets: [{ validUntil: null }] });
});

it("shows and steers the polls of a scenario", async () => {
  const service = stubService(() => okJson([]));
  const config = { url: "https://service.test/items" };
  const { scenarioId } = await publishScenario(backend.owner, definitionOf([node(1, "http.watchList", { config })]));
  const call = createApiClient(backend.t, await createKey(backend.owner));
  const base = `/scenarios/${scenarioId}/polling`;
  expect((await call("GET", base)).body).toMatchObject({ state: "waiting", begun: false, failures: 0 });
  expect(await call("POST", `${base}/poll`)).toMatchObject({ status: 200, body: { nextPollAt: Date.now() } });
  expect((await call("POST", `${base}/restart`)).body).toMatchObject({ begun: false });
  await call("PATCH", `/scenarios/${scenarioId}`, { enabled: false });
  expect(await call("POST", `${base}/poll`)).toMatchObject({ status: 409, body: { error: { code: "conflict" } } });
  expect((await call("GET", base)).body).toMatchObject({ state: "off", nextPollAt: null });
  expect(service).toEqual([]);
});
