import type { JsonValue } from "@patchbay/core";
import type { FunctionReference } from "convex/server";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { api, internal } from "../_generated/api.js";
import type { Id } from "../_generated/dataModel.d.ts";
import {
  definitionOf,
  getDetail,
  node,
  okJson,
  pass,
  publishDraft,
  publishScenario,
  receive,
  saveDraft,
  stubService,
  useBackend,
  variables,
} from "../runs/harness.support.ts";
import { performPoll } from "./perform.ts";

const backend = useBackend();
const NOON = Date.parse("2026-03-01T12:00:00Z");
const MINUTE = 60_000;

let list: { id: string }[] = [];
let calls: { headers: Record<string, string> }[] = [];
let answer: () => Response = () => okJson(list);
beforeEach(() => {
  vi.setSystemTime(NOON);
  list = [];
  answer = () => okJson(list);
  calls = stubService(() => answer());
});

const items = (from: number, to: number) =>
  Array.from({ length: to - from + 1 }, (_, index) => ({ id: `i${from + index}` }));

const watched = (config: Record<string, JsonValue> = {}, spec: { connectionId?: string } = {}) =>
  definitionOf([
    node(1, "http.watchList", {
      ...spec,
      config: { url: "https://service.test/items", order: "oldestFirst", everyMinutes: 5, ...config },
    }),
    variables(2, { id: "{{1.id}}" }),
  ]);

async function requirePoller() {
  const rows = await backend.t.run((ctx) => ctx.db.query("pollers").collect());
  if (rows.length !== 1) throw new Error(`There are ${rows.length} pollers.`);
  return rows[0]!;
}

/** What the timer does when it is time. */
async function pollNow(): Promise<void> {
  const { _id: pollerId, generation, nextAt } = await requirePoller();
  if (nextAt !== undefined && nextAt > Date.now()) vi.setSystemTime(nextAt);
  await backend.t.action(internal.polling.perform.poll, { pollerId, generation });
}

/** The ids that runs were started for, in order. */
async function startedIds(): Promise<string[]> {
  const runs = await backend.t.run((ctx) => ctx.db.query("runs").collect());
  const polled = runs.filter(({ trigger }) => trigger === "polling");
  const details = await Promise.all(polled.map(({ _id }) => getDetail(backend.owner, _id)));
  return details.map(({ payload }) => (JSON.parse(payload ?? "") as { id: string }).id);
}

const status = (scenarioId: Id<"scenarios">) =>
  backend.owner.client.query(api.polling.queries.getPolling, { ...backend.at(), scenarioId });
const setEnabled = (scenarioId: Id<"scenarios">, enabled: boolean) =>
  backend.owner.client.mutation(api.scenarios.mutations.updateScenario, { ...backend.at(), scenarioId, enabled });

