import { AsyncLocalStorage } from "node:async_hooks";
import { once } from "node:events";
import { Worker } from "node:worker_threads";
import { build } from "esbuild";
import { describe, expect, it } from "vitest";
import { Realm, remapStack, transformModule } from "./realm.ts";
import type { RealmHost, RealmModule, RealmOptions } from "./realm.ts";

const fixedTime = Date.UTC(2024, 1, 29, 12);

function testHost(overrides: Partial<RealmHost> = {}): RealmHost {
  return {
    syscall: () => "null",
    asyncSyscall: () => Promise.resolve("null"),
    jsSyscall: () => null,
    now: () => fixedTime,
    random: () => 0.25,
    whileRunning: (promise) => promise,
    inTransaction: () => true,
    console: () => undefined,
    fetch: () => Promise.resolve(new Response("fetched")),
    ...overrides,
  };
}

async function makeModules(sources: Record<string, string>): Promise<Map<string, RealmModule>> {
  const entries = Object.entries(sources).map(async ([path, source]): Promise<[string, RealmModule]> => {
    const { code, map } = await transformModule({ path, source });
    return [path, { source: code, sourceMap: map, environment: source.includes('"use node"') ? "node" : "isolate" }];
  });
  return new Map(await Promise.all(entries));
}

async function makeRealm(sources: Record<string, string>, options: Partial<RealmOptions> & { host?: RealmHost } = {}) {
  const modules = await makeModules(sources);
  return new Realm({ label: "app", modules, env: {}, host: testHost(), ...options });
}

type Callable = (...args: unknown[]) => unknown;

/** The exports of a module whose body is `source`. */
async function load(source: string, options: Partial<RealmOptions> = {}): Promise<Record<string, Callable>> {
  return (await makeRealm({ "main.js": source }, options)).import("main.js") as Record<string, Callable>;
}

describe("modules", () => {
  it("import each other, also in cycles and dynamically, and are evaluated once", async () => {
    const realm = await makeRealm({
      "a.js": `import { b } from "./lib/b.js"; export const a = () => "a" + b(); export let evaluated = 0; evaluated += 1;`,
      "lib/b.js": `import { evaluated } from "../a.js"; export const b = () => "b" + evaluated; export const later = () => import("../c.js");`,
      "c.js": `export default "c";`,
    });
    const { a } = realm.import("a.js") as { a: () => string };
    expect(a()).toBe("ab1");
    expect(realm.import("a.js")).toBe(realm.import("a.js"));
    const { later } = realm.import("lib/b.js") as { later: () => Promise<{ default: string }> };
    expect((await later()).default).toBe("c");
  });

  it("fail with what their evaluation throws, every time", async () => {
    const realm = await makeRealm({ "bad.js": `throw new TypeError("at import");`, "user.js": `import "./bad.js";` });
    for (const path of ["bad.js", "user.js", "bad.js"]) expect(() => realm.import(path)).toThrow("at import");
    expect(() => realm.import("gone.js")).toThrow("Could not find module gone.js");
  });

  it("see each other's exports through one getter, which follows later changes", async () => {
    const realm = await makeRealm({
      "state.js": "export let count = 0; export const add = () => { count += 1; };",
      "main.js": 'import { add, count } from "./state.js"; export const run = () => { add(); return count; };',
    });
    const { run } = realm.import("main.js") as Record<string, Callable>;
    expect([run!(), run!()]).toEqual([1, 2]);
    // A second getter around it, as esbuild writes one, makes loops over calls across modules several times as slow.
    const descriptor: { get?: unknown } = Object.getOwnPropertyDescriptor(realm.import("state.js"), "count")!;
    expect(String(descriptor.get)).toBe("() => count");
    expect(Object.keys(realm.import("state.js"))).toEqual(["add", "count"]);
  });

  it("get Node's built-ins only with use node, and nothing from the disk ever", async () => {
    const source = `import { createHash } from "node:crypto"; export const hash = () => createHash("sha256").update("x").digest("hex");`;
    await expect(load(source)).rejects.toThrow('add "use node"');
    const { hash } = await load(`"use node"; ${source}`);
    expect(hash!()).toMatch(/^2d711642/);
    await expect(load(`"use node"; import "esbuild";`)).rejects.toThrow('Could not resolve "esbuild"');
    await expect(load(`"use node"; import "/etc/passwd";`)).rejects.toThrow("Could not resolve");
    await expect(load(`import "../../outside.js";`)).rejects.toThrow("Could not find module");
  });

  it("give use node modules Buffer and a process without the host's variables", async () => {
    const { read } = await load(
      `"use node"; export const read = () => [Buffer.from("a").toString("hex"), process.env, process.platform];`,
      {
        env: { MINE: "1" },
      },
    );
    expect(read!()).toEqual(["61", { MINE: "1" }, process.platform]);
  });

  it("import definitions of child components by their encoded path", async () => {
    const encoded = Buffer.from("../node_modules/limiter").toString("base64url");
    const realm = await makeRealm(
      { "convex.config.js": `import child from "./_componentDeps/${encoded}"; export default child.name;` },
      { componentDeps: (path) => ({ name: `child at ${path}` }) },
    );
    expect(realm.import("convex.config.js").default).toBe("child at ../node_modules/limiter");
  });
});

