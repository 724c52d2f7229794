import { beforeEach, describe, expect, it, vi } from "vitest";
import { ReadSet, WriteSet } from "../transaction/readSet.ts";
import { type LiveChanges, LiveQueries, type LiveRequest } from "./liveQueries.ts";

let now = 0;
let runs: LiveRequest[] = [];
let values: Record<string, string> = {};
let readsIdentity = false;
let live: LiveQueries;

/** A query named after the one key that it reads. */
function request(path: string, identity: string | null = null): LiveRequest {
  return { component: "", path, args: "{}", identity, admin: false, journal: null };
}

beforeEach(() => {
  now = 1000;
  runs = [];
  values = {};
  readsIdentity = false;
  live = new LiveQueries({
    now: () => now,
    coalesceMs: 100,
    budget: { share: 0, burstMicros: 200 },
    run: async (asked) => {
      runs.push(asked);
      const reads = new ReadSet();
      const key = Buffer.from(asked.path);
      reads.addRange(1, key, Buffer.concat([key, Buffer.from([0])]));
      reads.identity = readsIdentity;
      const value = JSON.stringify(`${values[asked.path] ?? ""}${readsIdentity ? asked.identity : ""}`);
      return {
        reads,
        result: { ok: true, value, data: null, logs: [], journal: null, requestId: String(runs.length) },
      };
    },
  });
});

function none(): LiveChanges {
  return { changed: [], rebound: [] };
}

async function subscribe(id: number, asked: LiveRequest, session = `s${id}`, changes = none()): Promise<number> {
  return live.subscribe(id, session, asked, changes);
}

function write(path: string, value: string): void {
  values[path] = value;
  const writes = new WriteSet();
  writes.add(1, Buffer.from(path));
  live.invalidate(writes);
}

describe("LiveQueries", () => {
  it("shares a query among all who ask the same, and runs it once per change", async () => {
    const ids = await Promise.all(
      [subscribe(1, request("a")), subscribe(2, request("a", "ada")), subscribe(3, request("b"))].map(
        (promise) => promise,
      ),
    );
    expect(ids[0]).not.toBe(ids[2]);
    runs = [];
    write("a", "new");
    const changes = await live.refresh(new Set());
    expect(runs.every(({ path }) => path === "a")).toBe(true);
    expect(changes.changed.map(({ result }) => result.value)).toContain('"new"');
  });

  it("runs only what has read something that was written, and says nothing if the result is the same", async () => {
    await subscribe(1, request("a"));
    runs = [];
    write("elsewhere", "x");
    expect(await live.refresh(new Set())).toEqual(none());
    expect(runs).toEqual([]);
    write("a", "");
    expect(await live.refresh(new Set())).toEqual(none());
    expect(runs).toHaveLength(1);
  });

  it("separates callers as soon as a query looks at who they are", async () => {
    const shared = await subscribe(1, request("a", "ada"));
    expect(await subscribe(2, request("a", "bob"))).toBe(shared);
    readsIdentity = true;
    write("a", "for ");
    const { changed, rebound } = await live.refresh(new Set());
    expect(rebound).toEqual([{ subscription: 2, live: expect.any(Number) as number }]);
    const resultOf = (id: number) => changed.find((change) => change.live === id)?.result.value;
    expect(resultOf(shared)).toBe('"for ada"');
    expect(resultOf(rebound[0]!.live)).toBe('"for bob"');
    expect(await subscribe(3, request("a", "bob"))).toBe(rebound[0]!.live);
  });

  it("runs at once after a pause, and puts off what is too much, but not for a session that has written", async () => {
    const big = (end: string) => "x".repeat(200_000) + end;
    values.big = big("");
    await subscribe(1, request("big"), "reader");
    runs = [];
    write("big", big("1"));
    expect((await live.refresh(new Set())).changed).toHaveLength(1);

    write("big", big("2"));
    expect((await live.refresh(new Set())).changed).toEqual([]);
    expect(live.nextRefreshMs()).toBe(100);
    expect((await live.refresh(new Set(["another writer"]))).changed).toEqual([]);
    expect((await live.refresh(new Set(["reader"]))).changed).toHaveLength(1);

    write("big", big("3"));
    expect((await live.refresh(new Set())).changed).toEqual([]);
    now += 100;
    expect((await live.refresh(new Set())).changed).toHaveLength(1);
    expect(live.nextRefreshMs()).toBeNull();
    expect(runs).toHaveLength(3);
  });

  it("does not let a costly query use up what cheap ones may take", async () => {
    const huge = (end: string) => "x".repeat(2_000_000) + end;
    values.huge = huge("");
    await subscribe(1, request("huge"));
    await subscribe(2, request("small"));
    for (const end of ["1", "2"]) {
      write("huge", huge(end));
      await live.refresh(new Set());
    }
    write("small", "new");
    expect((await live.refresh(new Set())).changed.map(({ result }) => result.value)).toEqual(['"new"']);
    expect(live.nextRefreshMs()).toBe(100);
  });

  it("does not let a new subscriber start with a result that is out of date", async () => {
    values.big = "x".repeat(200_000);
    await subscribe(1, request("big"));
    write("big", "x".repeat(200_001));
    await live.refresh(new Set());
    write("big", "new");
    expect(await live.refresh(new Set())).toEqual(none());
    const changes = none();
    await subscribe(2, request("big"), "s2", changes);
    expect(changes.changed[0]!.result.value).toBe('"new"');
  });

  it("looks at a handful of a thousand queries to find the one that a write concerns, and runs no other", async () => {
    const name = (index: number) => `query ${String(index).padStart(4, "0")}`;
    for (let id = 1; id <= 1000; id++) await subscribe(id, request(name(id)));
    runs = [];
    const compare = vi.spyOn(Buffer, "compare");
    write("query", "unrelated: before them all");
    write(name(500).concat("x"), "unrelated: between two of them");
    await live.refresh(new Set(["a writer that looks at nothing"]));
    expect(runs).toEqual([]);
    write(name(500), "new");
    await live.refresh(new Set());
    expect(runs.map(({ path }) => path)).toEqual([name(500)]);
    const looked = compare.mock.calls.length;
    compare.mockRestore();
    expect(looked).toBeLessThan(400);
  });

  it("lets others go on between the reruns that a push asks of a thousand queries", async () => {
    for (let id = 1; id <= 1000; id++) await subscribe(id, request(`query ${id}`));
    runs = [];
    live.invalidateAll();
    let rounds = 0;
    while (live.hasUrgent) {
      const before = runs.length;
      await live.refresh(new Set());
      rounds++;
      // About 10 ms of work each.
      expect(runs.length - before).toBeLessThan(250);
      if (live.hasUrgent) expect(live.nextRefreshMs()).toBe(0);
    }
    expect(runs).toHaveLength(1000);
    expect(rounds).toBeGreaterThan(4);
  });

  it("forgets a query with its last subscriber", async () => {
    const id = await subscribe(1, request("a"));
    await subscribe(2, request("a"));
    expect(live.unsubscribe(1)).toBeNull();
    expect(live.unsubscribe(2)).toBe(id);
    expect(live.unsubscribe(2)).toBeNull();
    runs = [];
    write("a", "x");
    await live.refresh(new Set());
    expect(runs).toEqual([]);
    expect(live.size).toBe(0);
  });
});
