import { beforeEach, describe, expect, it } from "vitest";
import { api } from "../_generated/api.js";
import type { Id } from "../_generated/dataModel.d.ts";
import { codeOf, createBackend, createOwner, emptyText, textWith, type Backend, type Person } from "../test.support.ts";

let t: Backend;
let owner: Person;
let scenarioId: Id<"scenarios">;

beforeEach(async () => {
  t = createBackend();
  owner = await createOwner(t);
  const created = await owner.client.mutation(api.scenarios.mutations.createScenario, {
    organizationId: owner.organizationId,
    name: "Orders",
    definition: textWith("one"),
  });
  scenarioId = created.scenarioId;
});

const at = () => ({ organizationId: owner.organizationId, scenarioId });
const getScenario = () => owner.client.query(api.scenarios.queries.getScenario, at());
const getDraft = () => owner.client.query(api.drafts.queries.getDraft, at());
const versionNumbered = (number: number) => owner.client.query(api.versions.queries.getVersion, { ...at(), number });
const rollback = (number: number) => owner.client.mutation(api.versions.mutations.rollback, { ...at(), number });

async function save(text: string) {
  const { revision } = await getDraft();
  const args = { ...at(), baseRevision: revision, definition: text };
  return await owner.client.mutation(api.drafts.mutations.saveDraft, args);
}

async function publish(extra: { label?: string; note?: string } = {}) {
  const { revision } = await getDraft();
  return await owner.client.mutation(api.versions.mutations.publish, { ...at(), draftRevision: revision, ...extra });
}

async function listVersions() {
  const paginationOpts = { numItems: 10, cursor: null };
  return (await owner.client.query(api.versions.queries.listVersions, { ...at(), paginationOpts })).page;
}

/** Everything that publish and rollback may write. */
const snapshot = () =>
  t.run(async (ctx) => ({
    scenario: await ctx.db.get("scenarios", scenarioId),
    drafts: await ctx.db.query("drafts").collect(),
    versions: await ctx.db.query("versions").collect(),
    definitions: await ctx.db.query("versionDefinitions").collect(),
    audit: await ctx.db.query("auditEntries").collect(),
  }));

describe("publish", () => {
  it("makes version 1, moves the pointer, enables the scenario and writes the audit entry", async () => {
    expect(await getScenario()).toMatchObject({ enabled: false, publishedVersion: null, nextVersion: 1 });
    expect(await publish({ label: " First ", note: "why" })).toEqual({ kind: "ok", number: 1 });
    expect(await getScenario()).toMatchObject({ enabled: true, publishedVersion: 1, nextVersion: 2 });
    const version = await versionNumbered(1);
    expect(version).toMatchObject({ state: "published", label: "First", note: "why", restoredFrom: null, liveRuns: 0 });
    expect(version?.definition).toContain("one");
    expect(version?.contentHash).toMatch(/^[0-9a-f]{64}$/);
    // Five nodes and, as a change, the note.
    expect(version?.changes).toEqual({ added: 5, removed: 0, changed: 1, moved: 0 });
    const { audit } = await snapshot();
    expect(audit.at(-1)).toMatchObject({ action: "version.published", actorId: owner.userId, resourceId: scenarioId });
  });

  it("supersedes the version before and summarises what changed", async () => {
    await publish();
    await save(textWith("two"));
    expect(await publish()).toEqual({ kind: "ok", number: 2 });
    const versions = await listVersions();
    expect(versions.map(({ number, state }) => [number, state])).toEqual([
      [2, "published"],
      [1, "superseded"],
    ]);
    expect(versions[0]?.changes).toMatchObject({ added: 0, removed: 0, changed: 1 });
    expect((await versionNumbered(1))?.definition).toContain("one");
  });

  it("leaves a scenario that was switched off switched off", async () => {
    await publish();
    await owner.client.mutation(api.scenarios.mutations.updateScenario, { ...at(), enabled: false });
    await save(textWith("two"));
    await publish();
    expect(await getScenario()).toMatchObject({ enabled: false, publishedVersion: 2 });
  });

  it("refuses an unchanged draft, also when it was changed and changed back", async () => {
    await publish();
    expect(await publish()).toEqual({ kind: "unchanged", number: 1 });
    await save(textWith("two"));
    await save(textWith("one"));
    expect(await publish()).toEqual({ kind: "unchanged", number: 1 });
  });

  it("writes nothing when the definition has errors", async () => {
    await save(emptyText());
    const before = await snapshot();
    const result = await publish();
    expect(result.kind).toBe("invalid");
    expect(result.kind === "invalid" && result.issues.length).toBeGreaterThan(0);
    expect(await snapshot()).toEqual(before);
  });

  it("writes nothing when a node names a connection that is not the organization's", async () => {
    const stranger = await createOwner(t);
    const { id } = await stranger.client.action(api.connections.actions.createConnection, {
      organizationId: stranger.organizationId,
      type: "http.bearer",
      name: "Theirs",
      values: { token: "secret" },
    });
    const definition = JSON.parse(textWith("one")) as { nodes: { id: number; connectionId?: string }[] };
    for (const node of definition.nodes) if (node.id === 4) node.connectionId = id;
    await save(JSON.stringify(definition));
    expect(await publish()).toMatchObject({ kind: "invalid", issues: [{ code: "connection_missing", nodeId: 4 }] });
  });

  it("answers a stale revision with the head's, writing nothing", async () => {
    await save(textWith("two"));
    const before = await snapshot();
    const stale = { ...at(), draftRevision: 1 };
    expect(await owner.client.mutation(api.versions.mutations.publish, stale)).toEqual({
      kind: "conflict",
      revision: 2,
    });
    expect(await snapshot()).toEqual(before);
  });

  it("lets only one of two simultaneous publishes of one revision win", async () => {
    const results = await Promise.all([publish(), publish(), publish()]);
    expect(results.map((result) => result.kind).sort()).toEqual(["ok", "unchanged", "unchanged"]);
    expect((await snapshot()).versions.filter((version) => version.scenarioId === scenarioId)).toHaveLength(1);
  });

  it("stops at 1,000 versions that are not archived", async () => {
    await t.run((ctx) => ctx.db.patch("scenarios", scenarioId, { liveVersionCount: 1_000 }));
    expect(await publish()).toEqual({ kind: "version_limit" });
  });

  it("refuses a label that is too long, and a deleted scenario", async () => {
    expect(await codeOf(publish({ label: "x".repeat(81) }))).toBe("invalid");
    await owner.client.mutation(api.scenarios.mutations.archiveScenario, at());
    expect(await codeOf(publish())).toBe("conflict");
  });
});