describe("globals", () => {
  it("are the realm's own", async () => {
    const { poison } = await load(
      `export const poison = () => { globalThis.leak = 1; Object.prototype.evil = 1; return typeof require + typeof module; };`,
    );
    poison!();
    expect((globalThis as Record<string, unknown>).leak).toBeUndefined();
    expect(({} as Record<string, unknown>).evil).toBeUndefined();
    const { kinds } = await load(
      `export const kinds = () => [typeof Buffer, typeof setImmediate, typeof __dirname, Object.keys(process)];`,
    );
    expect(kinds!()).toEqual(["undefined", "undefined", "undefined", ["env"]]);
  });

  it("are found under self, where libraries look for them that would else compile strings", async () => {
    const { find } = await load(
      `const root = (typeof self === "object" && self.Object === Object && self) || Function("return this")();
       export const find = () => root === globalThis;`,
    );
    expect(find!()).toBe(true);
  });

  it("do not compile strings", async () => {
    const { run } = await load(`export const run = () => new Function("return 1")();`);
    expect(run).toThrow("Code generation from strings disallowed");
  });

  it("have a fixed clock and seeded randomness", async () => {
    const { read } = await load(
      `class Later extends Date {}
       export const read = () => [Date.now(), new Date().getTime(), Date(), new Date(5).getTime(), new Date("2020-01-01").getUTCFullYear(),
         Date.UTC(2020), new Date() instanceof Date, new Later().getTime(), new Later() instanceof Later, new Date().constructor === Date,
         Date.name, Math.random(), performance.now()];`,
    );
    const expected = [
      fixedTime,
      fixedTime,
      new Date(fixedTime).toString(),
      5,
      2020,
      Date.UTC(2020),
      true,
      fixedTime,
      true,
      true,
      "Date",
      0.25,
      fixedTime,
    ];
    expect(read!()).toEqual(expected);
  });

  it("show later changes of environment variables", async () => {
    const env: Record<string, string> = { NAME: "before" };
    const { name } = await load(`export const name = () => process.env.NAME;`, { env });
    env.NAME = "after";
    expect(name!()).toBe("after");
  });

  it("share binary types with the host and recognise the host's errors", async () => {
    const host = testHost({ inTransaction: () => false, fetch: () => Promise.reject(new TypeError("fetch failed")) });
    const { bytes, caught } = await load(
      `class Mine extends Error {}
       export const bytes = (input) => [input instanceof ArrayBuffer, new Uint8Array(input), new TextEncoder().encode("é") instanceof Uint8Array];
       export const caught = () => fetch("http://x").catch((e) => [e instanceof Error, e instanceof TypeError, e instanceof RangeError, e instanceof Mine, new Mine() instanceof Mine]);`,
      { host },
    );
    expect(bytes!(new Uint8Array([1, 2]).buffer)).toEqual([true, new Uint8Array([1, 2]), true]);
    expect((bytes!(new ArrayBuffer(0)) as unknown[])[1]).toBeInstanceOf(Uint8Array);
    expect(await caught!()).toEqual([true, true, false, false, true]);
  });

  it("hand console lines to the host", async () => {
    const lines: unknown[] = [];
    const { run } = await load(
      `export const run = () => { console.log("a", { b: 1 }); console.error("e"); console.assert(false, "no"); console.count(); };`,
      {
        host: testHost({ console: (level, args) => lines.push([level, ...args]) }),
      },
    );
    run!();
    expect(lines).toEqual([
      ["log", "a", { b: 1 }],
      ["error", "e"],
      ["error", "Assertion failed", "no"],
      ["info", "default: 1"],
    ]);
  });

  it("carry syscalls to the host, in the caller's async context", async () => {
    const current = new AsyncLocalStorage<string>();
    const host = testHost({
      asyncSyscall: async (op, args) => `${op} ${args} ${await Promise.resolve(current.getStore())}`,
    });
    const { run } = await load(
      `export const run = async () => { await null; const first = await Convex.asyncSyscall("1.0/get", "{}");
         async function* again() { yield await Convex.asyncSyscall("2", ""); } for await (const each of again()) return [first, each]; };`,
      { host },
    );
    const results = ["x", "y"].map((store) => current.run(store, () => run!()));
    expect(await Promise.all(results)).toEqual([
      ["1.0/get {} x", "2  x"],
      ["1.0/get {} y", "2  y"],
    ]);
  });
});

