import type { MemoryReport } from "../../src/process/memory.ts";
import { bundleApp, push } from "../lib/push.ts";
import { figureOf, rounded } from "../lib/stats.ts";
import { type Settings, Target } from "../lib/target.ts";

/** Lowest values of so many pushes are compared: a heap is as large as it is after a collection, not before one. */
const WINDOW = 40;

/** Pushes of changed code in a row, each followed by a call: how long one takes, and whether the heaps grow. */
export async function pushes(settings: Settings): Promise<object> {
  const target = await Target.create();
  try {
    const app = await bundleApp();
    const times: number[] = [];
    const reports: MemoryReport[] = [];
    for (let version = 0; version < settings.pushes; version++) {
      const before = performance.now();
      await push(target.launched, {
        ...app,
        modules: { ...app.modules, items: `${app.modules.items}\nexport const benchVersion = ${version};` },
      });
      times.push(performance.now() - before);
      await target.fill(target.documents + 1);
      reports.push(await target.memoryReport());
    }
    const window = Math.min(WINDOW, Math.floor(reports.length / 2));
    const lowest = (part: MemoryReport[], pick: (report: MemoryReport) => number) =>
      rounded(Math.min(...part.map(pick)));
    const compare = (pick: (report: MemoryReport) => number) => ({
      firstMb: lowest(reports.slice(0, window), pick),
      lastMb: lowest(reports.slice(-window), pick),
    });
    return {
      pushes: settings.pushes,
      pushMs: { ...figureOf(times), values: [] },
      mainHeap: compare(({ main }) => main.heapUsedMb),
      transactorHeap: compare(({ transactor }) => transactor?.heapUsedMb ?? 0),
      actionHeap: compare(({ actionWorkers }) => Math.max(0, ...actionWorkers.map(({ heapUsedMb }) => heapUsedMb))),
      resident: compare(({ rssMb }) => rssMb),
    };
  } finally {
    await target.remove();
  }
}
