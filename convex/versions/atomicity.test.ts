/** Whatever write fails, nothing of the act is left behind. */
import { describe, expect, it } from "vitest";
import { api } from "../_generated/api.js";
import type { Id } from "../_generated/dataModel.d.ts";
import { createUser } from "../auth/model.ts";
import type { MutationCtx, OrgMutationCtx } from "../functions.ts";
import { requireMember } from "../organizations/authorize.ts";
import { createBackend, createOwner, textWith, type Backend, type Person } from "../test.support.ts";
import { publish, rollback } from "./model.ts";

const WRITES = new Set(["insert", "patch", "replace", "delete"]);

/** A context whose `n`th write fails, counting from 1. */
function failingAt(ctx: MutationCtx, n: number): MutationCtx {
  let writes = 0;
  const db = new Proxy(ctx.db, {
    get(target, name, receiver) {
      const member: unknown = Reflect.get(target, name, receiver);
      if (typeof member !== "function" || !WRITES.has(String(name))) return member;
      return (...args: unknown[]) => {
        writes += 1;
        if (writes === n) throw new Error("The disk is full.");
        return member.apply(target, args) as unknown;
      };
    },
  });
  return { ...ctx, db };
}

const everything = (t: Backend) =>
  t.run(async (ctx) =>
    JSON.stringify(
      await Promise.all(
        (["users", "authAccounts", "organizations", "memberships", "scenarios", "drafts", "versions"] as const).map(
          (table) => ctx.db.query(table).collect(),
        ),
      ),
    ),
  );
const sideEffects = (t: Backend) =>
  t.run(async (ctx) =>
    JSON.stringify([
      await ctx.db.query("versionDefinitions").collect(),
      await ctx.db.query("auditEntries").collect(),
      await ctx.db.query("webhooks").collect(),
    ]),
  );

/** Runs the act with its 1st, 2nd, ... write failing, until one run has no failure; returns how many did. */
async function failEachWrite(t: Backend, act: (ctx: MutationCtx) => Promise<unknown>): Promise<number> {
  for (let n = 1; ; n++) {
    const before = [await everything(t), await sideEffects(t)];
    const failed = await t
      .run(async (ctx) => {
        await act(failingAt(ctx, n));
        return null;
      })
      .then(
        () => false,
        (error: unknown) => String(error).includes("The disk is full."),
      );
    const after = [await everything(t), await sideEffects(t)];
    if (!failed) {
      expect(after).not.toEqual(before);
      return n - 1;
    }
    expect(after).toEqual(before);
  }
}

async function prepare(): Promise<{ t: Backend; owner: Person; scenarioId: Id<"scenarios"> }> {
  const t = createBackend();
  const owner = await createOwner(t);
  const org = { organizationId: owner.organizationId };
  const args = { ...org, name: "Orders", definition: textWith("one") };
  const { scenarioId } = await owner.client.mutation(api.scenarios.mutations.createScenario, args);
  await owner.client.mutation(api.versions.mutations.publish, { ...org, scenarioId, draftRevision: 1 });
  const save = { ...org, scenarioId, baseRevision: 1, definition: textWith("two") };
  await owner.client.mutation(api.drafts.mutations.saveDraft, save);
  return { t, owner, scenarioId };
}

/** The act's context: its actor is looked up as the owner, whose session `t.run` does not have. */
async function asOwner(ctx: MutationCtx, { userId, organizationId }: Person): Promise<OrgMutationCtx> {
  const auth = { getUserIdentity: async () => ({ subject: `${userId}|s`, tokenIdentifier: "t", issuer: "i" }) };
  const actor = await requireMember({ ...ctx, auth }, { organizationId, permission: "scenario:admin" });
  return { ...ctx, actor };
}

describe("is all or nothing, whichever write fails:", () => {
  it("publish", async () => {
    const { t, owner, scenarioId } = await prepare();
    const failures = await failEachWrite(t, async (ctx) =>
      publish(await asOwner(ctx, owner), { scenarioId, draftRevision: 2 }),
    );
    expect(failures).toBeGreaterThanOrEqual(6);
  });

  it("rollback", async () => {
    const { t, owner, scenarioId } = await prepare();
    const org = { organizationId: owner.organizationId, scenarioId };
    await owner.client.mutation(api.versions.mutations.publish, { ...org, draftRevision: 2 });
    const failures = await failEachWrite(t, async (ctx) =>
      rollback(await asOwner(ctx, owner), { scenarioId, number: 1 }),
    );
    expect(failures).toBeGreaterThanOrEqual(4);
  });

  it("sign-up, with its organization and sample", async () => {
    const t = createBackend();
    const failures = await failEachWrite(t, (ctx) =>
      createUser(ctx, { email: "ada@example.test", name: "Ada", secretHash: "hash" }),
    );
    expect(failures).toBeGreaterThanOrEqual(12);
  });
});
