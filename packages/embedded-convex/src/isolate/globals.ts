/** The global scope of pushed code: what Convex's runtime offers, guarded in queries and mutations. */
import type { webcrypto } from "node:crypto";
import { types } from "node:util";
import { runInContext } from "node:vm";
import type { Context } from "node:vm";
import type { RealmHost } from "./realm.ts";
import { SHARED_GLOBALS } from "./sharedGlobals.ts";

const ACTIONS_LINK = "See https://docs.convex.dev/functions/actions for more details.";

const SUBTLE_METHODS = [
  "decrypt",
  "deriveBits",
  "deriveKey",
  "digest",
  "encrypt",
  "exportKey",
  "importKey",
  "sign",
  "unwrapKey",
  "verify",
  "wrapKey",
] as const;

/** What the bootstrap script needs of the host. */
interface Bootstrap {
  now: () => number;
  random: () => number;
  isNativeError: (value: unknown) => boolean;
  hostErrors: Record<string, ErrorConstructor>;
}

/**
 * Runs inside the context, so that what it creates belongs to it: `Date` and `Math.random` on the host's terms, and
 * `instanceof Error` (and its subclasses) also true for errors that the host created, such as a failed fetch.
 */
const BOOTSTRAP = `(function (host) {
  "use strict";
  const RealDate = Date;
  const ConvexDate = new Proxy(RealDate, {
    apply: () => new RealDate(host.now()).toString(),
    construct: (target, args, newTarget) =>
      Reflect.construct(target, args.length === 0 ? [host.now()] : args, newTarget === ConvexDate ? target : newTarget),
  });
  RealDate.now = () => host.now();
  RealDate.prototype.constructor = ConvexDate;
  Object.defineProperty(globalThis, "Date", { value: ConvexDate, writable: true, configurable: true });
  Math.random = () => host.random();
  const ordinary = Function.prototype[Symbol.hasInstance];
  const recognise = (own, matches) => Object.defineProperty(own, Symbol.hasInstance, {
    value(value) { return ordinary.call(this, value) || (this === own && matches(value)); },
  });
  recognise(Error, host.isNativeError);
  for (const [name, HostError] of Object.entries(host.hostErrors)) {
    recognise(globalThis[name], (value) => value instanceof HostError);
  }
})`;

/** Fills the global scope of a fresh context. `env` stays live: pushed code sees later changes. */
export function installGlobals(context: Context, env: Record<string, string>, host: RealmHost): void {
  for (const name of SHARED_GLOBALS) define(context, name, globalThis[name]);
  const bootstrap = runInContext(BOOTSTRAP, context) as (host: Bootstrap) => void;
  bootstrap({
    now: host.now,
    random: host.random,
    isNativeError: types.isNativeError,
    hostErrors: { TypeError, RangeError, SyntaxError },
  });
  // As on Convex; libraries (lodash-es, for one) find the global scope by it.
  define(context, "self", context);
  // All realms are handed the same ones.
  for (const shared of [host.syscall, host.asyncSyscall, host.jsSyscall, host.now]) Object.freeze(shared);
  define(context, "Convex", { syscall: host.syscall, asyncSyscall: host.asyncSyscall, jsSyscall: host.jsSyscall });
  define(context, "process", { env });
  define(context, "console", makeConsole(host));
  define(context, "crypto", makeCrypto(host));
  define(context, "performance", { timeOrigin: 0, now: host.now });
  define(context, "fetch", async (...args: Parameters<typeof fetch>) => {
    if (host.inTransaction()) throw new TypeError(notInTransactions("fetch()"));
    return await host.fetch(...args);
  });
  define(context, "setTimeout", guardTimer("setTimeout", setTimeout, host));
  define(context, "setInterval", guardTimer("setInterval", setInterval, host));
  define(context, "AbortSignal", makeAbortSignal(host));
}

function define(context: Context, name: string, value: unknown): void {
  Object.defineProperty(context, name, { value, writable: true, configurable: true, enumerable: false });
}