describe("a polled scenario", () => {
  it("starts nothing at first, then a run for each new item, once, by its own timer", async () => {
    list = items(1, 3);
    const { scenarioId } = await publishScenario(backend.owner, watched({ everyMinutes: 1 }));
    // The first poll loads the integrations' code, in real time.
    for (let n = 0; n < 500 && (await requirePoller()).lastPolledAt === undefined; n++) await pass(10);
    expect(await status(scenarioId)).toMatchObject({ state: "waiting", begun: true, lastPolledAt: expect.any(Number) });
    expect(await startedIds()).toEqual([]);
    list = items(1, 5);
    await pass(70_000);
    expect(await startedIds()).toEqual(["i4", "i5"]);
    expect(await status(scenarioId)).toMatchObject({ lastFoundCount: 2, failures: 0 });
    await pass(70_000);
    expect(await startedIds()).toEqual(["i4", "i5"]);
  });

  it.each<[Record<string, JsonValue>, string[]]>([
    [{ startFrom: "all" }, ["i1", "i2", "i3"]],
    [{ startFrom: "after", startItem: "i1" }, ["i2", "i3"]],
    [{ startFrom: "all", order: "newestFirst" }, ["i3", "i2", "i1"]],
  ])("begins where it is told to: %o", async (config, expected) => {
    list = items(1, 3);
    await publishScenario(backend.owner, watched(config));
    await pollNow();
    expect(await startedIds()).toEqual(expected);
  });

  it("says so when the item to begin after is not there", async () => {
    list = items(1, 3);
    const { scenarioId } = await publishScenario(backend.owner, watched({ startFrom: "after", startItem: "x" }));
    await pollNow();
    expect(await status(scenarioId)).toMatchObject({ state: "failing", lastError: { kind: "invalid" }, begun: false });
    expect(await startedIds()).toEqual([]);
  });

  it("may give all that a poll found to one run", async () => {
    await publishScenario(backend.owner, watched({ deliver: "batch" }));
    await pollNow();
    list = items(1, 30);
    await pollNow();
    const [run, ...others] = await backend.t.run((ctx) => ctx.db.query("runs").collect());
    expect(others).toEqual([]);
    const { payload } = await getDetail(backend.owner, run!._id);
    expect(JSON.parse(payload ?? "")).toMatchObject({
      count: 30,
      items: expect.arrayContaining([{ id: "i30", item: { id: "i30" } }]),
    });
  });

  it("asks with the tag of the last answer, and keeps it when nothing changed", async () => {
    answer = () => Response.json(list, { headers: { etag: '"1"' } });
    await publishScenario(backend.owner, watched());
    await pollNow();
    answer = () => new Response(null, { status: 304 });
    await pollNow();
    await pollNow();
    expect(calls.map(({ headers }) => headers["if-none-match"])).toEqual([undefined, '"1"', '"1"']);
    expect((await requirePoller()).failures).toBe(0);
  });

  it("keeps its place while it is off and under other settings, and begins anew with another list", async () => {
    list = items(1, 2);
    const { scenarioId } = await publishScenario(backend.owner, watched());
    await pollNow();
    await setEnabled(scenarioId, false);
    expect(await status(scenarioId)).toMatchObject({ state: "off", nextPollAt: null });
    list = items(1, 3);
    await setEnabled(scenarioId, true);
    await pollNow();
    expect(await startedIds()).toEqual(["i3"]);
    await saveDraft(backend.owner, scenarioId, watched({ everyMinutes: 9 }));
    await publishDraft(backend.owner, scenarioId);
    list = items(1, 4);
    await pollNow();
    expect(await startedIds()).toEqual(["i3", "i4"]);
    await saveDraft(backend.owner, scenarioId, watched({ url: "https://service.test/other" }));
    await publishDraft(backend.owner, scenarioId);
    list = items(1, 6);
    await pollNow();
    expect(await startedIds()).toEqual(["i3", "i4"]);
    await backend.owner.client.mutation(api.polling.mutations.startAnew, { ...backend.at(), scenarioId });
    list = items(1, 7);
    await pollNow();
    expect(await startedIds()).toEqual(["i3", "i4"]);
    await saveDraft(backend.owner, scenarioId, definitionOf([receive, variables(2, { a: "b" })]));
    await publishDraft(backend.owner, scenarioId);
    expect(await backend.t.run((ctx) => ctx.db.query("pollers").collect())).toEqual([]);
    expect(await backend.t.run((ctx) => ctx.db.query("pollerMemories").collect())).toEqual([]);
  });

  it("polls with its connection, whose secret no error repeats", async () => {
    const { id } = await backend.owner.client.action(api.connections.actions.createConnection, {
      ...backend.at(),
      type: "http.bearer",
      name: "Shop",
      values: { token: "canary-77" },
    });
    answer = () => new Response("no canary-77 here", { status: 401 });
    const { scenarioId } = await publishScenario(backend.owner, watched({}, { connectionId: id }));
    await pollNow();
    expect(calls[0]?.headers.authorization).toBe("Bearer canary-77");
    const shown = await status(scenarioId);
    expect(shown).toMatchObject({ state: "failing", lastError: { kind: "auth" } });
    expect(JSON.stringify(await requirePoller())).not.toContain("canary");
  });

  it("is polled at once when asked, but never twice at the same time", async () => {
    let release = () => {};
    const { scenarioId } = await publishScenario(backend.owner, watched());
    await pollNow();
    const soon = { ...backend.at(), scenarioId };
    const before = (await requirePoller()).nextAt!;
    await backend.owner.client.mutation(api.polling.mutations.pollSoon, soon);
    expect((await requirePoller()).nextAt).toBeLessThan(before);
    const { _id: pollerId, generation } = await requirePoller();
    const held = new Promise<void>((resolve) => (release = resolve));
    stubService(async () => (await held, okJson(list)));
    const first = backend.t.action(internal.polling.perform.poll, { pollerId, generation });
    await vi.waitFor(async () => expect((await requirePoller()).isPolling).toBe(true));
    await backend.owner.client.mutation(api.polling.mutations.pollSoon, soon);
    const claimed = await requirePoller();
    expect(
      await backend.t.mutation(internal.polling.progress.take, { pollerId, generation: claimed.generation }),
    ).toBeNull();
    release();
    await first;
    expect((await requirePoller()).isPolling).toBe(false);
  });

  it("shows an editor what is there, without starting anything", async () => {
    list = items(1, 9);
    const { scenarioId } = await publishScenario(backend.owner, watched());
    const at = { ...backend.at(), scenarioId };
    expect(await backend.owner.client.action(api.polling.actions.look, at)).toEqual({ kind: "ok", found: 9 });
    const { samples } = await backend.owner.client.query(api.webhooks.queries.getListening, at);
    expect(samples.map(({ bundle }) => (JSON.parse(bundle) as { id: string }).id)).toEqual(["i9", "i8", "i7"]);
    expect(await startedIds()).toEqual([]);
    answer = () => okJson({ not: "a list" });
    expect(await backend.owner.client.action(api.polling.actions.look, at)).toMatchObject({
      kind: "failed",
      message: expect.stringContaining("not a list"),
    });
    const started = await backend.owner.client.mutation(api.runs.mutations.startRun, {
      ...at,
      source: { kind: "version" },
      payload: '{"id":"x"}',
    });
    if (started.kind !== "ok") throw new Error("not started");
    expect((await getDetail(backend.owner, started.runId)).payload).toBe('{"id":"x"}');
  });
});

