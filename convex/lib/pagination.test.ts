import { describe, expect, it } from "vitest";
import { api } from "../_generated/api.js";
import type { Id } from "../_generated/dataModel.d.ts";
import { codeOf, createBackend, createOwner, textWith, type Backend, type Person } from "../test.support.ts";

/** A person with three published scenarios, of which one is off and one archived, and three runs of the first. */
interface Tenant extends Person {
  scenarioId: Id<"scenarios">;
}

async function createTenant(t: Backend): Promise<Tenant> {
  const person = await createOwner(t);
  const { client, organizationId } = person;
  const made: Id<"scenarios">[] = [];
  for (const name of ["one", "two", "three"]) {
    const definition = textWith(name);
    const at = { organizationId, name, definition };
    const { scenarioId } = await client.mutation(api.scenarios.mutations.createScenario, at);
    await client.mutation(api.versions.mutations.publish, { organizationId, scenarioId, draftRevision: 1 });
    made.push(scenarioId);
  }
  const [scenarioId, off, archived] = made as [Id<"scenarios">, Id<"scenarios">, Id<"scenarios">];
  await client.mutation(api.scenarios.mutations.updateScenario, { organizationId, scenarioId: off, enabled: false });
  await client.mutation(api.scenarios.mutations.archiveScenario, { organizationId, scenarioId: archived });
  for (const payload of ["1", "2", "3"]) {
    const start = { organizationId, scenarioId, source: { kind: "version" as const }, payload };
    await client.mutation(api.runs.mutations.startRun, start);
  }
  return { ...person, scenarioId };
}

interface Page {
  page: { id: string }[];
  isDone: boolean;
  continueCursor: string;
}
type List = (
  tenant: Tenant,
  opts: { numItems: number; cursor: string | null; endCursor?: string | null },
) => Promise<Page>;

const { listRuns } = api.runs.queries;
const { listScenarios } = api.scenarios.queries;
const runsOf =
  (narrow: (tenant: Tenant) => object): List =>
  async ({ client, organizationId, ...tenant }, paginationOpts) =>
    await client.query(listRuns, { organizationId, paginationOpts, ...narrow({ client, organizationId, ...tenant }) });
const scenariosWith =
  (filter: "all" | "on" | "off" | "archived"): List =>
  async ({ client, organizationId }, paginationOpts) =>
    await client.query(listScenarios, { organizationId, paginationOpts, filter });

/** Every list whose cursor is a plain index key. */
const lists: [string, List][] = [
  ["all runs", runsOf(() => ({}))],
  ["runs in a state", runsOf(() => ({ state: "succeeded" }))],
  ["a scenario's runs", runsOf(({ scenarioId }) => ({ scenarioId }))],
  ["a scenario's runs in a state", runsOf(({ scenarioId }) => ({ scenarioId, state: "succeeded" }))],
  ["a version's runs", runsOf(({ scenarioId }) => ({ scenarioId, version: 1 }))],
  ["scenarios", scenariosWith("all")],
  ["scenarios that are on", scenariosWith("on")],
  ["scenarios that are off", scenariosWith("off")],
  ["archived scenarios", scenariosWith("archived")],
];

async function walk(list: List, tenant: Tenant) {
  const ids: string[] = [];
  const cursors: string[] = [];
  for (let cursor: string | null = null; ;) {
    const { page, isDone, continueCursor }: Page = await list(tenant, { numItems: 1, cursor });
    ids.push(...page.map(({ id }) => id));
    if (isDone) return { ids, cursors, end: continueCursor };
    cursors.push(continueCursor);
    cursor = continueCursor;
  }
}

describe.each(lists)("the pages of %s", (_name, list) => {
  it("hold every row of their own once, and nobody else's, whatever the cursor says", async () => {
    const t = createBackend();
    // Ids rise: the middle one has neighbours on both sides.
    const tenants = [await createTenant(t), await createTenant(t), await createTenant(t)];
    const walks = await Promise.all(tenants.map((tenant) => walk(list, tenant)));
    const [, own] = walks as [unknown, (typeof walks)[0]];
    const middle = tenants[1] as Tenant;
    expect(new Set(own.ids).size).toBe(own.ids.length);
    expect(own.ids.length).toBeGreaterThan(0);
    expect((await list(middle, { numItems: 100, cursor: null })).page.map(({ id }) => id)).toEqual(own.ids);
    expect((await list(middle, { numItems: 100, cursor: own.end })).page).toEqual([]);
    expect((await list(middle, { numItems: 1, cursor: null, endCursor: own.end })).page).toHaveLength(own.ids.length);

    const foreign = walks.flatMap((other, index) => (index === 1 ? [] : other.cursors));
    const key = JSON.parse(foreign[0] ?? own.cursors[0] ?? '["x",1,"y"]') as unknown[];
    const forged = ["", "x", "null", "{}", "1", '["\uffff"]', '[""]', "[null]", '[{"$undefined":1}]', "[[]]"];
    const cut = [
      key.slice(0, 1),
      key.slice(0, -1),
      [...key, 1],
      key.map(() => "zzzz"),
      [...key.slice(0, -1), "zzzz"],
      key.map(() => 0),
    ];
    for (const cursor of [...foreign, ...forged, ...cut.map((parts) => JSON.stringify(parts))]) {
      expect(await codeOf(list(middle, { numItems: 100, cursor })), cursor).toBe("invalid");
      expect(await codeOf(list(middle, { numItems: 100, cursor: null, endCursor: cursor })), cursor).toBe("invalid");
    }
  });
});

it("gives no page of nothing, or of everything, for a size that makes no sense", async () => {
  const t = createBackend();
  const tenant = await createTenant(t);
  const [, list] = lists[0] as [string, List];
  for (const numItems of [0, -1, 0.5, Number.NaN]) {
    expect((await list(tenant, { numItems, cursor: null })).page).toHaveLength(1);
  }
  expect((await list(tenant, { numItems: Number.POSITIVE_INFINITY, cursor: null })).page).toHaveLength(3);
});
