import type { Definition } from "@patchbay/core";
import { beforeEach, describe, expect, it } from "vitest";
import { api } from "../_generated/api.js";
import { createApiClient, createKey } from "../api/v1/http.support.ts";
import { createBackend, createOwner, type Backend, type Person } from "../test.support.ts";

let t: Backend;
let owner: Person;

beforeEach(async () => {
  t = createBackend();
  owner = await createOwner(t);
});

const request = (id: number, config: Record<string, unknown>, typeVersion = 1) => ({
  id,
  type: "http.request",
  typeVersion,
  config: { url: "https://shop.test", ...config },
  position: { x: id * 100, y: 0 },
});

const definitionOf = (...nodes: ReturnType<typeof request>[]): string => {
  const trigger = { id: 1, type: "webhook.receive", typeVersion: 1, config: {}, position: { x: 0, y: 0 } };
  const all = [trigger, ...nodes];
  const edges = nodes.map(({ id }, index) => ({ from: all[index]!.id, to: id, kind: "next" }));
  return JSON.stringify({ format: 1, nodes: all, edges });
};

async function create(definition: string) {
  const { organizationId } = owner;
  const made = await owner.client.mutation(api.scenarios.mutations.createScenario, {
    organizationId,
    name: "Old",
    definition,
  });
  return { organizationId, scenarioId: made.scenarioId };
}

const draftOf = async (at: Awaited<ReturnType<typeof create>>) => {
  const { revision, definition } = await owner.client.query(api.drafts.queries.getDraft, at);
  return { revision, nodes: (JSON.parse(definition) as Definition).nodes };
};

describe("the upgrades of a definition", () => {
  it("are told with what changes in each node, and nothing is stored", async () => {
    const definition = definitionOf(request(2, { timeoutMs: 5_000 }), request(3, { timeoutMs: "{{1.a}}0" }));
    const at = await create(definition);
    const plan = await owner.client.query(api.upgrades.queries.planUpgrades, { ...at, definition });
    expect(plan).toMatchObject({
      kind: "ok",
      reports: [
        { nodeId: 2, verdict: "ready", to: { type: "http.request", typeVersion: 2 }, reasons: [] },
        { nodeId: 3, verdict: "refused", reasons: [expect.stringContaining("single formula")] },
      ],
    });
    if (plan.kind !== "ok") throw new Error("unexpected");
    expect(plan.reports[0]!.fields).toContainEqual({ path: ["config", "timeoutSeconds"], after: "5" });
    expect(plan.nodes.map((text) => (JSON.parse(text) as { typeVersion: number }).typeVersion)).toEqual([2, 1]);
    expect(await draftOf(at)).toMatchObject({ revision: 1, nodes: [{}, { typeVersion: 1 }, { typeVersion: 1 }] });
  });

  it("are refused for what is no definition", async () => {
    const at = await create(definitionOf());
    const plan = await owner.client.query(api.upgrades.queries.planUpgrades, { ...at, definition: "{" });
    expect(plan).toMatchObject({ kind: "invalid", issues: [{ code: "malformed_json" }] });
  });
});

describe("the HTTP API", () => {
  it("upgrades the draft's nodes from a known revision, says what it left, and does it once", async () => {
    const at = await create(definitionOf(request(2, { timeoutMs: 5_000 }), request(3, { timeoutMs: "{{1.a}}0" })));
    const call = createApiClient(t, await createKey(owner));
    const path = `/scenarios/${at.scenarioId}/draft/upgrades`;
    const planned = await call("GET", path);
    expect(planned.body).toMatchObject({ draftRevision: 1, reports: [{ verdict: "ready" }, { verdict: "refused" }] });
    expect(await draftOf(at)).toMatchObject({ revision: 1 });

    const upgraded = await call("POST", path, { baseRevision: 1 });
    expect(upgraded).toMatchObject({ status: 200, body: { draftRevision: 2, reports: planned.body.reports } });
    const draft = await draftOf(at);
    expect(draft.nodes.map(({ typeVersion }) => typeVersion)).toEqual([1, 2, 1]);
    expect(draft.nodes[1]!.config).toEqual({ url: "https://shop.test", timeoutSeconds: 5 });

    expect(await call("POST", path, { baseRevision: 1 })).toMatchObject({
      status: 409,
      body: { error: { code: "conflict", details: { head: { revision: 2 } } } },
    });
    // What is left is refused: nothing is saved.
    expect(await call("POST", path, { baseRevision: 2 })).toMatchObject({
      status: 200,
      body: { draftRevision: 2, reports: [{ nodeId: 3, verdict: "refused" }] },
    });
    expect(await draftOf(at)).toEqual(draft);
  });

  it("upgrades only the nodes that were chosen, and writes it into the audit log", async () => {
    const at = await create(definitionOf(request(2, {}), request(3, {})));
    const call = createApiClient(t, await createKey(owner));
    await call("POST", `/scenarios/${at.scenarioId}/draft/upgrades`, { baseRevision: 1, nodeIds: [3, 99] });
    expect((await draftOf(at)).nodes.map(({ typeVersion }) => typeVersion)).toEqual([1, 1, 2]);
    const entries = await t.run((ctx) => ctx.db.query("auditEntries").order("desc").take(1));
    expect(entries[0]).toMatchObject({ action: "draft.nodesUpgraded", details: '{"nodes":1}' });
  });
});