describe("listVersions", () => {
  it("counts each version's runs that have not ended, up to 100", async () => {
    await publish();
    await save(textWith("two"));
    await publish();
    await t.run(async (ctx) => {
      const run = {
        logId: await ctx.db.insert("runLogs", { operations: "", closedParts: 0 }),
        organizationId: owner.organizationId,
        scenarioId,
        trigger: "webhook" as const,
        definitionKey: "key",
        startedAt: 0,
        operationCount: 0,
        shard: 0,
        generation: 0,
      };
      const add = (version: number, state: "waiting" | "incomplete" | "succeeded") =>
        ctx.db.insert("runs", { ...run, state, version, source: { kind: "version", number: version } });
      for (let index = 0; index < 101; index++) await add(1, "waiting");
      await add(2, "incomplete");
      await add(2, "succeeded");
    });
    expect((await listVersions()).map(({ number, liveRuns }) => [number, liveRuns])).toEqual([
      [2, 1],
      [1, 100],
    ]);
    expect((await versionNumbered(2))?.liveRuns).toBe(1);
    expect(await versionNumbered(9)).toBeNull();
  });
});

describe("rollback", () => {
  it("writes a new version with the old content, and leaves the draft alone", async () => {
    await publish();
    await save(textWith("two"));
    await publish();
    const draft = await getDraft();
    expect(await rollback(1)).toEqual({ kind: "ok", number: 3, draftDiffers: true });
    expect(await getDraft()).toEqual({ ...draft, differsFromPublished: true });
    const [third, second, first] = await listVersions();
    expect(third).toMatchObject({ number: 3, state: "published", restoredFrom: 1, contentHash: first?.contentHash });
    expect(second).toMatchObject({ state: "superseded" });
    expect((await versionNumbered(3))?.definition).toBe((await versionNumbered(1))?.definition);
    expect((await snapshot()).audit.at(-1)).toMatchObject({ action: "version.rolledBack" });
  });

  it("says when the draft already equals the restored version", async () => {
    await publish();
    await save(textWith("two"));
    await publish();
    await save(textWith("one"));
    expect(await rollback(1)).toEqual({ kind: "ok", number: 3, draftDiffers: false });
  });

  it("refuses the current version, an archived one, a missing one and the limit, writing nothing", async () => {
    await publish();
    await save(textWith("two"));
    await publish();
    const before = await snapshot();
    expect(await rollback(2)).toEqual({ kind: "current" });
    expect(await codeOf(rollback(9))).toBe("not_found");
    expect(await snapshot()).toEqual(before);
    await t.run((ctx) => ctx.db.patch("scenarios", scenarioId, { liveVersionCount: 1_000 }));
    expect(await rollback(1)).toEqual({ kind: "version_limit" });
    const first = (await snapshot()).versions.find(
      (version) => version.scenarioId === scenarioId && version.number === 1,
    );
    await t.run((ctx) => ctx.db.patch("versions", first!._id, { state: "archived" }));
    expect(await rollback(1)).toEqual({ kind: "archived" });
  });

  it("gives simultaneous rollbacks numbers of their own and one published version", async () => {
    await publish();
    await save(textWith("two"));
    await publish();
    const results = await Promise.all([rollback(1), rollback(1)]);
    expect(results).toEqual([
      { kind: "ok", number: 3, draftDiffers: true },
      { kind: "ok", number: 4, draftDiffers: true },
    ]);
    expect((await listVersions()).filter((version) => version.state === "published")).toHaveLength(1);
  });
});
