/** Promise 6 of design 02: runs of one organization cannot slow another's beyond a stated factor. In counts, never in time. */
import { beforeEach, describe, expect, it, vi } from "vitest";
import { internal } from "../_generated/api.js";
import type { Doc, Id } from "../_generated/dataModel.d.ts";
import { createOwner, type Person } from "../test.support.ts";
import {
  definitionOf,
  getRow,
  okJson,
  post,
  publishScenario,
  receive,
  request,
  requireRunId,
  settle,
  stubService,
  useBackend,
} from "./harness.support.ts";
import { laneOf } from "./lanes.ts";
import { FAIR_SHARE, MAX_IN_FLIGHT, OVERLOAD_LAG_MS } from "./limits.ts";
import type { TickAnswer } from "./tick.ts";

const backend = useBackend();
/** What one organization may hold while no other holds anything. */
const ALONE = (MAX_IN_FLIGHT * FAIR_SHARE) / (FAIR_SHARE + 1);

/** All in one shard, and no executor but the one that the test drives by hand. */
beforeEach(() => {
  vi.spyOn(Math, "random").mockReturnValue(0);
  stubService(() => okJson({}));
});

const isolated = definitionOf([receive, request(2)]);
const ticket = async () => (await backend.t.run((ctx) => ctx.db.query("runTickets").collect()))[0];

async function stopExecutors(): Promise<void> {
  await backend.t.run(async (ctx) => {
    const jobs = await ctx.db.system.query("_scheduled_functions").collect();
    for (const job of jobs) if (job.state.kind === "pending") await ctx.scheduler.cancel(job._id);
  });
}

/** An organization whose webhook starts runs of one request each. */
async function tenant(person: Person = backend.owner) {
  const { path } = await publishScenario(person, isolated);
  const send = async () => requireRunId(await post(backend.t, path, {}));
  return { organizationId: person.organizationId, path, send };
}

/** So many runs as they stand after a burst: ready, in the line that all stand in, or in `lane`. */
async function pile(like: Id<"runs">, count: number, spec: Partial<Doc<"runs">> = {}): Promise<void> {
  await backend.t.run(async (ctx) => {
    const { _id, _creationTime, ...run } = (await ctx.db.get("runs", like))!;
    const { _id: _l, _creationTime: _t, ...log } = (await ctx.db.get("runLogs", run.logId))!;
    for (let n = 0; n < count; n++) {
      await ctx.db.insert("runs", { ...run, logId: await ctx.db.insert("runLogs", log), ...spec });
    }
  });
}

/** An executor driven by hand: what it claims stays in flight until it is let go of. */
class Executor {
  private readonly held = new Map<Id<"organizations">, number>();
  private afterLane = 0;
  private isFirst = true;
  readonly claimed: Id<"organizations">[] = [];
  private readonly generation: number;

  constructor(generation = 1) {
    this.generation = generation;
  }

  /** Ticks once; gives back whose runs it has got. */
  async tick(want?: number): Promise<Id<"organizations">[]> {
    const inFlight = [...this.held].map(([organizationId, count]) => ({ organizationId, count }));
    const room = MAX_IN_FLIGHT - inFlight.reduce((sum, { count }) => sum + count, 0);
    const answer: TickAnswer = await backend.t.mutation(internal.runs.internal.tick, {
      shard: 0,
      generation: this.generation,
      want: Math.min(want ?? room, room),
      keep: true,
      isFirst: this.isFirst,
      results: [],
      continues: [],
      renew: [],
      inFlight,
      afterLane: this.afterLane,
    });
    this.isFirst = false;
    this.afterLane = answer.afterLane ?? this.afterLane;
    const got = answer.work.map((work) => work.organizationId);
    for (const id of got) this.held.set(id, (this.held.get(id) ?? 0) + 1);
    this.claimed.push(...got);
    return got;
  }

  finishAll(): void {
    this.held.clear();
  }
}

const countOf = (ids: readonly string[], id: string) => ids.filter((one) => one === id).length;

