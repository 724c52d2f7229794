import type { Definition } from "@patchbay/core";
import { describe, expect, it } from "vitest";
import type { DraftHead, SaveDraftResult } from "../backend/types.ts";
import { createDraftSaver } from "./draftSaver.ts";
import type { LogEntry, MergeOutcome, SaveState } from "./draftSaver.ts";

const withIds = (...ids: number[]): Definition => ({
  format: 1,
  nodes: ids.map((id) => ({ id, type: "tools.delay", typeVersion: 1, config: {}, position: { x: id, y: 0 } })),
  edges: [],
});
const idsOf = (definition: Definition) => definition.nodes.map((node) => node.id);

/** A server with compare-and-set, a clock that a test moves, and a merge that unites nodes unless both changed node 1. */
function setUp() {
  const server = { revision: 1, definition: JSON.stringify(withIds(1)), updatedAt: 0, updatedBy: null } as DraftHead;
  const timers: { at: number; act: () => void }[] = [];
  const states: SaveState[] = [];
  const received: Definition[] = [];
  let nowMs = 1_000;
  let logged: LogEntry | null = null;
  let gate: Promise<void> = Promise.resolve();
  let failure: Error | null = null;
  const save = async (args: { baseRevision: number; definition: string }): Promise<SaveDraftResult> => {
    await gate;
    if (failure) throw failure;
    if (args.baseRevision !== server.revision) return { kind: "conflict", head: { ...server } };
    Object.assign(server, { revision: server.revision + 1, definition: args.definition, updatedAt: nowMs });
    return { kind: "ok", revision: server.revision, updatedAt: nowMs };
  };
  const merge = (base: Definition, ours: Definition, theirs: Definition): MergeOutcome => {
    if (idsOf(ours).includes(99) && idsOf(theirs).includes(98)) return { kind: "conflict" };
    return { kind: "merged", definition: withIds(...new Set([...idsOf(theirs), ...idsOf(ours)])) };
  };
  const saver = createDraftSaver({
    head: { revision: 1, definition: withIds(1), updatedAt: 0 },
    save,
    parse: (json) => JSON.parse(json) as Definition,
    merge,
    log: {
      read: async () => logged,
      write: async (entry) => void (logged = entry),
      clear: async () => void (logged = null),
    },
    clock: {
      now: () => nowMs,
      setTimeout: (act, ms) => {
        const timer = { at: nowMs + ms, act };
        timers.push(timer);
        return timer;
      },
      clearTimeout: (timer) => void timers.splice(timers.indexOf(timer as (typeof timers)[number]) >>> 0, 1),
    },
    onReceive: (definition) => received.push(definition),
    onState: (state) => states.push(state),
  });
  return {
    saver,
    server,
    states,
    received,
    log: () => logged,
    kinds: () => states.map((state) => state.kind),
    saved: () => idsOf(JSON.parse(server.definition) as Definition),
    hold: () => {
      let release = () => {};
      gate = new Promise((resolve) => (release = resolve));
      return release;
    },
    fail: (error: Error | null) => (failure = error),
    async pass(ms: number) {
      nowMs += ms;
      for (const timer of timers.filter((each) => each.at <= nowMs)) {
        timers.splice(timers.indexOf(timer), 1);
        timer.act();
      }
      for (let turn = 0; turn < 10; turn += 1) await Promise.resolve();
    },
  };
}

