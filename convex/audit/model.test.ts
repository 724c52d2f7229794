import { expect, it, vi } from "vitest";
import { api, internal } from "../_generated/api.js";
import { createBackend, createOwner } from "../test.support.ts";
import { AUDIT_RETENTION_MS, deleteExpiredAudit, recordAudit } from "./model.ts";

const page = { paginationOpts: { numItems: 50, cursor: null } };

it("lists an organization's own entries, the newest first", async () => {
  const t = createBackend();
  const { client, organizationId } = await createOwner(t);
  await createOwner(t);
  const { page: entries } = await client.query(api.audit.queries.listAuditEntries, { organizationId, ...page });
  expect(entries.map((entry) => entry.action)).toEqual([
    "user.created",
    "version.published",
    "scenario.created",
    "organization.created",
  ]);
  expect(entries[1]).toMatchObject({ actor: { name: expect.stringMatching(/^Person/) as string }, severity: "notice" });
  expect(entries[0]).toMatchObject({ actor: null, actorKind: "system" });
});

it("names what an entry is about as it was called then", async () => {
  const t = createBackend();
  const { client, organizationId } = await createOwner(t);
  const { id: connectionId } = await client.action(api.connections.actions.createConnection, {
    organizationId,
    type: "http.bearer",
    name: "Shop",
    values: { token: "x" },
  });
  await client.mutation(api.connections.mutations.renameConnection, { organizationId, connectionId, name: "Store" });
  await client.mutation(api.connections.mutations.deleteConnection, { organizationId, connectionId });
  const { page: scenarios } = await client.query(api.scenarios.queries.listScenarios, { organizationId, ...page });
  const run = { scenarioId: scenarios[0]?.id ?? "", source: { kind: "version" as const }, payload: "{}" };
  await client.mutation(api.runs.mutations.startRun, { organizationId, ...run });
  const { page: entries } = await client.query(api.audit.queries.listAuditEntries, { organizationId, ...page });
  expect(entries.slice(0, 4).map(({ action, resourceName, details }) => [action, resourceName, details])).toEqual([
    ["run.started", "Hello, webhook", null],
    ["connection.deleted", "Store", null],
    ["connection.renamed", "Store", '{"before":"Shop"}'],
    ["connection.created", "Shop", null],
  ]);
});

it("is undone together with the act it records", async () => {
  const t = createBackend();
  const { organizationId } = await createOwner(t);
  const count = () => t.run(async (ctx) => (await ctx.db.query("auditEntries").collect()).length);
  const before = await count();
  const failing = t.run(async (ctx) => {
    const resource = { type: "organization" as const, id: organizationId };
    await recordAudit(ctx, { organizationId, actor: null, action: "scenario.created", resource });
    throw new Error("The act failed.");
  });
  await expect(failing).rejects.toThrow("The act failed.");
  expect(await count()).toBe(before);
});

it("keeps entries for a year", async () => {
  const t = createBackend();
  await createOwner(t);
  const entries = () => t.run((ctx) => ctx.db.query("auditEntries").collect());
  const count = (await entries()).length;
  await t.mutation(internal.audit.maintenance.clean, {});
  expect(await entries()).toHaveLength(count);
  vi.useFakeTimers({ now: Date.now() + AUDIT_RETENTION_MS + 1_000, toFake: ["Date"] });
  try {
    expect(await t.run((ctx) => deleteExpiredAudit(ctx, 2))).toBe(2);
    await t.mutation(internal.audit.maintenance.clean, {});
  } finally {
    vi.useRealTimers();
  }
  expect(await entries()).toHaveLength(0);
});
