/** Published components, mounted with `app.use`, doing their job over the wire. Load and kills: `published.long.ts`. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { DeployedApp, eventually, newTag } from "./harness.ts";

let app: DeployedApp;

beforeAll(async () => {
  app = await DeployedApp.start(new URL("./app/", import.meta.url));
}, 60_000);
afterAll(() => app?.dispose());

interface TakeResult extends Record<string, boolean | number | undefined> {
  ok: boolean;
  retryAfter?: number;
}

describe("rate-limiter", () => {
  const take = (name: string, key: string, rest = {}) =>
    app.mutation<TakeResult>("limits:take", { name, key, ...rest });

  it("denies when the bucket is empty, says when to come back, and recovers by then", async () => {
    const key = newTag();
    // Together: one after another, a busy machine takes as long as the bucket takes to fill again.
    const taken = await Promise.all(Array.from({ length: 5 }, () => take("requests", key)));
    expect(taken.filter(({ ok }) => ok)).toHaveLength(3);
    let denied: TakeResult;
    do {
      await Promise.all(Array.from({ length: 5 }, () => take("requests", key)));
      denied = await app.query<TakeResult>("limits:check", { name: "requests", key });
    } while (denied.ok);
    expect(denied.retryAfter).toBeGreaterThan(0);
    expect(denied.retryAfter).toBeLessThanOrEqual(300);
    await eventually(async () => expect((await take("requests", key)).ok).toBe(true), 1000);
    expect((await take("requests", newTag())).ok, "another key has its own bucket").toBe(true);
  });

  it("counts in fixed windows, and not past the limit when many come at once", async () => {
    const key = newTag();
    const results = await Promise.all(Array.from({ length: 12 }, () => take("signUps", key)));
    // The window may end in between: then there are up to five of the next one.
    expect(results.filter(({ ok }) => ok).length).toBeGreaterThanOrEqual(5);
    expect(results.filter(({ ok }) => ok).length).toBeLessThanOrEqual(10);
    await app.mutation("limits:reset", { name: "signUps", key });
    expect((await take("signUps", key)).ok).toBe(true);
  });

  it("throws its error with data through the app, and nothing that was written before stays", async () => {
    const key = newTag();
    for (let index = 0; index < 3; index++) await app.mutation("limits:takeOrThrow", { name: "requests", key });
    const denied = app.mutation("limits:takeOrThrow", { name: "requests", key });
    await expect(denied).rejects.toMatchObject({ data: { kind: "RateLimited", name: "requests" } });
    expect(await app.query("jobs:events", { tag: key })).toHaveLength(3);
  });

  it("spreads a busy limit over shards", async () => {
    const key = newTag();
    const results = await Promise.all(Array.from({ length: 60 }, () => take("busy", key)));
    const allowed = results.filter(({ ok }) => ok).length;
    expect(allowed).toBeLessThanOrEqual(40);
    expect(allowed).toBeGreaterThan(25);
  });

  it("applies updates later where a limit says so, from a stale snapshot", async () => {
    const key = newTag();
    await take("lazy", key, { count: 2 });
    await eventually(async () => expect((await take("lazy", key)).ok).toBe(false));
  });

  it("answers what its React hook asks", async () => {
    const value = await app.query<Record<string, number>>("limits:getRateLimit", { key: newTag() });
    expect(value).toMatchObject({ value: 3, config: { capacity: 3 } });
  });
});

describe("migrations", () => {
  type Status = { state: string; processed: number; error?: string } & Record<string, string | number | undefined>;
  const status = (name: string) => app.query<Status>("migrating:status", { name });

  it("runs over a table in batches to its end, then stops at a bad document and goes on after the repair", async () => {
    const names = Array.from({ length: 47 }, (_, index) => (index === 33 ? "unlucky" : `person ${index}`));
    await app.mutation("migrating:addPeople", { tag: "t", names });

    const dry = app.mutation("migrating:startOne", { name: "fillFullName", dryRun: true });
    await expect(dry).rejects.toThrow("DRY RUN");
    await app.mutation("migrating:startOne", { name: "fillFullName" });
    await eventually(async () =>
      expect(await status("fillFullName")).toMatchObject({ state: "success", processed: 47 }),
    );
    const people = await app.query<{ fullName?: string }[]>("migrating:people");
    expect(people.every(({ fullName }) => fullName?.endsWith(" of t"))).toBe(true);

    await app.mutation("migrating:startOne", { name: "shout" });
    await eventually(async () => expect(await status("shout")).toMatchObject({ state: "failed", processed: 30 }));
    expect((await status("shout")).error).toContain("this one cannot be migrated");
    await app.mutation("migrating:rename", { from: "unlucky", to: "lucky" });
    await app.mutation("migrating:startOne", { name: "shout" });
    await eventually(async () => expect(await status("shout")).toMatchObject({ state: "success", processed: 47 }));
    const shouted = await app.query<{ name: string }[]>("migrating:people");
    expect(shouted.map(({ name }) => name)).toEqual(shouted.map(({ name }) => name.toUpperCase()));

    // In a series, what is done already is skipped.
    await app.mutation("migrating:startAll", { names: ["shout", "removeAll"] });
    await eventually(async () => expect(await app.query("migrating:people")).toEqual([]));
  });
});

type Event = { text: string; at: number };
const textsOf = async (tag: string) => (await app.query<Event[]>("jobs:events", { tag })).map(({ text }) => text);

describe("workpool", () => {
  it("runs all jobs, never more at once than it may, and completes each exactly once", async () => {
    const tag = newTag();
    const texts = Array.from({ length: 9 }, (_, index) => `job ${index}`);
    await app.mutation("jobs:enqueueWork", { tag, texts, ms: 30 });
    const happened = await eventually(async () => {
      const seen = await textsOf(tag);
      expect(seen.filter((text) => text.startsWith("done "))).toHaveLength(texts.length);
      return seen;
    });
    expect(happened.filter((text) => text.startsWith("done ")).sort()).toEqual(
      texts.map((text) => `done ${text}: ${text}`),
    );
    expect(atOnce(happened)).toBe(3);
  });

  it("retries a failing action with back-off, and reports one outcome", async () => {
    const [works, fails] = [newTag(), newTag()];
    await app.mutation("jobs:enqueueFlaky", { tag: works, text: "flaky", failures: 2 });
    await app.mutation("jobs:enqueueFlaky", { tag: fails, text: "flaky", failures: 99 });
    const done = (tag: string) => async () => expect((await textsOf(tag)).at(-1)).toMatch(/^done /);
    await Promise.all([eventually(done(works)), eventually(done(fails))]);
    expect(await textsOf(works)).toEqual(["flaky", "flaky", "flaky", "done flaky: attempt 3"]);
    expect(await textsOf(fails)).toEqual(["flaky", "flaky", "flaky", "done flaky: failed"]);
  });

  it("cancels what has not started, and says so", async () => {
    const tag = newTag();
    const ids = await app.mutation<string[]>("jobs:enqueueWork", { tag, texts: ["late"], ms: 1, runAfter: 60_000 });
    expect(await app.query("jobs:status", { ids })).toEqual(["pending"]);
    await app.mutation("jobs:cancel", { id: ids[0]! });
    await eventually(async () => expect(await textsOf(tag)).toEqual(["done late: canceled"]));
    expect(await app.query("jobs:status", { ids })).toEqual(["finished"]);
  });

  it("is separate where it is mounted a second time: one job after another", async () => {
    const tag = newTag();
    await app.mutation("jobs:enqueueBumps", { tag, count: 8 });
    await eventually(async () => expect(await app.query("jobs:events", { tag })).toEqual([{ text: "count", at: 8 }]));
  });
});

/** The highest number of jobs that ran together. */
function atOnce(texts: string[]): number {
  let [running, most] = [0, 0];
  for (const text of texts) {
    if (text.startsWith("start ")) running++;
    if (text.startsWith("end ")) running--;
    most = Math.max(most, running);
  }
  return most;
}

