/**
 * Loads a module into `reloads` realms, one after the other, each with new code, inside the worker's heap limit. Posts the
 * number of contexts that V8 still holds and how much the heap has grown; when old code is not freed the worker dies instead.
 */
import { getHeapStatistics, setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { parentPort, workerData } from "node:worker_threads";
import { Realm } from "./realm.ts";
import type { RealmHost } from "./realm.ts";

const { code, map, reloads } = workerData as { code: string; map: string; reloads: number };

const host: RealmHost = {
  syscall: () => "null",
  asyncSyscall: () => Promise.resolve("null"),
  jsSyscall: () => null,
  now: () => 0,
  random: () => 0.5,
  whileRunning: (promise) => promise,
  inTransaction: () => true,
  console: () => undefined,
  fetch,
};

const BYTES_PER_MB = 1024 * 1024;
setFlagsFromString("--expose-gc");
const collect = runInNewContext("gc") as () => void;

async function heapAfterCollection(): Promise<number> {
  // Finalizers, and what they release, take a turn each.
  for (let round = 0; round < 3; round += 1) {
    collect();
    await new Promise((resolve) => setImmediate(resolve));
  }
  return getHeapStatistics().used_heap_size / BYTES_PER_MB;
}

let heapBefore = 0;
for (let count = 0; count < reloads; count += 1) {
  if (count === Math.floor(reloads / 4)) heapBefore = await heapAfterCollection();
  const source = `${code}\nexports.version = ${count};`;
  const modules = new Map([["main.js", { source, sourceMap: map }]]);
  const realm = new Realm({ label: "app", modules, env: {}, host });
  realm.import("main.js");
  // Half of them are only dropped: forgetting to dispose must not leak either.
  if (count % 2 === 0) realm.dispose();
  await new Promise((resolve) => setImmediate(resolve));
}
const { number_of_native_contexts: contexts } = getHeapStatistics();
parentPort!.postMessage({ contexts, heapGrowthMb: (await heapAfterCollection()) - heapBefore });
