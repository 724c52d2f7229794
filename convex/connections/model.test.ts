import { beforeEach, describe, expect, it } from "vitest";
import { api } from "../_generated/api.js";
import { codeOf, createBackend, createOwner, setEnv, testKeyring, type Backend, type Person } from "../test.support.ts";
import { getStoredSecrets, openSecrets } from "./secrets.ts";

const CANARY = "canary-7f3a";

let t: Backend;
let owner: Person;
beforeEach(async () => {
  t = createBackend();
  owner = await createOwner(t);
});

const org = () => ({ organizationId: owner.organizationId });
const create = (change: { type?: string; name?: string; values?: Record<string, string> } = {}) =>
  owner.client.action(api.connections.actions.createConnection, {
    ...org(),
    type: "http.bearer",
    name: "Shop",
    values: { token: CANARY },
    ...change,
  });
const list = () => owner.client.query(api.connections.queries.listConnections, org());
const stored = (connectionId: string, organizationId = owner.organizationId) =>
  t.run((ctx) => getStoredSecrets(ctx, { organizationId, connectionId }));

it("stores credentials so that only an execution with the keyring reads them", async () => {
  const { id } = await create();
  expect(await list()).toMatchObject([{ id, type: "http.bearer", name: "Shop" }]);
  const secrets = await stored(id);
  expect(await openSecrets(secrets!)).toEqual({ type: "http.bearer", values: { token: CANARY } });
});

it("shows the secret in no row, list or audit entry", async () => {
  await create();
  const everything = await t.run(async (ctx) => {
    const rows = await Promise.all([ctx.db.query("connections").collect(), ctx.db.query("auditEntries").collect()]);
    return JSON.stringify(rows);
  });
  expect(everything + JSON.stringify(await list())).not.toContain(CANARY);
});

it("gives an execution no other organization's credentials, and none for an unreadable id", async () => {
  const { id } = await create();
  const stranger = await createOwner(t);
  expect(await stored(id, stranger.organizationId)).toBeNull();
  expect(await stored("nonsense")).toBeNull();
});

it("opens nothing whose ciphertext was moved to another organization's row", async () => {
  const { id } = await create();
  const stranger = await createOwner(t);
  const secrets = await stored(id);
  const moved = openSecrets({ ...secrets!, organizationId: stranger.organizationId });
  expect(await codeOf(moved)).toBe("misconfigured");
});

it("reads what an older key of the ring wrote, and names the variable when the key is gone", async () => {
  setEnv("PATCHBAY_KEYRING", JSON.stringify({ ...testKeyring, current: "k1" }));
  const { id } = await create();
  setEnv("PATCHBAY_KEYRING", JSON.stringify(testKeyring));
  expect(await openSecrets((await stored(id))!)).toMatchObject({ values: { token: CANARY } });
  setEnv("PATCHBAY_KEYRING", JSON.stringify({ current: "k2", keys: { k2: testKeyring.keys.k2 } }));
  await expect(openSecrets((await stored(id))!)).rejects.toThrow("PATCHBAY_KEYRING");
});

describe("createConnection", () => {
  it.each([
    ["an unknown type", { type: "http.nothing" }],
    ["a missing required value", { values: {} }],
    ["an unknown field", { values: { token: "x", other: "y" } }],
    ["a huge value", { values: { token: "x".repeat(10_001) } }],
    ["an empty name", { name: " " }],
  ])("refuses %s", async (_case, change) => {
    expect(await codeOf(create(change))).toBe("invalid");
    expect(await list()).toEqual([]);
  });
});

it("renames and deletes, and records both", async () => {
  const { id } = await create();
  const at = { ...org(), connectionId: id };
  await owner.client.mutation(api.connections.mutations.renameConnection, { ...at, name: "Store" });
  expect(await list()).toMatchObject([{ name: "Store" }]);
  await owner.client.mutation(api.connections.mutations.deleteConnection, at);
  expect(await list()).toEqual([]);
  expect(await codeOf(owner.client.mutation(api.connections.mutations.deleteConnection, at))).toBe("not_found");
  const actions = await t.run(async (ctx) => (await ctx.db.query("auditEntries").collect()).map((row) => row.action));
  expect(actions).toEqual(expect.arrayContaining(["connection.created", "connection.renamed", "connection.deleted"]));
});
