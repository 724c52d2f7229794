import { beforeEach, describe, expect, it } from "vitest";
import { api } from "../_generated/api.js";
import type { Id } from "../_generated/dataModel.d.ts";
import {
  codeOf,
  createBackend,
  createMember,
  createOwner,
  textWith,
  type Backend,
  type Person,
} from "../test.support.ts";
import type { ScenarioFilter } from "./listing.ts";

let t: Backend;
let owner: Person;

beforeEach(async () => {
  t = createBackend();
  owner = await createOwner(t);
});

const org = () => ({ organizationId: owner.organizationId });

async function create(name: string, definition = textWith(name)): Promise<Id<"scenarios">> {
  const args = { ...org(), name, definition };
  return (await owner.client.mutation(api.scenarios.mutations.createScenario, args)).scenarioId;
}

const get = (scenarioId: string) => owner.client.query(api.scenarios.queries.getScenario, { ...org(), scenarioId });
const update = (scenarioId: string, change: { name?: string; description?: string; enabled?: boolean }) =>
  owner.client.mutation(api.scenarios.mutations.updateScenario, { ...org(), scenarioId, ...change });
const archive = (scenarioId: string) =>
  owner.client.mutation(api.scenarios.mutations.archiveScenario, { ...org(), scenarioId });
const restore = (scenarioId: string) =>
  owner.client.mutation(api.scenarios.mutations.restoreScenario, { ...org(), scenarioId });
const publish = (scenarioId: string) =>
  owner.client.mutation(api.versions.mutations.publish, { ...org(), scenarioId, draftRevision: 1 });
const count = () => owner.client.query(api.scenarios.queries.countScenarios, org());

async function names(filter?: ScenarioFilter, search?: string): Promise<string[]> {
  const paginationOpts = { numItems: 50, cursor: null };
  const args = { ...org(), paginationOpts, filter, search };
  const { page } = await owner.client.query(api.scenarios.queries.listScenarios, args);
  return page.map((scenario) => scenario.name);
}

async function actions(): Promise<string[]> {
  return await t.run(async (ctx) => (await ctx.db.query("auditEntries").collect()).map((entry) => entry.action));
}

describe("createScenario", () => {
  it("makes a disabled scenario with a draft and a webhook address", async () => {
    const id = await create("  Orders  ");
    const scenario = await get(id);
    expect(scenario).toMatchObject({ name: "Orders", enabled: false, publishedVersion: null, nodeHighWaterMark: 5 });
    expect(scenario?.webhookUrl).toMatch(/^https:\/\/patchbay\.test\/hooks\/./);
    expect(await actions()).toContain("scenario.created");
  });

  it.each([
    ["no name", "   ", undefined],
    ["a long name", "x".repeat(121), undefined],
    ["a definition without structure", "Orders", "[]"],
  ])("refuses %s", async (_case, name, definition) => {
    expect(await codeOf(create(name, definition ?? textWith("x")))).toBe("invalid");
    expect(await names()).toEqual(["Hello, webhook"]);
  });
});

describe("updateScenario", () => {
  it("renames and describes", async () => {
    const id = await create("Orders");
    await update(id, { name: "Invoices", description: "What came in" });
    expect(await get(id)).toMatchObject({ name: "Invoices", description: "What came in" });
    expect(await actions()).toEqual(expect.arrayContaining(["scenario.renamed", "scenario.updated"]));
    expect(await codeOf(update(id, { description: "x".repeat(2_001) }))).toBe("invalid");
  });

  it("switches on only what was published", async () => {
    const id = await create("Orders");
    expect(await codeOf(update(id, { enabled: true }))).toBe("invalid");
    await publish(id);
    await update(id, { enabled: false });
    expect(await get(id)).toMatchObject({ enabled: false });
    await update(id, { enabled: true });
    expect(await get(id)).toMatchObject({ enabled: true });
    expect(await actions()).toEqual(expect.arrayContaining(["scenario.disabled", "scenario.enabled"]));
  });
});

describe("cloneScenario", () => {
  const clone = async (scenarioId: string, source: { kind: "draft" } | { kind: "version"; number: number }) =>
    (await owner.client.mutation(api.scenarios.mutations.cloneScenario, { ...org(), scenarioId, source })).scenarioId;
  const draftOf = async (scenarioId: string) =>
    (await owner.client.query(api.drafts.queries.getDraft, { ...org(), scenarioId })).definition;

  it("copies a version or the draft into a disabled scenario with an address of its own", async () => {
    const id = await create("Orders", textWith("one"));
    await publish(id);
    const save = { ...org(), scenarioId: id, baseRevision: 1, definition: textWith("two") };
    await owner.client.mutation(api.drafts.mutations.saveDraft, save);
    const ofVersion = await clone(id, { kind: "version", number: 1 });
    const ofDraft = await clone(id, { kind: "draft" });
    expect(await draftOf(ofVersion)).toContain("one");
    expect(await draftOf(ofDraft)).toContain("two");
    const copy = await get(ofDraft);
    expect(copy).toMatchObject({
      name: "Copy of Orders",
      enabled: false,
      publishedVersion: null,
      nodeHighWaterMark: 5,
    });
    expect(await actions()).toContain("scenario.cloned");
    expect(await codeOf(clone(id, { kind: "version", number: 9 }))).toBe("not_found");
  });
});

