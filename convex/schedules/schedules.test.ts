import type { JsonValue } from "@patchbay/core";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { api, internal } from "../_generated/api.js";
import type { Id } from "../_generated/dataModel.d.ts";
import {
  definitionOf,
  getDetail,
  node,
  pass,
  post,
  publishDraft,
  publishScenario,
  receive,
  saveDraft,
  useBackend,
  variables,
} from "../runs/harness.support.ts";

const backend = useBackend();
const NOON = Date.parse("2026-03-01T12:00:00Z");
const MINUTE = 60_000;

beforeEach(() => vi.setSystemTime(NOON));

const scheduled = (config: Record<string, JsonValue>) =>
  definitionOf([node(1, "schedule.tick", { config }), variables(2, { at: "{{1.scheduledAt}}" })]);
const quarterly = scheduled({ mode: "interval", every: 15, unit: "minutes" });

const listSchedules = () => backend.t.run((ctx) => ctx.db.query("schedules").collect());

async function requireSchedule() {
  const [row, ...others] = await listSchedules();
  if (!row || others.length > 0) throw new Error(`There are ${others.length + (row ? 1 : 0)} schedules.`);
  return row;
}

const nextRunAt = async () => (await requireSchedule()).nextAt;

/** The bundles of all runs that the clock started, oldest first. */
async function startedBundles(): Promise<{ scheduledAt: string; missed: number }[]> {
  const runs = await backend.t.run((ctx) => ctx.db.query("runs").collect());
  const ticked = runs.filter(({ trigger }) => trigger === "schedule");
  const details = await Promise.all(ticked.map(({ _id }) => getDetail(backend.owner, _id)));
  return details.map(({ payload }) => JSON.parse(payload ?? "") as { scheduledAt: string; missed: number });
}

/** What the timer does, some time after it was due. */
async function strikeAt(ms: number): Promise<void> {
  const { _id: scheduleId, generation } = await requireSchedule();
  vi.setSystemTime(ms);
  await backend.t.mutation(internal.schedules.tick.tick, { scheduleId, generation });
}

const setEnabled = (scenarioId: Id<"scenarios">, enabled: boolean) =>
  backend.owner.client.mutation(api.scenarios.mutations.updateScenario, { ...backend.at(), scenarioId, enabled });

describe("a scenario with a schedule", () => {
  it("is run by its timer, once per time, and shows when it is next", async () => {
    const { scenarioId } = await publishScenario(
      backend.owner,
      scheduled({ mode: "interval", every: 1, unit: "minutes" }),
    );
    await pass(2 * MINUTE + 5_000);
    expect((await startedBundles()).map(({ scheduledAt }) => scheduledAt)).toEqual([
      "2026-03-01T12:01:00.000Z",
      "2026-03-01T12:02:00.000Z",
    ]);
    const scenario = await backend.owner.client.query(api.scenarios.queries.getScenario, {
      ...backend.at(),
      scenarioId,
    });
    expect(scenario).toMatchObject({ publishedTrigger: "schedule", nextRunAt: NOON + 3 * MINUTE });
  });

  it("keeps its times when a version with the same schedule is published, and starts anew with another", async () => {
    const { scenarioId } = await publishScenario(backend.owner, quarterly);
    vi.setSystemTime(NOON + 5 * MINUTE);
    const [trigger] = quarterly.nodes;
    if (!trigger) throw new Error("no trigger");
    await saveDraft(backend.owner, scenarioId, definitionOf([trigger, variables(2, { other: "x" })]));
    await publishDraft(backend.owner, scenarioId);
    expect(await nextRunAt()).toBe(NOON + 15 * MINUTE);
    await saveDraft(backend.owner, scenarioId, scheduled({ mode: "interval", every: 1, unit: "hours" }));
    await publishDraft(backend.owner, scenarioId);
    expect(await nextRunAt()).toBe(NOON + 65 * MINUTE);
  });

  it("stands still while it is switched off, and counts anew from when it is switched on", async () => {
    const { scenarioId } = await publishScenario(backend.owner, quarterly);
    await setEnabled(scenarioId, false);
    expect(await listSchedules()).toEqual([]);
    vi.setSystemTime(NOON + 100 * MINUTE);
    await setEnabled(scenarioId, true);
    expect(await nextRunAt()).toBe(NOON + 115 * MINUTE);
    await backend.owner.client.mutation(api.scenarios.mutations.archiveScenario, { ...backend.at(), scenarioId });
    expect(await listSchedules()).toEqual([]);
  });

  it("is stopped by a version that is started by a webhook, and comes back by a rollback", async () => {
    const { scenarioId } = await publishScenario(backend.owner, quarterly);
    await saveDraft(backend.owner, scenarioId, definitionOf([receive, variables(2, { a: "b" })]));
    await publishDraft(backend.owner, scenarioId);
    expect(await listSchedules()).toEqual([]);
    await backend.owner.client.mutation(api.versions.mutations.rollback, { ...backend.at(), scenarioId, number: 1 });
    expect(await nextRunAt()).toBe(NOON + 15 * MINUTE);
  });

  it("does not answer to its webhook address", async () => {
    const { path } = await publishScenario(backend.owner, quarterly);
    expect((await post(backend.t, path, {})).status).toBe(404);
  });

  it("can be run by hand, with the time as its bundle", async () => {
    const { scenarioId } = await publishScenario(backend.owner, quarterly);
    const started = await backend.owner.client.mutation(api.runs.mutations.startRun, {
      ...backend.at(),
      scenarioId,
      source: { kind: "version" },
      payload: "{}",
    });
    if (started.kind !== "ok") throw new Error("not started");
    const { payload } = await getDetail(backend.owner, started.runId);
    expect(JSON.parse(payload ?? "")).toMatchObject({ scheduledAt: "2026-03-01T12:00:00.000Z", missed: 0 });
  });

  it("is not published with times that cannot be read", async () => {
    const bad = scheduled({ mode: "cron", expression: "61 * * * *" });
    await expect(publishScenario(backend.owner, bad)).rejects.toThrow("invalid_schedule");
  });
});

