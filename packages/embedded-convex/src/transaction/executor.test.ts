import { StatementSync } from "node:sqlite";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { TempStore } from "../../test/support/tempStore.ts";
import type { Executor } from "./executor.ts";
import type { Transaction } from "./transaction.ts";

let temp: TempStore;

beforeEach(() => {
  temp = new TempStore();
});
afterEach(() => temp.dispose());

function insert(n: number): (transaction: Transaction) => string {
  return (transaction) => transaction.insert(temp.catalog.ensureTable("", "rows"), { n });
}

/** Until the batch that was answered is done with. */
function settled(executor: Executor): Promise<void> {
  return executor.exclusive(async () => undefined);
}

function stored(): number[] {
  const table = temp.catalog.table("", "rows");
  if (table === undefined) return [];
  const end = Buffer.from([0xff]);
  return temp.store.scan(0, table.prefix, end, "asc", 1000).map(([, json]) => (JSON.parse(json) as { n: number }).n);
}

describe("Executor", () => {
  it("commits what waits together in one batch, in order", async () => {
    const executor = temp.executor();
    await Promise.all([1, 2, 3].map((n) => executor.write({ label: "w", run: insert(n) })));
    await settled(executor);
    expect(temp.commits).toHaveLength(1);
    expect(stored()).toEqual([1, 2, 3]);
  });

  it("answers only after the commit, and before what depends on it", async () => {
    const order: string[] = [];
    const commit = temp.store.commit.bind(temp.store);
    temp.store.commit = () => {
      commit();
      order.push("commit");
    };
    const executor = temp.executor({
      flush: () => void order.push("flush"),
      afterCommit: async () => void order.push("after"),
    });
    await executor.write({ label: "w", run: insert(1) }).then(() => order.push("answer"));
    await executor.read("r", () => undefined);
    expect(order).toEqual(["commit", "answer", "flush", "after"]);
  });

  it("sees a turn of the event loop before a function's end when it is careful", async () => {
    const phases: string[] = [];
    const heartbeat = {
      enter: () => phases.push("enter"),
      committing: () => phases.push("committing"),
      answering: () => undefined,
      leave: () => phases.push("leave"),
    };
    for (const isCareful of [false, true]) {
      const executor = temp.executor({ heartbeat, isCareful: () => isCareful });
      const run = () => void setImmediate(() => phases.push("left behind"));
      await executor.read("r", run);
      await executor.write({ label: "w", run });
      await settled(executor);
    }
    expect(phases.join(" ")).toBe(
      "enter leave left behind enter leave committing left behind leave " +
        "enter left behind leave enter left behind leave committing leave",
    );
  });

  it("undoes a failing mutation and keeps its neighbours", async () => {
    const executor = temp.executor();
    const failing = executor.write({
      label: "w",
      run: (transaction) => {
        insert(2)(transaction);
        throw new Error("no");
      },
    });
    const results = await Promise.allSettled([
      executor.write({ label: "w", run: insert(1) }),
      failing,
      executor.write({ label: "w", run: insert(3) }),
    ]);
    expect(results.map(({ status }) => status)).toEqual(["fulfilled", "rejected", "fulfilled"]);
    expect(stored()).toEqual([1, 3]);
    await settled(executor);
    expect(temp.commits[0]!.writes.entries).toHaveLength(2);
  });

  it("undoes a failed part of a mutation with what it has scheduled, and keeps the rest", async () => {
    const executor = temp.executor();
    await executor.write({
      label: "w",
      run: async (transaction) => {
        insert(1)(transaction);
        const part = transaction.nested(async () => {
          insert(2)(transaction);
          transaction.scheduled.push({ due: 5 });
          throw new Error("part");
        });
        await expect(part).rejects.toThrow("part");
        insert(3)(transaction);
      },
    });
    expect(stored()).toEqual([1, 3]);
    await settled(executor);
    expect(temp.commits[0]!.due).toEqual([]);
  });

  it("gives up on a function that waits for ever; its late code cannot write, not even into the next one's savepoint", async () => {
    const executor = temp.executor({ timeLimitMs: 60 });
    let goOn = (): void => undefined;
    let late: Promise<unknown> = Promise.resolve();
    const hanging = executor.write({
      label: "hang",
      run: (transaction) => {
        insert(1)(transaction);
        late = transaction.nested(() => new Promise<void>((resolve) => (goOn = resolve)));
        return late;
      },
    });
    await expect(hanging).rejects.toThrow("timed out");
    const next = executor.write({
      label: "next",
      run: async (transaction) => {
        insert(2)(transaction);
        goOn();
        await expect(late).rejects.toThrow("has ended");
      },
    });
    await next;
    expect(stored()).toEqual([2]);
  });

  it("does not commit when nothing was written, and reads see committed data only", async () => {
    const executor = temp.executor();
    const before = temp.store.kv.getJson("clock");
    await executor.write({ label: "w", run: () => undefined });
    expect(temp.store.kv.getJson("clock")).toEqual(before);
    await settled(executor);
    const [, seen] = await Promise.all([
      executor.write({ label: "w", run: insert(1) }),
      executor.read("r", () => stored()),
    ]);
    expect(seen).toEqual([1]);
  });

  it("ends the process when a commit fails: nothing of it is acknowledged", async () => {
    let fatal: unknown = null;
    const executor = temp.executor({
      onFatal: (error) => {
        fatal = error;
        // The real one ends the process.
        return undefined as never;
      },
    });
    temp.store.commit = () => {
      throw new Error("the sync failed");
    };
    let answered = false;
    const answer = () => (answered = true);
    executor.write({ label: "w", run: insert(1) }).then(answer, answer);
    await expect.poll(() => fatal).toMatchObject({ message: "the sync failed" });
    await settled(executor);
    expect(answered).toBe(false);
    temp.store.rollback();
  });

  it("gives out timestamps and creation times that only increase, also across a restart with a clock that went back", async () => {
    await temp.executor().write({ label: "w", run: insert(1) });
    const { lastTs } = temp.store.clock;
    const { creationTime } = temp.store.clock.nextDocument();
    temp.write((transaction) => insert(2)(transaction));
    temp.reopen();
    temp.nowMs -= 60_000;
    expect(temp.store.clock.nextTs()).toBeGreaterThan(lastTs);
    expect(temp.store.clock.nextDocument().creationTime).toBeGreaterThan(creationTime);
  });
});