describe("archiveScenario and restoreScenario", () => {
  it("hides and switches off, and brings back switched off", async () => {
    const id = await create("Orders");
    await publish(id);
    await archive(id);
    await archive(id);
    expect(await get(id)).toMatchObject({ enabled: false, archivedAt: expect.any(Number) as number });
    expect(await names()).toEqual(["Hello, webhook"]);
    expect(await names("archived")).toEqual(["Orders"]);
    expect(await codeOf(update(id, { name: "x" }))).toBe("conflict");
    await restore(id);
    await restore(id);
    expect(await get(id)).toMatchObject({ enabled: false, archivedAt: null, publishedVersion: 1 });
    expect(await names()).toEqual(["Orders", "Hello, webhook"]);
    const recorded = (await actions()).filter((action) => /archived|restored/.test(action));
    expect(recorded).toEqual(["scenario.archived", "scenario.restored"]);
  });
});

describe("listScenarios", () => {
  beforeEach(async () => {
    await publish(await create("Orders on"));
    const off = await create("Orders off");
    await publish(off);
    await update(off, { enabled: false });
    await create("Never published");
    await archive(await create("Gone"));
  });

  it.each<[ScenarioFilter, string[]]>([
    ["all", ["Never published", "Orders off", "Orders on", "Hello, webhook"]],
    ["on", ["Orders on", "Hello, webhook"]],
    ["off", ["Never published", "Orders off"]],
    ["drafts", ["Never published"]],
    ["failing", []],
    ["archived", ["Gone"]],
  ])("shows %s", async (filter, expected) => {
    expect((await names(filter)).sort()).toEqual([...expected].sort());
  });

  it("shows the last changed first", async () => {
    const { page } = await owner.client.query(api.scenarios.queries.listScenarios, {
      ...org(),
      paginationOpts: { numItems: 10, cursor: null },
    });
    const times = page.map((scenario) => scenario.updatedAt);
    expect(times).toEqual([...times].sort((a, b) => b - a));
  });

  it("searches names and descriptions for all words", async () => {
    expect(await names("all", "ORDERS on")).toEqual(["Orders on"]);
    expect(await names("all", "sample greets")).toEqual(["Hello, webhook"]);
    expect(await names("on", "off")).toEqual([]);
  });

  it("pages without gaps or repeats, also while filtering", async () => {
    const seen: string[] = [];
    let cursor: string | null = null;
    for (let page = 0; page < 10; page++) {
      const args = { ...org(), filter: "all" as const, search: "orders", paginationOpts: { numItems: 1, cursor } };
      const result: { page: { name: string }[]; isDone: boolean; continueCursor: string } = await owner.client.query(
        api.scenarios.queries.listScenarios,
        args,
      );
      seen.push(...result.page.map((scenario) => scenario.name));
      if (result.isDone) break;
      cursor = result.continueCursor;
    }
    expect(seen.sort()).toEqual(["Orders off", "Orders on"]);
  });

  it("counts the tabs", async () => {
    expect(await count()).toEqual({ all: 4, on: 2, off: 2, archived: 1 });
  });

  it("shows runs, the newest last, and finds scenarios whose last run failed", async () => {
    const id = await create("Broken");
    await t.run(async (ctx) => {
      for (const [index, state] of (["succeeded", "failed"] as const).entries()) {
        const startedAt = 1_000 * (index + 1);
        const logId = await ctx.db.insert("runLogs", { operations: "", closedParts: 0 });
        await ctx.db.insert("runs", {
          logId,
          organizationId: owner.organizationId,
          scenarioId: id,
          state,
          source: { kind: "version", number: 1 },
          version: 1,
          trigger: "webhook",
          definitionKey: "key",
          startedAt,
          endedAt: startedAt + 250,
          operationCount: 3,
          shard: 0,
          generation: 0,
        });
      }
    });
    expect(await names("failing")).toEqual(["Broken"]);
    const args = { ...org(), filter: "failing" as const, paginationOpts: { numItems: 5, cursor: null } };
    const { page } = await owner.client.query(api.scenarios.queries.listScenarios, args);
    expect(page[0]?.recentRuns.map(({ state, durationMs }) => [state, durationMs])).toEqual([
      ["succeeded", 250],
      ["failed", 250],
    ]);
    expect(page[0]?.lastRun).toMatchObject({ state: "failed", operationCount: 3, endedAt: 2_250 });
  });
});

it("shows the webhook's address only to those who may edit the scenario", async () => {
  const id = await create("Orders");
  const viewer = await createMember(t, owner.organizationId, "viewer");
  const seen = await viewer.client.query(api.scenarios.queries.getScenario, { ...org(), scenarioId: id });
  expect(seen).toMatchObject({ name: "Orders", webhookUrl: null });
});

it("answers another organization's, a missing and an unreadable id alike", async () => {
  const stranger = await createOwner(t);
  const id = await create("Orders");
  const theirs = { organizationId: stranger.organizationId };
  for (const scenarioId of [id, "nonsense", ""]) {
    expect(await stranger.client.query(api.scenarios.queries.getScenario, { ...theirs, scenarioId })).toBeNull();
    expect(await codeOf(stranger.client.query(api.drafts.queries.getDraft, { ...theirs, scenarioId }))).toBe(
      "not_found",
    );
  }
});
