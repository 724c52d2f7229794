/**
 * Loads a module into `reloads` realms, one after the other, each with new code, inside the worker's heap limit. Posts the
 * number of contexts that V8 still holds; when old code is not freed the worker dies instead.
 */
import { getHeapStatistics } from "node:v8";
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
  inTransaction: () => true,
  console: () => undefined,
  fetch,
};

for (let count = 0; count < reloads; count += 1) {
  const source = `${code}\nexports.version = ${count};`;
  const modules = new Map([["main.js", { source, sourceMap: map }]]);
  const realm = new Realm({ label: "app", modules, env: {}, host });
  realm.import("main.js");
  // Half of them are only dropped: forgetting to dispose must not leak either.
  if (count % 2 === 0) realm.dispose();
  await new Promise((resolve) => setImmediate(resolve));
}
parentPort!.postMessage({ contexts: getHeapStatistics().number_of_native_contexts });
