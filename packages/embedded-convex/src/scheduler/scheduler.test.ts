import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { TempStore } from "../../test/support/tempStore.ts";
import type { FunctionInfo } from "../functions/codebase.ts";
import { tableEnd } from "../store/catalog.ts";
import { StorageFailure } from "../store/failures.ts";
import type { Executor } from "../transaction/executor.ts";
import { type JobLane, Jobs } from "./jobs.ts";
import { type Cron, Scheduler } from "./scheduler.ts";

const DAY_MS = 24 * 60 * 60 * 1000;

let temp: TempStore;
let executor: Executor;
let jobs: Jobs;
let scheduler: Scheduler;
/** Jobs whose mutation ran, and actions that were handed out, in order. */
let ran: string[];
let started: string[];
/** What targets are, if not what their name begins with. */
let kinds: Map<string, FunctionInfo["kind"]>;
let runMutation: (id: string) => Promise<void>;

beforeEach(() => {
  temp = new TempStore();
  executor = temp.executor({ afterCommit: async (commit) => scheduler.wake(commit.due) });
  jobs = new Jobs(temp.store, temp.catalog);
  ran = [];
  started = [];
  kinds = new Map();
  runMutation = async () => undefined;
  scheduler = new Scheduler({
    store: temp.store,
    jobs,
    executor,
    resolve: (target) => {
      if (target === "missing") throw new Error("Could not find function");
      const kind = kinds.get(target) ?? (target.includes("action") ? "action" : "mutation");
      return { kind, path: target, component: "" } as FunctionInfo;
    },
    runMutation: async (_transaction, _info, job) => {
      await runMutation(job.id);
      ran.push(job.id);
    },
    runAction: (job) => void started.push(job.id),
    describe: (error) => (error as Error).message,
    now: () => temp.nowMs,
    report: () => undefined,
  });
});

afterEach(() => {
  scheduler.stop();
  temp.dispose();
});

function add(target: string, options: { dueMs?: number; parent?: string | null; lane?: JobLane } = {}): string {
  const lane = options.lane ?? (target.startsWith("action") ? "action" : "mutation");
  const job = {
    kind: "scheduled" as const,
    component: "",
    path: "m:f",
    target,
    lane,
    args: {},
    dueMs: options.dueMs ?? temp.nowMs,
  };
  return temp.write((transaction) => jobs.schedule(transaction, { ...job, parent: options.parent ?? null }));
}

function stateOf(id: string): string {
  const json = temp.store.getDocument(temp.catalog.locateJob(id)!.key)!;
  return (JSON.parse(json) as { state: { kind: string } }).state.kind;
}

function start(): Promise<void> {
  return scheduler.start({ guilty: [], running: [] });
}

describe("lanes", () => {
  it("runs due mutations although thousands of actions were due before them", async () => {
    for (let index = 0; index < 2000; index++) add(`action${index}`, { dueMs: temp.nowMs - 1000 });
    const mutation = add("mutation");
    await start();
    await vi.waitFor(() => expect(ran).toEqual([mutation]));
    expect(started).toHaveLength(64);
  });

  it("starts waiting actions when others end", async () => {
    for (let index = 0; index < 100; index++) add(`action${index}`);
    await start();
    await vi.waitFor(() => expect(started).toHaveLength(64));
    for (const id of started.slice(0, 40)) await scheduler.actionFinished(id, null);
    await vi.waitFor(() => expect(started).toHaveLength(100));
    expect(new Set(started).size).toBe(100);
  });

  it("runs thousands of due mutations once each, in order, never keeping calls waiting behind more than a few", async () => {
    const ids = Array.from({ length: 3000 }, (_, index) => add("mutation", { dueMs: temp.nowMs - 3000 + index }));
    let ranBefore = -1;
    await start();
    await executor.write({ label: "call", run: () => (ranBefore = ran.length) });
    expect(ranBefore).toBeLessThanOrEqual(32);
    await vi.waitFor(() => expect(ran).toHaveLength(3000), { timeout: 10_000 });
    expect(ran).toEqual(ids);
  });

  it("runs a job whose target has become of another kind", async () => {
    kinds.set("was a mutation", "action").set("action no more", "mutation");
    const [first, second] = [add("was a mutation"), add("action no more")];
    await start();
    await vi.waitFor(() => expect([started, ran]).toEqual([[first], [second]]));
  });

  it("fails a job whose target is gone", async () => {
    const id = add("missing");
    await start();
    await vi.waitFor(() => expect(stateOf(id)).toBe("failed"));
  });
});

describe("times", () => {
  it("runs what was due long ago at once, and nothing before its time", async () => {
    const past = add("mutation", { dueMs: 0 });
    const future = add("mutation", { dueMs: temp.nowMs + 400 * DAY_MS });
    await start();
    await vi.waitFor(() => expect(ran).toEqual([past]));
    expect(stateOf(future)).toBe("pending");
    expect(jobs.nextDue(temp.nowMs)).toBe(temp.nowMs + 400 * DAY_MS);
  });
});

describe("cancelling", () => {
  it("keeps a waiting job from running", async () => {
    const [canceled, kept] = [add("mutation"), add("mutation")];
    temp.write((transaction) => jobs.cancel(transaction, "", canceled));
    await start();
    await vi.waitFor(() => expect(ran).toEqual([kept]));
    expect(stateOf(canceled)).toBe("canceled");
  });

  it("lets a running action go on, but cancels what it schedules", async () => {
    const action = add("action");
    await start();
    await vi.waitFor(() => expect(started).toEqual([action]));
    const before = add("mutation", { parent: action, dueMs: temp.nowMs + 1000 });
    temp.write((transaction) => jobs.cancel(transaction, "", action));
    const after = add("mutation", { parent: action });
    await scheduler.actionFinished(action, null);
    expect([action, before, after].map(stateOf)).toEqual(["canceled", "pending", "canceled"]);
  });
});