describe("autosave", () => {
  it("logs at once and saves after a quiet moment", async () => {
    const test = setUp();
    test.saver.change(withIds(1, 2));
    expect(test.log()?.definition.nodes).toHaveLength(2);
    expect(test.saved()).toEqual([1]);
    await test.pass(1_000);
    expect(test.saved()).toEqual([1, 2]);
    expect(test.saver.getState()).toMatchObject({ kind: "saved" });
    expect(test.log()).toBeNull();
  });

  it("does not wait for a quiet moment for ever", async () => {
    const test = setUp();
    for (let step = 0; step < 24; step += 1) {
      test.saver.change(withIds(1, 2 + step));
      await test.pass(500);
    }
    expect(test.server.revision).toBeGreaterThan(1);
  });

  it("saves what was changed while a save was under way", async () => {
    const test = setUp();
    const release = test.hold();
    test.saver.change(withIds(1, 2));
    await test.pass(1_000);
    test.saver.change(withIds(1, 2, 3));
    expect(test.saver.getState().kind).toBe("saving");
    release();
    await test.pass(0);
    await test.pass(1_000);
    expect(test.saved()).toEqual([1, 2, 3]);
    expect(test.server.revision).toBe(3);
  });

  it("flushes everything and names the revision", async () => {
    const test = setUp();
    test.saver.change(withIds(1, 2));
    expect(await test.saver.flush()).toBe(2);
    expect(test.saved()).toEqual([1, 2]);
  });

  it("keeps the change and says why when the server cannot be asked", async () => {
    const test = setUp();
    test.fail(Object.assign(new Error("Server Error"), { data: { code: "not_found", message: "no such scenario" } }));
    test.saver.change(withIds(1, 2));
    await test.pass(1_000);
    expect(test.saver.getState()).toEqual({ kind: "refused", changes: 1, message: "no such scenario" });
    expect(test.log()).not.toBeNull();
    test.fail(null);
    await test.pass(5_000);
    expect(test.saved()).toEqual([1, 2]);
  });
});

describe("offline", () => {
  it("counts what is kept, and sends it when online again", async () => {
    const test = setUp();
    test.saver.setOnline(false);
    test.saver.change(withIds(1, 2));
    test.saver.change(withIds(1, 2, 3));
    await test.pass(20_000);
    expect(test.saver.getState()).toMatchObject({ kind: "offline", changes: 2 });
    expect(test.server.revision).toBe(1);
    test.saver.setOnline(true);
    await test.pass(1);
    expect(test.saved()).toEqual([1, 2, 3]);
  });

  it("takes over what a former session left behind", async () => {
    const test = setUp();
    test.saver.recover({ baseRevision: 1, base: withIds(1), definition: withIds(1, 7), changes: 3, atMs: 0 });
    expect(idsOf(test.received.at(-1)!)).toEqual([1, 7]);
    await test.pass(1);
    expect(test.saved()).toEqual([1, 7]);
  });
});

describe("others edit too", () => {
  const theirs = (revision: number, ...ids: number[]): DraftHead => ({
    revision,
    definition: JSON.stringify(withIds(...ids)),
    updatedAt: 5,
    updatedBy: { name: "Ines" },
  });

  it("takes over their definition when nothing was changed here", () => {
    const test = setUp();
    test.saver.receiveHead(theirs(4, 1, 5));
    expect(idsOf(test.received[0]!)).toEqual([1, 5]);
    expect(test.saver.getRevision()).toBe(4);
  });

  it("merges by itself after a compare-and-set failed", async () => {
    const test = setUp();
    Object.assign(test.server, theirs(4, 1, 5));
    test.saver.change(withIds(1, 2));
    await test.pass(1_000);
    await test.pass(1_000);
    expect(test.saved()).toEqual([1, 5, 2]);
    expect(test.server.revision).toBe(5);
  });

  it("asks on a true conflict, sends nothing meanwhile, and then sends the person's choice", async () => {
    const test = setUp();
    Object.assign(test.server, theirs(4, 1, 98));
    test.saver.change(withIds(1, 99));
    await test.pass(1_000);
    expect(test.saver.getState().kind).toBe("conflict");
    await test.pass(60_000);
    expect(test.server.revision).toBe(4);
    test.saver.resolve(withIds(1, 98, 99));
    await test.pass(1);
    expect(test.saved()).toEqual([1, 98, 99]);
    expect(test.saver.getState().kind).toBe("saved");
  });

  it("ignores news of its own saves", async () => {
    const test = setUp();
    test.saver.change(withIds(1, 2));
    await test.pass(1_000);
    test.saver.receiveHead({ ...test.server });
    expect(test.received).toEqual([]);
  });
});
