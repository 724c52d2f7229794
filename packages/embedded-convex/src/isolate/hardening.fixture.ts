/**
 * Hardens the shared globals of a worker, loads two realms, and posts what both reach and could alter, what altering it has come
 * to, and whether instances still take properties of inherited names.
 */
import { parentPort, workerData } from "node:worker_threads";
import { Realm, type RealmHost } from "./realm.ts";
import { hardenSharedGlobals } from "./sharedGlobals.ts";

const { source, harden } = workerData as { source: string; harden: boolean };

const host: RealmHost = {
  syscall: () => "null",
  asyncSyscall: () => Promise.resolve("null"),
  jsSyscall: () => null,
  now: () => 0,
  random: () => 0.5,
  whileRunning: (promise) => promise,
  inTransaction: () => false,
  console: () => undefined,
  fetch,
};

type Exports = Record<string, (...args: unknown[]) => unknown>;

function load(): Exports {
  const realm = new Realm({ label: "app", modules: new Map([["main.js", { source }]]), env: {}, host });
  return realm.import("main.js") as Exports;
}

/** What is reached from a realm's globals by names and prototypes, and how. */
function reached(globals: object): Map<object, string> {
  const found = new Map<object, string>();
  const waiting: [unknown, string][] = [[globals, "globalThis"]];
  while (waiting.length > 0) {
    const [value, path] = waiting.pop()!;
    if (!((typeof value === "object" && value !== null) || typeof value === "function") || found.has(value)) continue;
    found.set(value, path);
    waiting.push([Object.getPrototypeOf(value), `${path}.__proto__`]);
    for (const key of Reflect.ownKeys(value)) {
      const descriptor: object = Object.getOwnPropertyDescriptor(value, key)!;
      for (const part of Object.values(descriptor)) waiting.push([part, `${path}.${String(key)}`]);
    }
  }
  return found;
}

if (harden) hardenSharedGlobals();
const [one, other] = [load(), load()];
const [ofOne, ofOther] = [one, other].map((exports) => reached(exports.globals!() as object)) as [
  Map<object, string>,
  Map<object, string>,
];
const shared = [...ofOne].filter(([value]) => ofOther.has(value));
const works = await one.works!();
const alterable = shared.filter(([value]) => !Object.isFrozen(value)).map(([, path]) => path);
// Without hardening, one class is enough: the thread would not survive more.
const tried = harden ? shared : shared.filter(([value]) => value === Response.prototype);
const succeeded = tried.filter(([value]) => one.alter!(value) !== 0).map(([, path]) => path);
parentPort!.postMessage({
  shared: shared.length,
  alterable,
  succeeded,
  seenByHost: [({} as { polluted?: string }).polluted, (new Response() as { polluted?: string }).polluted],
  works,
});