describe("aggregate", () => {
  it("counts, sums and ranks by key, per namespace", async () => {
    const [chess, go] = [newTag(), newTag()];
    const ids: string[] = [];
    for (const score of [10, 40, 20, 30])
      ids.push(await app.mutation<string>("scores:add", { game: chess, player: `p${score}`, score }));
    await app.mutation("scores:add", { game: go, player: "p", score: 1000 });
    expect(await app.query("scores:summary", { game: chess })).toEqual({
      count: 4,
      sum: 100,
      min: 10,
      max: 40,
      inAll: 4,
    });
    expect(await app.query("scores:rank", { game: chess, score: 30, at: 1 })).toEqual({
      below: 2,
      fromTop: 1,
      atRank: 30,
    });
    await app.mutation("scores:change", { id: ids[0]!, score: 50 });
    await app.mutation("scores:remove", { id: ids[1]! });
    expect(await app.query("scores:summary", { game: chess })).toMatchObject({ count: 3, sum: 100, min: 20, max: 50 });
    expect(await app.query("scores:ofPlayer", { game: chess, player: "p10" })).toEqual({ count: 1, best: 50 });
  });

  it("keeps nothing of a write that fails afterwards", async () => {
    const game = newTag();
    await expect(app.mutation("scores:addAndFail", { game })).rejects.toThrow("not added");
    expect(await app.query("scores:summary", { game })).toMatchObject({ count: 0, inAll: 0 });
  });

  it("stays right under concurrent writes", async () => {
    const game = newTag();
    const add = (score: number) => app.mutation("scores:add", { game, player: `p${score % 5}`, score });
    await Promise.all(Array.from({ length: 60 }, (_, index) => add(index)));
    const counted = await app.query<Record<string, number>>("scores:counted", { game });
    expect(counted.count).toBe(60);
    expect(await app.query("scores:summary", { game })).toMatchObject(counted);
  });
});

