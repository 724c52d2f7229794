import { beforeEach, describe, expect, it } from "vitest";
import { permissionsOf } from "../../lib/permissions.ts";
import {
  createBackend,
  createMember,
  createOwner,
  definitionWith,
  type Backend,
  type Person,
} from "../../test.support.ts";
import { code, createApiClient, createKey, readStored, type Call } from "./http.support.ts";
import { operations } from "./table.ts";

let t: Backend;
let owner: Person;
let call: Call;

beforeEach(async () => {
  t = createBackend();
  owner = await createOwner(t);
  call = createApiClient(t, await createKey(owner));
});

const stored = () => readStored(t);

async function createScenario(text = "one"): Promise<string> {
  const reply = await call("POST", "/scenarios", { name: "Orders", definition: definitionWith(text) });
  expect(reply.status).toBe(201);
  return reply.body.id;
}

describe("keys", () => {
  it("say whom they act for", async () => {
    const { status, body } = await call("GET", "/me");
    expect(status).toBe(200);
    expect(body).toMatchObject({
      user: { id: owner.userId },
      organization: { id: owner.organizationId },
      role: "owner",
    });
  });

  it.each([null, "pb_wrong", "wrong", ""])("that are %j get 401, also with a malformed body", async (wrong) => {
    for (const [method, path, body] of [
      ["GET", "/me", undefined],
      ["POST", "/scenarios", "{"],
      ["GET", "/scenarios/nonsense", undefined],
    ] as const) {
      const reply = await call(method, path, body, wrong);
      expect(code(reply)).toEqual([401, "unauthenticated"]);
      expect(reply.headers.get("WWW-Authenticate")).toBe("Bearer");
    }
  });

  it("do not show the webhook's address to those who may not edit", async () => {
    const viewer = await createKey(await createMember(t, owner.organizationId, "viewer"));
    const id = await createScenario();
    expect((await call("GET", `/scenarios/${id}`, undefined, viewer)).body.webhookUrl).toBeNull();
  });

  it("do not reach another organization: its ids and missing ones answer the same", async () => {
    const stranger = await createKey(await createOwner(t));
    const id = await createScenario();
    const before = await stored();
    const draft = { baseRevision: 1, definition: definitionWith("x") };
    for (const [method, path, body] of [
      ["GET", "", undefined],
      ["PATCH", "", { name: "x" }],
      ["DELETE", "", undefined],
      ["POST", "/restore", undefined],
      ["PUT", "/draft", draft],
      ["POST", "/versions", undefined],
      ["GET", "/versions", undefined],
      ["POST", "/versions/1/rollback", undefined],
    ] as const) {
      const theirs = await call(method, `/scenarios/${id}${path}`, body, stranger);
      expect(code(theirs)).toEqual([404, "not_found"]);
      expect((await call(method, `/scenarios/nonsense${path}`, body, stranger)).body).toEqual(theirs.body);
    }
    expect(await stored()).toEqual(before);
  });

  it("note when they were last used, by reading and by writing", async () => {
    const lastUsedAt = () => t.run(async (ctx) => (await ctx.db.query("apiKeys").first())?.lastUsedAt ?? null);
    expect(await lastUsedAt()).toBeNull();
    await call("GET", "/me");
    expect(await lastUsedAt()).toEqual(expect.any(Number));
  });
});

describe("writes", () => {
  it("are limited per key, with Retry-After; other keys and reads go on", async () => {
    await t.run(async (ctx) => {
      const apiKey = await ctx.db.query("apiKeys").first();
      for (let shard = 0; shard < 4; shard++) {
        const full = { windowStartedAt: Date.now(), count: 1_000_000 };
        await ctx.db.insert("apiKeyWrites", { apiKeyId: apiKey!._id, shard, ...full });
      }
    });
    const before = await stored();
    const refused = await call("POST", "/scenarios", { name: "x" });
    expect(code(refused)).toEqual([429, "rate_limited"]);
    expect(Number(refused.headers.get("Retry-After"))).toBeGreaterThan(0);
    expect(await stored()).toEqual(before);
    expect((await call("GET", "/scenarios")).status).toBe(200);
    expect((await call("POST", "/scenarios", { name: "x" }, await createKey(owner))).status).toBe(201);
    await t.run(async (ctx) => {
      for (const row of await ctx.db.query("apiKeyWrites").collect()) {
        await ctx.db.patch("apiKeyWrites", row._id, { windowStartedAt: Date.now() - 10_001 });
      }
    });
    expect((await call("POST", "/scenarios", { name: "x" })).status).toBe(201);
  });
});

/** Bodies of the operations that need one; the others take none. */
const bodies: Record<string, unknown> = {
  updateQueue: { paused: true },
  createScenario: { name: "x" },
  updateScenario: { name: "x" },
  saveDraft: { baseRevision: 1, definition: definitionWith("x") },
  resolveRun: { output: {} },
  resumeRun: { skip: true },
  setConnectionBreaker: { failures: 3 },
  startBulkAct: { act: "retry", runIds: ["none"] },
  upgradeDraft: { baseRevision: 1 },
};

describe.each(operations.map((operation) => [operation.id, operation] as const))("%s", (id, operation) => {
  const { method, permission } = operation;
  const path = operation.path.replace("{n}", "1").replace("{id}", "none").replace("{nodeId}", "1");

  it("needs a key, and the permission that the table names", async () => {
    const viewer = await createKey(await createMember(t, owner.organizationId, "viewer"));
    const before = await stored();
    expect(code(await call(method, path, bodies[id], null))).toEqual([401, "unauthenticated"]);
    const { status } = await call(method, path, bodies[id], viewer);
    const allowed = permission === null || permissionsOf("viewer").has(permission);
    expect(allowed ? [200, 404] : [403]).toContain(status);
    expect(permission === null && operation.kind === "mutation").toBe(false);
    expect(await stored()).toEqual(before);
  });
});
