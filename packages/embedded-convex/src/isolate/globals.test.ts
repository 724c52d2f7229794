/** What pushed code can name, and that what it does to its own globals stays there. */
import { constants, createContext, runInContext } from "node:vm";
import { describe, expect, it } from "vitest";
import { Realm, type RealmHost, transformModule } from "./realm.ts";

/** Beside the language's own: web standards and Convex's. A new name here is a decision. */
const ALLOWED = [
  ...["Convex", "process", "self", "performance", "crypto"],
  ...["fetch", "Request", "Response", "Headers", "FormData", "Blob", "File", "URL", "URLSearchParams"],
  ...["TextEncoder", "TextDecoder", "TextEncoderStream", "TextDecoderStream", "atob", "btoa", "structuredClone"],
  ...["ReadableStream", "ReadableStreamDefaultReader", "WritableStream", "TransformStream"],
  ...["CompressionStream", "DecompressionStream"],
  ...["AbortController", "AbortSignal", "Event", "EventTarget", "CustomEvent", "DOMException"],
  ...["Crypto", "CryptoKey", "SubtleCrypto"],
  ...["setTimeout", "setInterval", "clearTimeout", "clearInterval", "queueMicrotask"],
];

type Callable = (...args: unknown[]) => unknown;

/** The exports of a module; `host` may be changed. */
async function load(source: string, host: Partial<RealmHost> = {}): Promise<Record<string, Callable>> {
  const { code, map } = await transformModule({ path: "main.js", source });
  const environment = source.includes('"use node"') ? "node" : "isolate";
  const realm = new Realm({
    label: "app",
    modules: new Map([["main.js", { source: code, sourceMap: map, environment }]]),
    env: { NAME: "value" },
    host: {
      syscall: () => "null",
      asyncSyscall: () => Promise.resolve("null"),
      jsSyscall: () => null,
      now: () => 0,
      random: () => 0.5,
      whileRunning: (promise) => promise,
      inTransaction: () => false,
      console: () => undefined,
      fetch: () => Promise.resolve(new Response("fetched")),
      ...host,
    },
  });
  return realm.import("main.js") as Record<string, Callable>;
}

describe("the global scope", () => {
  it("has the language, web standards and Convex's own, and nothing else", async () => {
    const { names } = await load(`export const names = () => Object.getOwnPropertyNames(globalThis).join();`);
    const bare = createContext(constants.DONT_CONTEXTIFY);
    const language = new Set(runInContext("Object.getOwnPropertyNames(globalThis)", bare) as string[]);
    const added = (names!() as string).split(",").filter((name) => !language.has(name));
    expect(added.toSorted()).toEqual(ALLOWED.toSorted());
  });

  it.each([
    "require",
    "module",
    "exports",
    "Buffer",
    "global",
    "setImmediate",
    "WebSocket",
    "EventSource",
    "__dirname",
  ])("has no %s in the default runtime that code could use", async (name) => {
    // CommonJS hands these over as parameters of the module, under names that bundled code may see.
    const { seen } = await load(`export const seen = () => typeof globalThis[${JSON.stringify(name)}];`);
    expect(seen!()).toBe("undefined");
  });

  it("shows of the process only the deployment's variables", async () => {
    const { keys } = await load(
      `export const keys = () => Object.keys(process).join() + ":" + Object.keys(process.env);`,
    );
    expect(keys!()).toBe("env:NAME");
  });

  it("makes no code of strings", async () => {
    const { attempt } = await load(`export const attempt = () => Function("return 1")();`);
    expect(attempt).toThrow("Code generation from strings disallowed");
  });

  it("gives Node's functions to modules that ask for them, with a process of their own", async () => {
    const { attempt } = await load(
      `"use node"; import real from "node:process"; export const attempt = () => [typeof Buffer, real === process, process.env.NAME];`,
    );
    expect(attempt!()).toEqual(["function", true, "value"]);
  });

  it.each(["exit", "kill", "abort", "chdir", "execve"])("refuses process.%s() to functions", async (name) => {
    const { attempt } = await load(`"use node"; export const attempt = () => process[${JSON.stringify(name)}](1);`);
    expect(attempt).toThrow(`process.${name}() is not available`);
  });
});

describe("timers", () => {
  it.each(["setTimeout(() => {}, 1)", "setInterval(() => {}, 1)", "AbortSignal.timeout(1)"])(
    "are refused to queries and mutations: %s",
    async (call) => {
      const source = `export const attempt = () => ${call};`;
      const { attempt } = await load(source, { inTransaction: () => true });
      expect(attempt).toThrow("in queries and mutations. Please consider using an action");
    },
  );
});

describe("what code does to its own globals", () => {
  const POLLUTE = `
    Array.prototype.push = () => { throw new Error("polluted"); };
    Array.prototype[Symbol.iterator] = () => { throw new Error("polluted"); };
    Object.prototype.polluted = "polluted";
    Object.defineProperty(Object.prototype, "toJSON", { value: () => "polluted", configurable: true });
    Promise.prototype.then = () => { throw new Error("polluted"); };
    String.prototype.split = () => ["polluted"];
    Map.prototype.get = () => "polluted";
    JSON.parse = () => "polluted";
    JSON.stringify = () => "polluted";
    Symbol.iterator && (globalThis.Error = function () { return "polluted"; });
    globalThis.fetch = globalThis.Date = globalThis.Response = null;
    export const call = () => Convex.syscall("op", "{}");
    export const log = () => console.log({ a: 1 });
  `;

  it("reaches neither the host's operations nor other realms", async () => {
    const seen: unknown[] = [];
    const host: Partial<RealmHost> = {
      syscall: (op, args) => {
        const list = [op];
        list.push(JSON.stringify({ ...(JSON.parse(args) as object), n: 1 }));
        return [...list, new Map([["a", "b"]]).get("a")].join("|").split("|").join(" ");
      },
      console: (_level, args) => seen.push(args.length),
    };
    const { call, log } = await load(POLLUTE, host);
    expect(call!()).toBe('op {"n":1} b');
    log!();
    expect(seen).toEqual([1]);
    expect(({} as { polluted?: string }).polluted).toBeUndefined();
    const other = await load(
      `export const probe = () => [1, 2].concat("a b".split(" ")).join() + typeof Response + {}.polluted;`,
    );
    expect(other.probe!()).toBe("1,2,a,bfunctionundefined");
  });
});
