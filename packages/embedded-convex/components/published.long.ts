/** Published components under load, on a deployment that is killed in the middle of what they do. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { DeployedApp, eventually, newTag } from "./harness.ts";

let app: DeployedApp;

beforeAll(async () => {
  app = await DeployedApp.start(new URL("./app/", import.meta.url));
}, 60_000);
afterAll(() => app?.dispose());

type Event = { text: string; at: number };
const textsOf = async (tag: string) => (await app.query<Event[]>("jobs:events", { tag })).map(({ text }) => text);
const TIMEOUT_MS = 60_000;

async function killAndRestart(): Promise<void> {
  await app.deployment.kill();
  await app.deployment.startProcess();
}

/** Kills the deployment each time that another `step` events have happened, until `total` have. */
async function killBetween(tag: string, { step, total }: { step: number; total: number }): Promise<number> {
  let kills = 0;
  for (let next = step; next < total; next += step) {
    await eventually(async () => expect((await textsOf(tag)).length).toBeGreaterThanOrEqual(next), TIMEOUT_MS);
    await killAndRestart();
    kills++;
  }
  return kills;
}

/** What the pool does by itself five minutes after actions were interrupted: it asks what has become of their jobs. */
async function recoverPool(): Promise<void> {
  type State = { running: { workId: string; scheduledId: string; started: number }[] };
  type Work = { _id: string; attempts: number };
  const rows = async <Row>(table: string) => {
    const args = { table, paginationOpts: { cursor: null, numItems: 100 } };
    return (await app.query<{ page: Row[] }>("_system/cli/tableData", args, { component: "pool" })).page;
  };
  const [[state], works] = await Promise.all([rows<State>("internalState"), rows<Work>("work")]);
  const attempts = new Map(works.map(({ _id, attempts: made }) => [_id, made]));
  const jobs = state!.running.map(({ workId, scheduledId, started }) => {
    return { workId, scheduledId, started, attempt: attempts.get(workId) ?? 0 };
  });
  expect(jobs.length).toBeGreaterThan(0);
  await app.mutation("recovery:recover", { jobs }, { component: "pool" });
}

describe("a deployment that is killed", () => {
  it("goes on with a workflow where it was: every step once, and one completion", async () => {
    const [tag, steps] = [newTag(), 12];
    await app.mutation("flows:start", { name: "chain", tag, args: { steps } });
    expect(await killBetween(tag, { step: 4, total: steps })).toBe(2);
    await eventually(async () => expect((await textsOf(tag)).at(-1)).toMatch(/^complete/), TIMEOUT_MS);
    const expected = Array.from({ length: steps }, (_, index) => `step ${index}`);
    expect(await textsOf(tag)).toEqual([...expected, `complete: success ${steps}`]);
  });

  it("wakes a workflow that slept or waited for an event", async () => {
    const tag = newTag();
    const id = await app.mutation<string>("flows:start", { name: "order", tag, args: { sleepMs: 1500 } });
    type Status = { type: string; steps: string[] };
    const lastStep = async () => (await app.query<Status>("flows:status", { id })).steps.at(-1);
    await eventually(async () => expect(await lastStep()).toBe("sleep sleep"), TIMEOUT_MS);
    await killAndRestart();
    await eventually(async () => expect(await lastStep()).toBe("event approved"), TIMEOUT_MS);
    await killAndRestart();
    await app.mutation("flows:approve", { id, by: "grace" });
    await eventually(
      async () => expect((await textsOf(tag)).at(-1)).toMatch(/^complete: success .* grace/),
      TIMEOUT_MS,
    );
    const texts = await textsOf(tag);
    for (const once of ["placed", "inline", "nested", "delivered"])
      expect(
        texts.filter((text) => text === once),
        once,
      ).toHaveLength(1);
  });

  it("finishes the jobs of a workpool: mutations go on, interrupted actions are retried, each job completes once", async () => {
    const [tag, count] = [newTag(), newTag()];
    await app.mutation("jobs:enqueueBumps", { tag: count, count: 10 });
    const texts = Array.from({ length: 8 }, (_, index) => `job ${index}`);
    await app.mutation("jobs:enqueueWork", { tag, texts, ms: 400 });
    await eventually(async () => expect((await textsOf(tag)).length).toBeGreaterThanOrEqual(4), TIMEOUT_MS);
    await killAndRestart();
    await recoverPool();
    const done = async () => (await textsOf(tag)).filter((text) => text.startsWith("done "));
    await eventually(async () => expect(await done()).toHaveLength(texts.length), TIMEOUT_MS);
    expect((await done()).sort()).toEqual(texts.map((text) => `done ${text}: ${text}`));
    await eventually(
      async () => expect(await app.query("jobs:events", { tag: count })).toEqual([{ text: "count", at: 10 }]),
      TIMEOUT_MS,
    );
  });

  it("leaves aggregates and counters exactly as their rows are", async () => {
    const [game, name] = [newTag(), newTag()];
    let added = 0;
    const write = async (score: number) => {
      // What the kill interrupts may or may not have been written: the rows say which.
      await app.mutation("scores:add", { game, player: `p${score % 7}`, score }).catch(() => null);
      await app.mutation("counting:add", { name, amount: 1 }).then(
        () => added++,
        () => null,
      );
    };
    const writes = Promise.all(Array.from({ length: 200 }, (_, index) => write(index)));
    await eventually(async () => expect(added).toBeGreaterThan(40), TIMEOUT_MS);
    await killAndRestart();
    await writes;
    await Promise.all(Array.from({ length: 40 }, (_, index) => write(index)));
    const counted = await app.query<Record<string, number>>("scores:counted", { game });
    expect(counted.count).toBeGreaterThan(40);
    expect(await app.query("scores:summary", { game })).toMatchObject(counted);
    const total = await app.query<number>("counting:count", { name });
    expect(total).toBeGreaterThanOrEqual(added);
    await app.mutation("counting:rebalance", { name });
    expect(await app.query("counting:count", { name })).toBe(total);
  });

  it("resumes a migration over thousands of documents", async () => {
    const size = 500;
    for (let part = 0; part < 6; part++) {
      const names = Array.from({ length: size }, (_, index) => `person ${part * size + index}`);
      await app.mutation("migrating:addPeople", { tag: "many", names });
    }
    type Status = { state: string; processed: number };
    const status = () => app.query<Status>("migrating:status", { name: "fillFullName" });
    await app.mutation("migrating:startOne", { name: "fillFullName" });
    await eventually(async () => expect((await status()).processed).toBeGreaterThan(200), TIMEOUT_MS);
    await killAndRestart();
    await eventually(
      async () => expect(await status()).toMatchObject({ state: "success", processed: 6 * size }),
      TIMEOUT_MS,
    );
    const people = await app.query<{ fullName?: string }[]>("migrating:people");
    expect(people.filter(({ fullName }) => fullName === undefined)).toEqual([]);
  });
});