describe("in queries and mutations", () => {
  const text = (what: string) =>
    `Can't use ${what} in queries and mutations. Please consider using an action. See https://docs.convex.dev/functions/actions for more details.`;

  it("fetch and timers are closed", async () => {
    const { get, timer, interval } = await load(
      `export const get = () => fetch("https://example.com"); export const timer = () => setTimeout(() => {}, 0); export const interval = () => setInterval(() => {}, 0);`,
    );
    await expect(get!()).rejects.toThrow(text("fetch()"));
    expect(timer).toThrow(text("setTimeout"));
    expect(interval).toThrow(text("setInterval"));
  });

  it("keys cannot be generated, and all other cryptography works", async () => {
    const { generate, sign, identity } = await load(
      `const bytes = new TextEncoder().encode("k");
       export const generate = () => crypto.subtle.generateKey({ name: "AES-GCM", length: 256 }, true, ["encrypt"]);
       export const sign = async () => { const key = await crypto.subtle.importKey("raw", bytes, { name: "HMAC", hash: "SHA-256" }, false, ["sign"]);
         return [key instanceof CryptoKey, (await crypto.subtle.sign("HMAC", key, bytes)).byteLength, crypto.getRandomValues(new Uint8Array(4)).length, crypto.randomUUID().length]; };
       export const identity = () => [crypto instanceof Crypto, crypto.subtle instanceof SubtleCrypto];`,
    );
    await expect(generate!()).rejects.toThrow(text("crypto.subtle.generateKey()"));
    expect(await sign!()).toEqual([true, 32, 4, 36]);
    expect(identity!()).toEqual([true, true]);
  });
});

describe("in actions", () => {
  it("fetch, timers and key generation work", async () => {
    const { run } = await load(
      `export const run = async () => { await new Promise((resolve) => setTimeout(resolve, 1));
         const key = await crypto.subtle.generateKey({ name: "AES-GCM", length: 256 }, true, ["encrypt"]);
         return [await (await fetch("https://example.com")).text(), key.type]; };`,
      { host: testHost({ inTransaction: () => false }) },
    );
    expect(await run!()).toEqual(["fetched", "secret"]);
  });
});