describe("polls that fail", () => {
  it("are tried again in growing distances, and forgotten when one succeeds", async () => {
    const { scenarioId } = await publishScenario(backend.owner, watched());
    answer = () => new Response("", { status: 503 });
    const waits: number[] = [];
    for (let n = 0; n < 6; n++) {
      await pollNow();
      waits.push(Math.floor(((await requirePoller()).nextAt! - Date.now()) / MINUTE));
    }
    expect(waits).toEqual([5, 5, 5, 8, 16, 32]);
    expect(await status(scenarioId)).toMatchObject({ failures: 6, lastError: { kind: "retryable" } });
    answer = () => okJson(list);
    await pollNow();
    expect(await status(scenarioId)).toMatchObject({
      state: "waiting",
      failures: 0,
      lastError: null,
      failingSince: null,
    });
  });

  it("wait as long as the service asks", async () => {
    await publishScenario(backend.owner, watched());
    answer = () => new Response("", { status: 429, headers: { "retry-after": "7200" } });
    await pollNow();
    expect((await requirePoller()).nextAt! - Date.now()).toBeGreaterThanOrEqual(7_200_000);
  });

  it("for three days switch the scenario off, and say so", async () => {
    const { scenarioId } = await publishScenario(backend.owner, watched());
    answer = () => new Response("", { status: 401 });
    for (let n = 0; n < 60 && (await requirePoller()).nextAt !== undefined; n++) await pollNow();
    expect(Date.now() - NOON).toBeGreaterThanOrEqual(3 * 86_400_000);
    expect(await status(scenarioId)).toMatchObject({
      state: "stopped",
      stoppedAt: Date.now(),
      lastError: { kind: "auth" },
    });
    const scenario = await backend.owner.client.query(api.scenarios.queries.getScenario, {
      ...backend.at(),
      scenarioId,
    });
    expect(scenario?.enabled).toBe(false);
    const audit = await backend.t.run((ctx) => ctx.db.query("auditEntries").collect());
    expect(audit.map(({ action }) => action)).toContain("scenario.stoppedPolling");
    answer = () => okJson(list);
    await setEnabled(scenarioId, true);
    await pollNow();
    expect(await status(scenarioId)).toMatchObject({ state: "waiting", failures: 0, stoppedAt: null });
  });
});

