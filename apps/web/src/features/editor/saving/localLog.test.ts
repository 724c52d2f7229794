import { emptyDefinition } from "@patchbay/core";
import { beforeEach, describe, expect, it, vi } from "vitest";
import type { LogEntry } from "./draftSaver.ts";
import { clearUnsaved, indexedDbLog, listUnsavedScenarios } from "./localLog.ts";

const disk = vi.hoisted(() => ({ entries: new Map<string, unknown>(), writes: 0, isBroken: false }));
vi.mock("idb-keyval", () => ({
  createStore: () => null,
  get: async (key: string) => {
    if (disk.isBroken) throw new Error("no storage in this window");
    return disk.entries.get(key);
  },
  set: async (key: string, value: unknown) => {
    disk.writes += 1;
    disk.entries.set(key, value);
  },
  del: async (key: string) => void disk.entries.delete(key),
  keys: async () => [...disk.entries.keys()],
}));

const entry = (changes: number): LogEntry => ({
  baseRevision: 1,
  base: emptyDefinition(),
  definition: emptyDefinition(),
  changes,
  atMs: 0,
});

beforeEach(() => {
  disk.entries.clear();
  disk.writes = 0;
  disk.isBroken = false;
});

describe("the local log", () => {
  it("keeps the newest of the changes that come in one turn, with one write", async () => {
    const log = indexedDbLog("mara", "s1");
    await Promise.all([log.write(entry(1)), log.write(entry(2)), log.write(entry(3))]);
    expect((await log.read())?.changes).toBe(3);
    expect(disk.writes).toBe(1);
  });

  it("is empty after a clear, also when a write was still waiting", async () => {
    const log = indexedDbLog("mara", "s1");
    void log.write(entry(1));
    await log.clear();
    expect(await log.read()).toBeNull();
  });

  it("is per person, and can be listed and forgotten at sign-out", async () => {
    await indexedDbLog("mara", "s1").write(entry(1));
    await indexedDbLog("ines", "s1").write(entry(5));
    expect(await listUnsavedScenarios("mara")).toEqual(["s1"]);
    await clearUnsaved("mara");
    expect(await indexedDbLog("mara", "s1").read()).toBeNull();
    expect((await indexedDbLog("ines", "s1").read())?.changes).toBe(5);
  });

  it("does without storage where there is none", async () => {
    disk.isBroken = true;
    expect(await indexedDbLog("mara", "s1").read()).toBeNull();
  });
});