describe("a timer", () => {
  it("of an earlier generation does nothing, nor one that comes too early or twice", async () => {
    await publishScenario(backend.owner, quarterly);
    const { _id: scheduleId, generation } = await requireSchedule();
    const tick = (of: number) => backend.t.mutation(internal.schedules.tick.tick, { scheduleId, generation: of });
    await tick(generation);
    vi.setSystemTime(NOON + 15 * MINUTE);
    await tick(generation - 1);
    expect(await startedBundles()).toEqual([]);
    await tick(generation);
    await tick(generation);
    expect(await startedBundles()).toHaveLength(1);
  });

  it("that is gone is found by the sweeper", async () => {
    await publishScenario(backend.owner, quarterly);
    await backend.t.run(async (ctx) => {
      for (const job of await ctx.db.system.query("_scheduled_functions").collect())
        await ctx.scheduler.cancel(job._id);
    });
    vi.setSystemTime(NOON + 15 * MINUTE + 45_000);
    await backend.t.mutation(internal.schedules.tick.sweep, {});
    await pass(500);
    expect(await startedBundles()).toHaveLength(1);
  });
});

describe("times that were missed", () => {
  const dates = ["2026-03-01T13:00:00Z", "2026-03-01T14:00:00Z", "2026-03-01T15:00:00Z", "2026-03-02T00:00:00Z"];
  const lateMs = Date.parse("2026-03-01T15:30:00Z");

  it.each([
    ["skip", []],
    ["once", [["15:00", 2]]],
    [
      "all",
      [
        ["13:00", 0],
        ["14:00", 0],
        ["15:00", 0],
      ],
    ],
  ])("with %s", async (missed, expected) => {
    await publishScenario(backend.owner, scheduled({ mode: "dates", dates, missed }));
    await strikeAt(lateMs);
    const bundles = await startedBundles();
    expect(bundles.map((bundle) => [bundle.scheduledAt.slice(11, 16), bundle.missed])).toEqual(expected);
    expect(await nextRunAt()).toBe(Date.parse("2026-03-02T00:00:00Z"));
  });

  it("skip runs a time that is only a little late", async () => {
    await publishScenario(backend.owner, scheduled({ mode: "dates", dates }));
    await strikeAt(Date.parse("2026-03-01T13:00:30Z"));
    expect(await startedBundles()).toMatchObject([{ scheduledAt: "2026-03-01T13:00:00.000Z" }]);
  });

  it("end with the last date, without a timer", async () => {
    await publishScenario(backend.owner, scheduled({ mode: "dates", dates: ["2026-03-01T13:00:00Z"] }));
    await strikeAt(Date.parse("2026-03-01T13:00:00Z"));
    expect(await nextRunAt()).toBeUndefined();
  });

  it("are made up for in portions", async () => {
    await publishScenario(backend.owner, scheduled({ mode: "interval", every: 1, unit: "minutes", missed: "all" }));
    await strikeAt(NOON + 30 * MINUTE);
    expect(await startedBundles()).toHaveLength(20);
    await strikeAt(NOON + 30 * MINUTE);
    expect(await startedBundles()).toHaveLength(30);
    expect(await nextRunAt()).toBe(NOON + 31 * MINUTE);
  });
});