describe("sharded-counter", () => {
  it("counts exactly under concurrent changes", async () => {
    const name = newTag();
    const amounts = Array.from({ length: 60 }, (_, index) => (index % 6 === 0 ? -1 : 2));
    await Promise.all(amounts.map((amount) => app.mutation("counting:add", { name, amount })));
    const expected = amounts.reduce((sum, amount) => sum + amount, 0);
    expect(await app.query("counting:count", { name })).toBe(expected);
    await app.mutation("counting:rebalance", { name });
    expect(await app.query("counting:count", { name })).toBe(expected);
    expect(await app.query("counting:estimate", { name })).toBe(expected);
    await app.mutation("counting:reset", { name });
    expect(await app.query("counting:count", { name })).toBe(0);
  });
});

describe("workflow", () => {
  const start = (name: string, tag: string, args = {}) => app.mutation<string>("flows:start", { name, tag, args });
  type FlowStatus = { type: string; steps: string[] };
  const status = (id: string) => app.query<FlowStatus>("flows:status", { id });

  it("runs queries, mutations, actions, a sleep, an event and a nested workflow, in order, and completes once", async () => {
    const tag = newTag();
    const id = await start("order", tag, { sleepMs: 20 });
    const waits = async () => expect((await status(id)).steps.at(-1)).toBe("event approved");
    await eventually(waits);
    expect((await status(id)).type).toBe("inProgress");
    await app.mutation("flows:approve", { id, by: "ada" });
    await eventually(async () => expect((await textsOf(tag)).at(-1)).toMatch(/^complete: /));
    const texts = await textsOf(tag);
    expect(texts.filter((text) => text === "placed")).toHaveLength(1);
    expect(texts.slice(-3)).toEqual(["nested", "delivered", "complete: success 1 left attempt 2 ada nested"]);
    expect((await status(id)).type).toBe("completed");
    expect(await app.mutation("flows:cleanup", { id })).toBe(true);
  });

  it("reports failure and cancellation", async () => {
    const [fails, waits] = [newTag(), newTag()];
    await start("failing", fails);
    const id = await start("order", waits, { sleepMs: 60_000 });
    await eventually(async () => expect(await textsOf(fails)).toEqual(["never works", "complete: failed"]));
    await app.mutation("flows:cancel", { id });
    await eventually(async () => expect((await textsOf(waits)).at(-1)).toBe("complete: canceled"));
    expect((await status(id)).type).toBe("canceled");
  });
});

describe("crons and action-retrier", () => {
  it("run a function again and again until the cron is removed", async () => {
    const tag = newTag();
    await app.mutation("background:register", { name: tag, tag });
    expect(await app.query("background:registered")).toContain(tag);
    await eventually(async () => expect((await textsOf(tag)).length).toBeGreaterThanOrEqual(2));
    await app.mutation("background:unregister", { name: tag });
    expect(await app.query("background:registered")).not.toContain(tag);
  });

  it("retry an action until it succeeds, and report once", async () => {
    const tag = newTag();
    const runId = await app.mutation<string>("background:retry", { tag, failures: 2 });
    await eventually(async () => expect(await textsOf(runId)).toEqual(["success"]));
    expect(await textsOf(tag)).toEqual(["retried", "retried", "retried"]);
  });
});