describe("a full disk", () => {
  /** The next `run` of a statement fails as when the disk is full, and SQLite ends the transaction by itself. */
  function fillDisk(transaction: Transaction): void {
    transaction.store.database.exec("ROLLBACK");
    const full = Object.assign(new Error("database or disk is full"), { errcode: 13 });
    vi.spyOn(StatementSync.prototype, "run").mockImplementationOnce(() => {
      throw full;
    });
  }

  afterEach(() => vi.restoreAllMocks());

  it("fails the whole batch, although a function has caught the error, and goes on with the next one", async () => {
    const afterRollback = vi.fn();
    const executor = temp.executor({ afterRollback });
    const before = executor.write({ label: "before", run: insert(1) });
    const catching = executor.write({
      label: "catching",
      run: (transaction) => {
        fillDisk(transaction);
        expect(() => insert(2)(transaction)).toThrow("disk is full");
        // SQLite would commit this at once, on its own.
        expect(() => insert(3)(transaction)).toThrow("disk is full");
      },
    });
    const results = await Promise.allSettled([before, catching]);
    expect(results.map((result) => (result.status === "rejected" ? (result.reason as Error).name : "kept"))).toEqual([
      "StorageFailure",
      "StorageFailure",
    ]);
    expect(afterRollback).toHaveBeenCalledOnce();
    temp.catalog.reload();
    expect(stored()).toEqual([]);
    await executor.write({ label: "after", run: insert(4) });
    expect(stored()).toEqual([4]);
  });
});