describe("a process that dies", () => {
  class Killed extends Error {}
  type Mutation = FunctionReference<"mutation", "internal">;
  type Query = FunctionReference<"query", "internal">;

  /** Calls that end with the process: before or after the call that `left` counts down to. */
  function dying(left: number, when: "before" | "after") {
    let calls = left;
    const guard = async (call: () => Promise<unknown>) => {
      if (calls < 0) throw new Killed();
      calls -= 1;
      if (calls < 0 && when === "before") throw new Killed();
      const result = await call();
      if (calls < 0) throw new Killed();
      return result;
    };
    return {
      runMutation: (ref: Mutation, args: object) => guard(() => backend.t.mutation(ref, args)),
      runQuery: (ref: Query, args: object) => guard(() => backend.t.query(ref, args)),
    } as unknown as Parameters<typeof performPoll>[0];
  }

  it.each(["before", "after"] as const)("%s any step loses no item and doubles none", async (when) => {
    list = items(1, 10);
    await publishScenario(backend.owner, watched({ startFrom: "after", startItem: "i4" }));
    let deaths = 0;
    // 46 items take three transactions; with claiming, that is four places to die at, and none.
    for (let step = 0; step < 6; step++) {
      list = items(1, 50 + step * 45);
      const { _id: pollerId, generation, nextAt } = await requirePoller();
      vi.setSystemTime(Math.max(Date.now(), nextAt ?? 0));
      await performPoll(dying(step, when), { pollerId, generation }).catch((thrown: unknown) => {
        if (!(thrown instanceof Killed)) throw thrown;
        deaths += 1;
      });
      // Nobody else polls before the dead one's time is over; then the sweeper finds it.
      vi.setSystemTime((await requirePoller()).nextAt! + 31_000);
      await backend.t.mutation(internal.polling.progress.sweep, {});
      await pass(2_000);
      expect(await startedIds()).toEqual(list.slice(4).map(({ id }) => id));
    }
    expect(deaths).toBeGreaterThanOrEqual(4);
  });

  it("is not followed by its own late results", async () => {
    await publishScenario(backend.owner, watched({ startFrom: "all" }));
    const { _id: pollerId, generation } = await requirePoller();
    const job = await backend.t.mutation(internal.polling.progress.take, { pollerId, generation });
    vi.setSystemTime(Date.now() + 4 * MINUTE);
    list = items(1, 2);
    await pollNow();
    const late = { runs: [{ ids: ["i1"], data: "{}" }], skipped: [], begun: true };
    const taken = await backend.t.mutation(internal.polling.progress.accept, {
      pollerId,
      generation: job!.generation,
      ...late,
      last: { cursor: "9", hasMore: false, found: 1 },
    });
    expect([taken, await startedIds()]).toEqual(["gone", ["i1", "i2"]]);
  });
});

it("remembers a bounded number of ids, the newest", async () => {
  await publishScenario(backend.owner, watched());
  await pollNow();
  for (let round = 0; round < 3; round++) {
    list = items(round * 1_000 + 1, round * 1_000 + 1_000);
    const { _id: pollerId, generation, nextAt } = await requirePoller();
    vi.setSystemTime(nextAt!);
    const job = await backend.t.mutation(internal.polling.progress.take, { pollerId, generation });
    const skipped = list.map(({ id }) => id);
    await backend.t.mutation(internal.polling.progress.accept, {
      pollerId,
      generation: job!.generation,
      runs: [],
      skipped,
      begun: true,
      last: { cursor: "null", hasMore: false, found: 0 },
    });
  }
  const [memory] = await backend.t.run((ctx) => ctx.db.query("pollerMemories").collect());
  expect([memory?.seen.length, memory?.seen[0], memory?.seen.at(-1)]).toEqual([2_000, "i1001", "i3000"]);
});