describe("an organization whose runs pile up", () => {
  it("holds at most its share, and another's single run is begun by the next tick although nothing has ended", async () => {
    const [flood, other] = [await tenant(), await tenant(await createOwner(backend.t))];
    await pile(await flood.send(), 999);
    await stopExecutors();
    const executor = new Executor();
    for (let tick = 0; tick < 8; tick++) await executor.tick();
    expect(countOf(executor.claimed, flood.organizationId)).toBe(ALONE);
    const runId = await other.send();
    const before = executor.claimed.length;
    expect(await executor.tick()).toContain(other.organizationId);
    expect(executor.claimed.length - before).toBe(1);
    expect(await getRow(backend.t, runId)).toMatchObject({ queue: "claimed", shard: 0 });
  });

  it("gets every second place when another's runs wait as well, so that these take at most twice as long", async () => {
    const [flood, other] = [await tenant(), await tenant(await createOwner(backend.t))];
    await pile(await flood.send(), 199);
    await pile(await other.send(), 99);
    await stopExecutors();
    await backend.t.run(async (ctx) => {
      for (const run of await ctx.db.query("runs").collect())
        await ctx.db.patch("runs", run._id, { shard: laneOf(0, run.organizationId) });
      await ctx.db.patch("runTickets", (await ctx.db.query("runTickets").first())!._id, { isCrowded: true });
    });
    const since = await claimUntil(new Executor(), other.organizationId, 100);
    expect(countOf(since, flood.organizationId)).toBeLessThanOrEqual(100 + 10);
  });

  it("gets two of three places while the line from before the crowd is worked off", async () => {
    const [flood, other] = [await tenant(), await tenant(await createOwner(backend.t))];
    await pile(await flood.send(), 699);
    await stopExecutors();
    const executor = new Executor();
    await executor.tick();
    await executor.tick();
    await pile(await other.send(), 99);
    const since = await claimUntil(executor, other.organizationId, 100);
    expect(countOf(since, flood.organizationId)).toBeLessThanOrEqual(200 + 20);
  });

  /** Ticks, everything ending at once, until so many of the organization's runs were claimed; gives back whose were claimed. */
  async function claimUntil(executor: Executor, organizationId: Id<"organizations">, count: number) {
    const before = executor.claimed.length;
    while (countOf(executor.claimed, organizationId) < count) {
      executor.finishAll();
      await executor.tick(20);
    }
    return executor.claimed.slice(before);
  }

  it("stands in nobody's way after the executor has died over its pile", async () => {
    const [flood, other] = [await tenant(), await tenant(await createOwner(backend.t))];
    await pile(await flood.send(), 999);
    await stopExecutors();
    vi.setSystemTime(Date.now() + 60_000);
    const runId = await other.send();
    await stopExecutors();
    expect((await getRow(backend.t, runId)).shard).toBe(laneOf(0, other.organizationId));
    expect(await new Executor(2).tick(16)).toContain(other.organizationId);
  });

  it("is refused alone when its runs have waited too long", async () => {
    const [flood, other] = [await tenant(), await tenant(await createOwner(backend.t))];
    const like = await flood.send();
    await stopExecutors();
    const late = { shard: laneOf(0, flood.organizationId), dueAt: Date.now() - OVERLOAD_LAG_MS - 1 };
    await pile(like, 99, late);
    const executor = new Executor();
    for (let tick = 0; tick < 4; tick++) await executor.tick(16);
    const refused = await post(backend.t, flood.path, {});
    expect(refused).toMatchObject({ status: 429, error: { code: "rate_limited" } });
    expect(refused.headers.get("retry-after")).toBe("2");
    await other.send();
    vi.setSystemTime(Date.now() + 2_001);
    await flood.send();
  });

  it("is not refused while its own slow operations hold all that it may have", async () => {
    const flood = await tenant();
    const like = await flood.send();
    await stopExecutors();
    await pile(like, 400, { shard: laneOf(0, flood.organizationId), dueAt: Date.now() - OVERLOAD_LAG_MS - 1 });
    const executor = new Executor();
    for (let tick = 0; tick < 3; tick++) await executor.tick();
    vi.setSystemTime(Date.now() + 2_001);
    for (let tick = 0; tick < 3; tick++) expect(await executor.tick()).toEqual([]);
    await flood.send();
  });
});

describe("many organizations", () => {
  it("get equal parts", async () => {
    const tenants = await organizations(5);
    await fill(tenants, 60);
    const executor = new Executor();
    for (let tick = 0; tick < 20; tick++) {
      executor.finishAll();
      await executor.tick(10);
    }
    const counts = tenants.map((id) => countOf(executor.claimed, id));
    expect(Math.max(...counts) - Math.min(...counts)).toBeLessThanOrEqual(2);
  });

  it("take turns, however many more there are than places: nobody comes twice before everybody came once", async () => {
    const tenants = await organizations(100);
    await fill(tenants, 2);
    const executor = new Executor();
    while (executor.claimed.length < 100) await executor.tick(7);
    expect(new Set(executor.claimed.slice(0, 100)).size).toBe(100);
  });

  it("leave a place free for one more", async () => {
    const tenants = await organizations(20);
    await fill(tenants, 40);
    const executor = new Executor();
    for (let tick = 0; tick < 30; tick++) await executor.tick();
    expect(executor.claimed.length).toBeLessThan(MAX_IN_FLIGHT);
    const { send } = await tenant(await createOwner(backend.t));
    await send();
    expect(await executor.tick()).toHaveLength(1);
  });

  /** Organizations with nothing but an id. */
  async function organizations(count: number): Promise<Id<"organizations">[]> {
    return await backend.t.run(async (ctx) => {
      const made: Id<"organizations">[] = [];
      for (let n = 0; n < count; n++)
        made.push(await ctx.db.insert("organizations", { name: `Organization ${n}`, updatedAt: 0 }));
      return made;
    });
  }

  async function fill(ids: Id<"organizations">[], each: number): Promise<void> {
    const like = await (await tenant()).send();
    await stopExecutors();
    for (const organizationId of ids) await pile(like, each, { organizationId, shard: laneOf(0, organizationId) });
    await backend.t.run(async (ctx) => {
      await ctx.db.delete("runs", like);
      const [row] = await ctx.db.query("runTickets").collect();
      await ctx.db.patch("runTickets", row!._id, { isCrowded: true });
    });
  }
});

describe("a queue that keeps up", () => {
  it("is one line, and pays nothing for lanes", async () => {
    const { send } = await tenant();
    const runs = [await send(), await send(), await send()];
    expect(await Promise.all(runs.map(async (run) => (await getRow(backend.t, run)).shard))).toEqual([0, 0, 0]);
    await settle(backend.t);
    expect((await ticket())?.isCrowded).toBeUndefined();
  });

  it("becomes one line again when the crowd is gone, and everybody in it has been served", async () => {
    const { send } = await tenant();
    await pile(await send(), 250);
    await settle(backend.t);
    const states = await backend.t.run(async (ctx) => (await ctx.db.query("runs").collect()).map((run) => run.state));
    expect(states).toHaveLength(251);
    expect(new Set(states)).toEqual(new Set(["succeeded"]));
    expect(await ticket()).toMatchObject({ watchedUntil: 0 });
    expect((await ticket())?.isCrowded).toBeUndefined();
  });
});