describe("crons", () => {
  const spec = (name: string) => ({
    name,
    args: [{}] as [object],
    schedule: { type: "interval" as const, seconds: 60 },
  });
  const runs = () => {
    const table = temp.catalog.table("part", "_cron_runs");
    if (table === undefined) return [];
    const rows = temp.store.scan(0, table.prefix, tableEnd(table), "asc", 100);
    return rows.map(([, json]) => (JSON.parse(json) as { state: { kind: string } }).state.kind);
  };
  const set = (...crons: Cron[]) => {
    temp.store.write(() => scheduler.setCrons(crons));
    scheduler.cronsChanged();
  };

  it("run on time, one after another, and are not among the scheduled functions", async () => {
    await start();
    set({ name: "part/tick", component: "part", spec: spec("mutation") });
    await vi.waitFor(() => expect(runs()).toEqual(["success"]));
    scheduler.cronsChanged();
    await executor.read("r", () => undefined);
    expect(runs(), "not before its time").toEqual(["success"]);
    temp.nowMs += 60_000;
    scheduler.cronsChanged();
    await vi.waitFor(() => expect(runs()).toEqual(["success", "success"]));
    expect(temp.catalog.table("part", "_scheduled_functions")).toBeUndefined();
  });

  it("skip a run while the last one goes on", async () => {
    await start();
    set({ name: "part/act", component: "part", spec: spec("action") });
    await vi.waitFor(() => expect(started).toHaveLength(1));
    temp.nowMs += 120_000;
    scheduler.cronsChanged();
    await executor.write({ label: "w", run: () => undefined });
    expect(started).toHaveLength(1);
    await scheduler.actionFinished(started[0]!, null);
    temp.nowMs += 60_000;
    scheduler.cronsChanged();
    await vi.waitFor(() => expect(runs()).toEqual(["success", "inProgress"]));
  });

  it("end with the push that removes them", async () => {
    await start();
    set({ name: "part/tick", component: "part", spec: spec("mutation") });
    await vi.waitFor(() => expect(runs()).toEqual(["success"]));
    set();
    temp.nowMs += 120_000;
    scheduler.cronsChanged();
    await executor.write({ label: "w", run: () => undefined });
    expect(runs()).toEqual(["success"]);
  });
});

describe("a process that ended", () => {
  it("has failed the actions that were running, and runs the rest", async () => {
    const [running, waiting] = [add("action"), add("action")];
    temp.write((transaction) => jobs.markRunning(transaction, jobs.due("action", temp.nowMs, 1)[0]!));
    await start();
    await vi.waitFor(() => expect(started).toEqual([waiting]));
    expect(stateOf(running)).toBe("failed");
  });

  it("has not failed those that run on in other threads, and counts them", async () => {
    const running = Array.from({ length: 64 }, () => add("action"));
    temp.write((transaction) => {
      for (const job of jobs.due("action", temp.nowMs, 64)) jobs.markRunning(transaction, job);
    });
    const waiting = Array.from({ length: 64 }, () => add("action"));
    await scheduler.start({ guilty: [], running });
    expect(started).toEqual([]);
    for (const id of running) await scheduler.actionFinished(id, null);
    await vi.waitFor(() => expect(started).toEqual(waiting));
    expect(running.map(stateOf)).toEqual(running.map(() => "success"));
  });
});

describe("a full disk", () => {
  it("neither loses nor fails a mutation that could not be written", async () => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    try {
      const id = add("mutation");
      let attempts = 0;
      runMutation = async () => {
        if (++attempts === 1) throw new StorageFailure("the disk is full");
      };
      await start();
      await vi.waitFor(() => expect(attempts).toBe(1));
      expect(stateOf(id)).toBe("pending");
      temp.nowMs += 1000;
      await vi.advanceTimersByTimeAsync(1000);
      await vi.waitFor(() => expect(ran).toEqual([id]));
      expect(stateOf(id)).toBe("success");
    } finally {
      vi.useRealTimers();
    }
  });
});

describe("retention", () => {
  it("deletes what finished more than seven days ago, a portion at a time", async () => {
    const ids = Array.from({ length: 5 }, () => add("mutation"));
    await start();
    await vi.waitFor(() => expect(ran).toHaveLength(5));
    const at = Date.now();
    const prune = (nowMs: number) => temp.write((transaction) => jobs.prune(transaction, nowMs, 3));
    expect(prune(at + 6 * DAY_MS)).toBe(0);
    expect(prune(at + 8 * DAY_MS)).toBe(3);
    expect(prune(at + 8 * DAY_MS)).toBe(2);
    expect(ids.filter((id) => temp.store.getDocument(temp.catalog.locateJob(id)!.key) !== null)).toEqual([]);
  });

  it("keeps the newest runs of crons only", async () => {
    await start();
    const spec = { name: "mutation", args: [{}] as [object], schedule: { type: "interval" as const, seconds: 60 } };
    temp.store.write(() => scheduler.setCrons([{ name: "part/tick", component: "part", spec }]));
    for (let run = 1; run <= 5; run++) {
      scheduler.cronsChanged();
      await vi.waitFor(() => expect(ran).toHaveLength(run));
      temp.nowMs += 60_000;
    }
    await executor.read("r", () => undefined);
    const prune = (limit: number) => temp.write((transaction) => jobs.pruneCronRuns(transaction, limit, 2));
    expect([prune(2), prune(2), prune(2)]).toEqual([2, 1, 0]);
    const left = ran.filter((id) => temp.store.getDocument(temp.catalog.locateJob(id)!.key) !== null);
    expect(left).toEqual(ran.slice(-2));
  });
});
