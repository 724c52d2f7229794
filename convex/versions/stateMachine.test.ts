/** Random sequences of what people do to a scenario, against a model small enough to be seen to be right. */
import fc from "fast-check";
import { expect, it } from "vitest";
import { api } from "../_generated/api.js";
import type { Id } from "../_generated/dataModel.d.ts";
import { codeOf, createBackend, createOwner, emptyText, textWith, type Person } from "../test.support.ts";

/** Versions by number (from 1), each its text; the last one is published. `null` is an empty definition. */
interface Model {
  draft: string | null;
  revision: number;
  versions: { text: string; restoredFrom: number | null }[];
  enabled: boolean;
  archived: boolean;
}

interface Real {
  owner: Person;
  at: { organizationId: Id<"organizations">; scenarioId: Id<"scenarios"> };
}

type Command = fc.AsyncCommand<Model, Real>;

/** A command whose `act` says what the backend answered, and whose `expected` changes the model and says what it should. */
function command(
  name: string,
  act: (real: Real, model: Readonly<Model>) => Promise<unknown>,
  expected: (model: Model) => unknown,
): Command {
  return {
    check: () => true,
    toString: () => name,
    run: async (model, real) => {
      const answered = model.archived ? await codeOf(act(real, model)) : await act(real, model);
      const wanted = model.archived ? "conflict" : expected(model);
      if (typeof wanted === "string") expect(answered).toBe(wanted);
      else expect(answered).toMatchObject(wanted as object);
      await compare(model, real);
    },
  };
}

const textOf = (text: string | null) => (text === null ? emptyText() : textWith(text));
const published = (model: Readonly<Model>) => model.versions.at(-1)?.text;

async function compare(model: Model, { owner, at }: Real): Promise<void> {
  const draft = await owner.client.query(api.drafts.queries.getDraft, at);
  expect(draft).toMatchObject({ revision: model.revision, definition: textOf(model.draft) });
  const scenario = await owner.client.query(api.scenarios.queries.getScenario, at);
  expect(scenario).toMatchObject({
    enabled: model.enabled,
    publishedVersion: model.versions.length || null,
    nextVersion: model.versions.length + 1,
  });
  const paginationOpts = { numItems: 100, cursor: null };
  const { page } = await owner.client.query(api.versions.queries.listVersions, { ...at, paginationOpts });
  const seen = [...page].reverse().map(({ number, state, restoredFrom }) => ({ number, state, restoredFrom }));
  const last = model.versions.length - 1;
  expect(seen).toEqual(
    model.versions.map(({ restoredFrom }, index) => ({
      number: index + 1,
      state: index === last ? "published" : "superseded",
      restoredFrom,
    })),
  );
}

const save = (text: string | null, stale: boolean) =>
  command(
    `save(${text}${stale ? ", stale" : ""})`,
    ({ owner, at }, { revision }) => {
      const args = { ...at, baseRevision: stale ? revision - 1 : revision, definition: textOf(text) };
      return owner.client.mutation(api.drafts.mutations.saveDraft, args);
    },
    (model) => {
      if (stale) return { kind: "conflict", head: { revision: model.revision } };
      model.draft = text;
      model.revision += 1;
      return { kind: "ok", revision: model.revision };
    },
  );

const publish = command(
  "publish",
  ({ owner, at }, { revision }) =>
    owner.client.mutation(api.versions.mutations.publish, { ...at, draftRevision: revision }),
  (model) => {
    if (model.draft === null) return { kind: "invalid" };
    if (model.draft === published(model)) return { kind: "unchanged", number: model.versions.length };
    model.enabled ||= model.versions.length === 0;
    model.versions.push({ text: model.draft, restoredFrom: null });
    return { kind: "ok", number: model.versions.length };
  },
);

/** `pick` chooses among the versions that there are. */
const rollback = (pick: number) =>
  command(
    `rollback(${pick})`,
    async ({ owner, at }, model) => {
      if (model.versions.length === 0 && !model.archived) return { kind: "nothing" };
      const number = (pick % Math.max(1, model.versions.length)) + 1;
      return await owner.client.mutation(api.versions.mutations.rollback, { ...at, number });
    },
    (model) => {
      if (model.versions.length === 0) return { kind: "nothing" };
      const number = (pick % model.versions.length) + 1;
      if (number === model.versions.length) return { kind: "current" };
      const text = model.versions[number - 1]?.text ?? "";
      model.versions.push({ text, restoredFrom: number });
      return { kind: "ok", number: model.versions.length, draftDiffers: model.draft !== text };
    },
  );

const discard = command(
  "discard",
  ({ owner, at }, { revision }) =>
    owner.client.mutation(api.drafts.mutations.discardDraft, { ...at, baseRevision: revision }),
  (model) => {
    model.draft = published(model) ?? null;
    model.revision += 1;
    return { kind: "ok", revision: model.revision };
  },
);

const toggle = command(
  "toggle",
  async ({ owner, at }, { enabled, versions, archived }) => {
    if (versions.length === 0 && !archived) return { kind: "nothing" };
    await owner.client.mutation(api.scenarios.mutations.updateScenario, { ...at, enabled: !enabled });
    return { kind: "toggled" };
  },
  (model) => {
    if (model.versions.length === 0) return { kind: "nothing" };
    model.enabled = !model.enabled;
    return { kind: "toggled" };
  },
);

/** Deleting and restoring are open in every state. */
const setArchived = (archived: boolean): Command => ({
  check: () => true,
  toString: () => (archived ? "archive" : "restore"),
  run: async (model, real) => {
    const { archiveScenario, restoreScenario } = api.scenarios.mutations;
    await real.owner.client.mutation(archived ? archiveScenario : restoreScenario, real.at);
    model.archived = archived;
    if (archived) model.enabled = false;
    await compare(model, real);
  },
});

const text = fc.constantFrom("one", "two", "three", null);
const commands = fc.commands(
  [
    fc.tuple(text, fc.boolean()).map(([value, stale]) => save(value, stale)),
    text.map((value) => save(value, false)),
    fc.constant(publish),
    fc.constant(publish),
    fc.nat(20).map(rollback),
    fc.constant(discard),
    fc.constant(toggle),
    fc
      .oneof({ weight: 1, arbitrary: fc.constant(true) }, { weight: 3, arbitrary: fc.constant(false) })
      .map(setArchived),
  ],
  { maxCommands: 25 },
);

it("behaves as the model says, whatever is done in whatever order", async () => {
  await fc.assert(
    fc.asyncProperty(commands, async (sequence) => {
      const owner = await createOwner(createBackend());
      const { organizationId } = owner;
      const created = await owner.client.mutation(api.scenarios.mutations.createScenario, {
        organizationId,
        name: "S",
      });
      const model: Model = { draft: null, revision: 1, versions: [], enabled: false, archived: false };
      const real: Real = { owner, at: { organizationId, scenarioId: created.scenarioId } };
      await fc.asyncModelRun(() => ({ model, real }), sequence);
    }),
    { numRuns: 30, seed: 20_261_120 },
  );
});