function notInTransactions(what: string): string {
  return `Can't use ${what} in queries and mutations. Please consider using an action. ${ACTIONS_LINK}`;
}

function guardTimer<Timer extends (...args: never[]) => unknown>(name: string, timer: Timer, host: RealmHost) {
  return (...args: Parameters<Timer>): unknown => {
    if (host.inTransaction()) throw new Error(notInTransactions(name));
    return timer(...args);
  };
}

/** `AbortSignal` without the timer, where there are none. Made anew, since the class itself is shared. */
function makeAbortSignal(host: RealmHost): typeof AbortSignal {
  const view = function AbortSignal(): never {
    throw new TypeError("Illegal constructor");
  } as unknown as typeof AbortSignal;
  const timeout = guardTimer("AbortSignal.timeout()", (ms: number) => AbortSignal.timeout(ms), host);
  Object.defineProperties(view, {
    prototype: { value: AbortSignal.prototype },
    abort: { value: (reason?: unknown) => AbortSignal.abort(reason) },
    any: { value: (signals: AbortSignal[]) => AbortSignal.any(signals) },
    timeout: { value: timeout },
  });
  return view;
}

/** `crypto` whose key generation is closed to queries and mutations, as on Convex, which replays them from a seed. */
function makeCrypto(host: RealmHost): webcrypto.Crypto {
  const subtle = Object.create(SubtleCrypto.prototype) as webcrypto.SubtleCrypto;
  for (const name of SUBTLE_METHODS) {
    const method = crypto.subtle[name].bind(crypto.subtle) as (...args: unknown[]) => Promise<unknown>;
    Object.defineProperty(subtle, name, { value: (...args: unknown[]) => host.whileRunning(method(...args)) });
  }
  const generateKey = crypto.subtle.generateKey.bind(crypto.subtle) as (...args: unknown[]) => unknown;
  Object.defineProperty(subtle, "generateKey", {
    value: async (...args: unknown[]) => {
      if (host.inTransaction()) throw new Error(notInTransactions("crypto.subtle.generateKey()"));
      return await generateKey(...args);
    },
  });
  return Object.create(Crypto.prototype, {
    subtle: { value: subtle },
    getRandomValues: { value: crypto.getRandomValues.bind(crypto) },
    randomUUID: { value: crypto.randomUUID.bind(crypto) },
  }) as webcrypto.Crypto;
}

/** A console that hands every line to the host; timers and counters are kept per realm. */
function makeConsole(host: RealmHost): Record<string, (...args: unknown[]) => void> {
  const timers = new Map<string, number>();
  const counts = new Map<string, number>();
  const elapsed = (label: string) => `${label}: ${host.now() - (timers.get(label) ?? host.now())}ms`;
  const write =
    (level: ConsoleLevel) =>
    (...args: unknown[]): void =>
      host.console(level, args);
  return {
    log: write("log"),
    debug: write("debug"),
    info: write("info"),
    warn: write("warn"),
    error: write("error"),
    trace: write("debug"),
    dir: write("log"),
    table: write("log"),
    group: write("log"),
    groupCollapsed: write("log"),
    groupEnd: () => undefined,
    assert: (condition, ...args) => {
      if (!condition) host.console("error", ["Assertion failed", ...args]);
    },
    count: (label = "default") => {
      const count = (counts.get(String(label)) ?? 0) + 1;
      counts.set(String(label), count);
      host.console("info", [`${String(label)}: ${count}`]);
    },
    countReset: (label = "default") => void counts.delete(String(label)),
    time: (label = "default") => void timers.set(String(label), host.now()),
    timeLog: (label = "default", ...args) => host.console("info", [elapsed(String(label)), ...args]),
    timeEnd: (label = "default") => {
      host.console("info", [elapsed(String(label))]);
      timers.delete(String(label));
    },
  };
}

/** The level of a line that pushed code logs. */
export type ConsoleLevel = "log" | "debug" | "info" | "warn" | "error";
