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
  const args = { organizationId: owner.organizationId, name: "Orders" };
  ({ scenarioId } = await owner.client.mutation(api.scenarios.mutations.createScenario, args));
});

const at = () => ({ organizationId: owner.organizationId, scenarioId });
const getDraft = () => owner.client.query(api.drafts.queries.getDraft, at());
const save = (baseRevision: number, definition: string) =>
  owner.client.mutation(api.drafts.mutations.saveDraft, { ...at(), baseRevision, definition });
const publish = (draftRevision: number) =>
  owner.client.mutation(api.versions.mutations.publish, { ...at(), draftRevision });
const discard = (baseRevision: number) =>
  owner.client.mutation(api.drafts.mutations.discardDraft, { ...at(), baseRevision });

async function highWaterMark() {
  return (await owner.client.query(api.scenarios.queries.getScenario, at()))?.nodeHighWaterMark;
}

describe("saveDraft", () => {
  it("starts at revision 1 with an empty definition and rises by one with each save", async () => {
    expect(await getDraft()).toMatchObject({ revision: 1, definition: emptyText(), baseVersion: null });
    expect(await save(1, textWith("one"))).toMatchObject({ kind: "ok", revision: 2 });
    expect(await save(2, textWith("two"))).toMatchObject({ kind: "ok", revision: 3 });
    const draft = await getDraft();
    expect(draft.revision).toBe(3);
    expect(draft.definition).toContain("two");
    expect(draft.updatedBy).toEqual({ name: expect.stringMatching(/^Person/) as string });
  });

  it("answers a stale revision with the head and changes nothing", async () => {
    await save(1, textWith("one"));
    const before = await getDraft();
    const { revision, definition, updatedAt, updatedBy } = before;
    const head = { revision, definition, updatedAt, updatedBy };
    expect(await save(1, textWith("two"))).toEqual({ kind: "conflict", head });
    expect(await getDraft()).toEqual(before);
  });

  it("lets one of two simultaneous saves from one revision win", async () => {
    const results = await Promise.all([save(1, textWith("one")), save(1, textWith("two"))]);
    expect(results.map((result) => result.kind)).toEqual(["ok", "conflict"]);
    expect((await getDraft()).revision).toBe(2);
  });

  it.each([
    ["what is not JSON", "{", "malformed_json"],
    ["what is too large", JSON.stringify("x".repeat(900_001)), "definition_too_large"],
  ])("refuses %s", async (_name, text, code) => {
    expect(await save(1, text)).toMatchObject({ kind: "invalid", issues: [{ code, severity: "error" }] });
    expect((await getDraft()).revision).toBe(1);
  });

  it("refuses what has not the structure of a definition", async () => {
    expect(await save(1, JSON.stringify({ format: 1, nodes: [{ id: -1 }], edges: [] }))).toMatchObject({
      kind: "invalid",
    });
    expect((await getDraft()).revision).toBe(1);
  });

  it("takes definitions with keys that Convex objects refuse", async () => {
    const definition = JSON.parse(textWith("one")) as { nodes: { config: object }[] };
    definition.nodes[0]!.config = { $ref: "x", ключ: 1, nested: { _a: [[[[[[[[1]]]]]]]] } };
    expect(await save(1, JSON.stringify(definition))).toMatchObject({ kind: "ok" });
    expect((await getDraft()).definition).toContain("ключ");
  });

  it("never lowers the node high-water mark, so ids do not come back", async () => {
    await save(1, textWith("one"));
    expect(await highWaterMark()).toBe(5);
    await save(2, emptyText());
    expect(await highWaterMark()).toBe(5);
  });

  it("is refused while the scenario is deleted", async () => {
    await owner.client.mutation(api.scenarios.mutations.archiveScenario, at());
    expect(await codeOf(save(1, textWith("one")))).toBe("conflict");
  });
});

describe("loadVersion and discardDraft", () => {
  beforeEach(async () => {
    await save(1, textWith("one"));
    await publish(2);
    await save(2, textWith("two"));
    await publish(3);
    await save(3, textWith("three"));
  });

  it("puts a version's content into the draft", async () => {
    const load = { ...at(), number: 1, baseRevision: 4 };
    expect(await owner.client.mutation(api.drafts.mutations.loadVersion, load)).toMatchObject({
      kind: "ok",
      revision: 5,
    });
    const draft = await getDraft();
    expect(draft).toMatchObject({ baseVersion: 1, differsFromPublished: true });
    expect(draft.definition).toContain("one");
    expect(await codeOf(owner.client.mutation(api.drafts.mutations.loadVersion, { ...load, number: 7 }))).toBe(
      "not_found",
    );
  });

  it("goes back to the published version", async () => {
    expect(await discard(4)).toMatchObject({ kind: "ok", revision: 5 });
    const draft = await getDraft();
    expect(draft.definition).toContain("two");
    expect(draft.differsFromPublished).toBe(false);
  });

  it("both refuse a stale revision", async () => {
    expect(await discard(3)).toMatchObject({ kind: "conflict", head: { revision: 4 } });
    const load = { ...at(), number: 1, baseRevision: 3 };
    expect(await owner.client.mutation(api.drafts.mutations.loadVersion, load)).toMatchObject({ kind: "conflict" });
  });
});

it("discards to an empty definition before the first publish", async () => {
  await save(1, textWith("one"));
  expect(await discard(2)).toMatchObject({ kind: "ok", revision: 3 });
  expect((await getDraft()).definition).toBe(emptyText());
});
