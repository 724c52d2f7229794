import { beforeEach, describe, expect, it } from "vitest";
import { api, internal } from "../_generated/api.js";
import { sha256Hex } from "../lib/bytes.ts";
import { codeOf, createBackend, createMember, createOwner, type Backend, type Person } from "../test.support.ts";

let t: Backend;
let owner: Person;
beforeEach(async () => {
  t = createBackend();
  owner = await createOwner(t);
});

const org = () => ({ organizationId: owner.organizationId });
const create = (person: Person = owner, name = "ci") =>
  person.client.action(api.apiKeys.actions.createApiKey, { ...org(), name });
const list = (person: Person = owner) => person.client.query(api.apiKeys.queries.listApiKeys, org());
const revoke = (apiKeyId: string, person: Person = owner) =>
  person.client.mutation(api.apiKeys.mutations.revokeApiKey, { ...org(), apiKeyId });
const use = async (key: string) => t.query(internal.api.v1.dispatch.checkKey, { keyHash: await sha256Hex(key) });

describe("API keys", () => {
  it("are shown once and stored as a hash", async () => {
    const { id, key } = await create();
    expect(key).toMatch(/^pb_[\w-]{43}$/);
    expect(await list()).toMatchObject([{ id, name: "ci", prefix: key.slice(0, 10), lastUsedAt: null }]);
    const rows = await t.run(async (ctx) => JSON.stringify(await ctx.db.query("apiKeys").collect()));
    expect(rows).not.toContain(key);
    expect(rows).toContain(await sha256Hex(key));
  });

  it("stop working when they are revoked, and when their owner leaves", async () => {
    const first = await create();
    expect(await use(first.key)).toBeNull();
    await revoke(first.id);
    await revoke(first.id);
    expect(await codeOf(use(first.key))).toBe("unauthenticated");
    expect(await list()).toEqual([]);

    const member = await createMember(t, owner.organizationId, "member");
    const second = await create(member);
    expect(await use(second.key)).toBeNull();
    await t.run(async (ctx) => {
      const memberships = await ctx.db
        .query("memberships")
        .withIndex("by_organization_and_user", (q) =>
          q.eq("organizationId", owner.organizationId).eq("userId", member.userId),
        )
        .collect();
      for (const row of memberships) await ctx.db.delete("memberships", row._id);
    });
    expect(await codeOf(use(second.key))).toBe("unauthenticated");
    expect(await codeOf(use("pb_nonsense"))).toBe("unauthenticated");
  });

  it("are seen by their owner only, and revoked by others only with the right to settings", async () => {
    const { id } = await create();
    const member = await createMember(t, owner.organizationId, "member");
    const admin = await createMember(t, owner.organizationId, "admin");
    expect(await list(member)).toEqual([]);
    expect(await codeOf(revoke(id, member))).toBe("forbidden");
    await revoke(id, admin);
    expect(await list()).toEqual([]);
  });

  it("need a name, and there is a limit to them", async () => {
    expect(await codeOf(create(owner, ""))).toBe("invalid");
    await t.run(async (ctx) => {
      for (let index = 0; index < 100; index++) {
        const key = { name: "x", keyHash: `hash${index}`, prefix: "pb_x", updatedAt: 0 };
        await ctx.db.insert("apiKeys", { ...org(), userId: owner.userId, ...key });
      }
    });
    expect(await codeOf(create())).toBe("limit_reached");
  });

  it("note their use, but not on every request", async () => {
    const { key } = await create();
    const keyHash = await sha256Hex(key);
    await t.mutation(internal.api.v1.dispatch.noteKeyUse, { keyHash });
    const [first] = await list();
    expect(first?.lastUsedAt).toEqual(expect.any(Number));
    const updatedAt = () => t.run(async (ctx) => (await ctx.db.query("apiKeys").first())?.updatedAt);
    const before = await updatedAt();
    await t.mutation(internal.api.v1.dispatch.noteKeyUse, { keyHash });
    expect(await updatedAt()).toBe(before);
  });
});

describe("for the operator", () => {
  it("makes a key that acts for the person named", async () => {
    const user = await t.run((ctx) => ctx.db.get("users", owner.userId));
    const args = { email: user?.email ?? "", name: "cli" };
    const { key } = await t.action(internal.apiKeys.admin.createApiKeyForUser, args);
    expect(await use(key)).toBeNull();
    const unknown = { email: "nobody@example.test", name: "cli" };
    expect(await codeOf(t.action(internal.apiKeys.admin.createApiKeyForUser, unknown))).toBe("not_found");
  });

  it("makes none for a person without an organization", async () => {
    const user = await t.run(async (ctx) => {
      for (const row of await ctx.db.query("memberships").collect()) await ctx.db.delete("memberships", row._id);
      return await ctx.db.get("users", owner.userId);
    });
    const args = { email: user?.email ?? "", name: "cli" };
    expect(await codeOf(t.action(internal.apiKeys.admin.createApiKeyForUser, args))).toBe("not_found");
  });
});
