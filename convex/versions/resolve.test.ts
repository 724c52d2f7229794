import { beforeEach, expect, it } from "vitest";
import { api } from "../_generated/api.js";
import type { Id } from "../_generated/dataModel.d.ts";
import { createBackend, createOwner, textWith, type Backend, type Person } from "../test.support.ts";
import { loadPinnedDefinition, resolveVersion, type RequestedSource } from "./model.ts";

let t: Backend;
let owner: Person;
let scenarioId: Id<"scenarios">;

beforeEach(async () => {
  t = createBackend();
  owner = await createOwner(t);
  const name = "Orders";
  const at = { organizationId: owner.organizationId };
  const args = { ...at, name, definition: textWith("one") };
  ({ scenarioId } = await owner.client.mutation(api.scenarios.mutations.createScenario, args));
});

const resolve = (source: RequestedSource) =>
  t.run(async (ctx) => {
    const scenario = await ctx.db.get("scenarios", scenarioId);
    return await resolveVersion(ctx, { scenario: scenario!, source });
  });

async function publishTwice() {
  const at = { organizationId: owner.organizationId, scenarioId };
  await owner.client.mutation(api.versions.mutations.publish, { ...at, draftRevision: 1 });
  await owner.client.mutation(api.drafts.mutations.saveDraft, { ...at, baseRevision: 1, definition: textWith("two") });
  await owner.client.mutation(api.versions.mutations.publish, { ...at, draftRevision: 2 });
}

it("finds nothing before the first publish, except the draft", async () => {
  expect(await resolve({ kind: "version" })).toBeNull();
  expect(await resolve({ kind: "version", number: 1 })).toBeNull();
  const draft = await resolve({ kind: "draft" });
  expect(draft).toMatchObject({ source: { kind: "draft", revision: 1 }, definitionId: null });
  expect(draft?.definition).toContain("one");
});

it("pins the published version and versions by number, each with its own content", async () => {
  await publishTwice();
  const published = await resolve({ kind: "version" });
  expect(published?.source).toEqual({ kind: "version", number: 2 });
  expect(published?.definition).toContain("two");
  expect(await resolve({ kind: "version", number: 2 })).toEqual(published);
  const first = await resolve({ kind: "version", number: 1 });
  expect(first?.source).toEqual({ kind: "version", number: 1 });
  expect(first?.definition).toContain("one");
  expect(await t.run((ctx) => loadPinnedDefinition(ctx, first!.definitionId!))).toBe(first?.definition);
});

it("gives equal keys to equal definitions only", async () => {
  await publishTwice();
  const [first, second, draft] = await Promise.all([
    resolve({ kind: "version", number: 1 }),
    resolve({ kind: "version", number: 2 }),
    resolve({ kind: "draft" }),
  ]);
  expect(first?.definitionKey).not.toBe(second?.definitionKey);
  expect(draft?.definitionKey).toBe(second?.definitionKey);
});

it("finds neither an archived nor a missing version", async () => {
  await publishTwice();
  await t.run(async (ctx) => {
    const first = await ctx.db
      .query("versions")
      .withIndex("by_scenario_and_number", (q) => q.eq("scenarioId", scenarioId).eq("number", 1))
      .unique();
    await ctx.db.patch("versions", first!._id, { state: "archived" });
  });
  expect(await resolve({ kind: "version", number: 1 })).toBeNull();
  expect(await resolve({ kind: "version", number: 3 })).toBeNull();
});
