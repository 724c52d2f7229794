import type { Worker } from "node:worker_threads";
import { describe, expect, it } from "vitest";
import { MemoryWatch } from "./memoryWatch.ts";

interface Stub {
  heapUsedMb: number;
  externalMb: number;
  mayEnd?: boolean;
}

/** Which of the workers one look ends; their memory in all is that of the process. */
async function ended(limitMb: number, stubs: Record<string, Stub>, residentMb = 10_000): Promise<string[]> {
  const names: string[] = [];
  const workers = Object.entries(stubs).map(([name, stub]) => ({
    worker: stub as unknown as Worker,
    mayEnd: () => stub.mayEnd ?? true,
    end: () => void names.push(name),
  }));
  await new MemoryWatch({
    limitMb,
    workers: () => workers,
    residentMb: () => residentMb,
    memoryOf: async (worker) => worker as unknown as Stub,
  }).check();
  return names;
}

describe("MemoryWatch", () => {
  it("ends workers whose heap and buffers exceed the limit together", async () => {
    const small = { heapUsedMb: 60, externalMb: 30 };
    const large = { heapUsedMb: 60, externalMb: 50 };
    expect(await ended(100, { small, large })).toEqual(["large"]);
  });

  it("spares a worker that must not be ended at this moment", async () => {
    expect(await ended(100, { committing: { heapUsedMb: 500, externalMb: 0, mayEnd: false } })).toEqual([]);
  });

  it("does not ask while the whole process uses less than the limit", async () => {
    expect(await ended(100, { impossible: { heapUsedMb: 500, externalMb: 0 } }, 99)).toEqual([]);
  });
});