describe("stack traces", () => {
  it("point to the sources that the CLI bundled, without the host's frames and paths", async () => {
    const bundled = await build({
      stdin: {
        contents: `// a comment\n\nexport function handler(): never {\n  throw new Error("boom");\n}\n`,
        sourcefile: "convex/messages.ts",
        loader: "ts",
      },
      bundle: true,
      format: "esm",
      write: false,
      sourcemap: "external",
      outfile: "out.js",
      minify: true,
    });
    const [map, source] = bundled.outputFiles.map((file) => file.text) as [string, string];
    const transformed = await transformModule({ path: "messages.js", source, sourceMap: map });
    const modules = new Map([["messages.js", { source: transformed.code, sourceMap: transformed.map }]]);
    const realm = new Realm({ label: "app", modules, env: {}, host: testHost() });
    const { handler } = realm.import("messages.js") as { handler: () => never };
    const stack = remapStack(stackOf(handler));
    expect(stack.split("\n")).toEqual([
      "Error: boom",
      expect.stringMatching(/^ {4}at \S+ \(\S*convex\/messages\.ts:4:9\)$/),
    ]);
    realm.dispose();
    expect(remapStack(stackOf(handler))).not.toContain(process.cwd());
  });

  it("name packages and sources elsewhere without the way to them", async () => {
    const throwFrom = async (sourcefile: string): Promise<string> => {
      const contents = "export function f() {\n  throw new Error();\n}";
      const options = { format: "esm", write: false, sourcemap: "external", outfile: "out.js" } as const;
      const bundled = await build({ ...options, stdin: { contents, sourcefile } });
      const [map, source] = bundled.outputFiles.map((file) => file.text) as [string, string];
      const transformed = await transformModule({ path: "f.js", source, sourceMap: map });
      const modules = new Map([["f.js", { source: transformed.code, sourceMap: transformed.map }]]);
      const realm = new Realm({ label: "app", modules, env: {}, host: testHost() });
      return remapStack(stackOf(realm.import("f.js").f as () => never)).split("\n")[1]!;
    };
    const pnpm = "/home/op/app/node_modules/.pnpm/zod@4/node_modules/zod/v4/core/parse.js";
    expect(await throwFrom(pnpm)).toBe("    at f (../node_modules/zod/v4/core/parse.js:2:9)");
    expect(await throwFrom("/home/op/secret/app/packages/core/src/a.ts")).toBe(
      "    at f (../packages/core/src/a.ts:2:9)",
    );
  });

  it("fall back to the module's path", () => {
    const stack =
      "Error: x\n    at f (convex:/77/app/lib/a.js:3:4)\n    at Module._compile (node:internal/modules/cjs/loader:1:1)\n    at /srv/host/file.ts:1:2";
    expect(remapStack(stack)).toBe("Error: x\n    at f (lib/a.js:3:4)");
  });

  function stackOf(run: () => never): string {
    try {
      run();
    } catch (error) {
      return (error as Error).stack!;
    }
  }
});

describe("old code", () => {
  it("is freed: a worker with little memory survives a hundred reloads", { timeout: 60_000 }, async () => {
    const functions = Array.from(
      { length: 400 },
      (_, index) => `export const f${index} = (x) => x + "${"pad".repeat(20)}${index}";`,
    );
    const state = `export const state = Array.from({ length: 20_000 }, (_, index) => "item " + index);`;
    const { code, map } = await transformModule({ path: "main.js", source: [...functions, state].join("\n") });
    // A realm holds over 1 MB here.
    const { contexts } = await reloadInWorker({ code, map, reloads: 120, heapMb: 48 });
    expect(contexts).toBeLessThan(80);
  });

  it("leaves the heap where it was, its source text included", { timeout: 60_000 }, async () => {
    const { code, map } = await transformModule({
      path: "main.js",
      source: `export const text = "${"x".repeat(200_000)}";`,
    });
    const { heapGrowthMb } = await reloadInWorker({ code, map, reloads: 60, heapMb: 512 });
    // 60 versions of the text alone are 12 MB.
    expect(heapGrowthMb).toBeLessThan(3);
  });
});

/** `heapGrowthMb`: from the second quarter of the reloads to their end, after collections. */
interface Reloaded {
  contexts: number;
  heapGrowthMb: number;
}

async function reloadInWorker({
  heapMb,
  ...workerData
}: {
  code: string;
  map: string;
  reloads: number;
  heapMb: number;
}): Promise<Reloaded> {
  const worker = new Worker(new URL("./reloadWorker.fixture.ts", import.meta.url), {
    workerData,
    resourceLimits: { maxOldGenerationSizeMb: heapMb },
  });
  try {
    const [message] = (await once(worker, "message")) as [Reloaded];
    return message;
  } finally {
    await worker.terminate();
  }
}
