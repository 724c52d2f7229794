import { describe, expect, it } from "vitest";
import { EMPTY_MANIFEST, type Manifest, type StoredModule } from "../deploy/manifest.ts";
import type { RealmHost } from "../isolate/realm.ts";
import { Codebase } from "./codebase.ts";
import { FunctionHandles } from "./functionHandles.ts";

const host: RealmHost = {
  syscall: () => "null",
  asyncSyscall: async () => "null",
  jsSyscall: () => null,
  now: () => 0,
  random: () => 0,
  whileRunning: (promise) => promise,
  inTransaction: () => false,
  console: () => undefined,
  fetch,
};

/** A codebase of one module; `evaluations` counts how often it was evaluated. */
function load(source: string, env: Record<string, string>): Codebase {
  const hash = "main";
  const [app] = EMPTY_MANIFEST.components;
  const modules = [{ path: "main.js", hash, environment: "isolate" as const }];
  const manifest: Manifest = { ...EMPTY_MANIFEST, components: [{ ...app!, modules }] };
  const stored = new Map<string, StoredModule>([[hash, { hash, source, map: null }]]);
  return new Codebase({ manifest, modules: stored, env, host, handles: new FunctionHandles(Buffer.alloc(32)) });
}

function main<Exports>(codebase: Codebase): Exports {
  return codebase.importModule("", "main.js") as Exports;
}

describe("a change of environment variables", () => {
  it("is seen without evaluating the code again if the code has not looked at them", () => {
    const codebase = load("exports.id = Math.random; exports.read = (name) => process.env[name]; process.env.MODE;", {
      MODE: "a",
    });
    const exports = main<{ read: (name: string) => string | undefined }>(codebase);
    expect(codebase.changeEnvironment({ MODE: "a", KEY: "1" })).toBe(true);
    expect(main(codebase)).toBe(exports);
    expect(exports.read("KEY")).toBe("1");
  });

  it("needs another evaluation if code has looked at one of them, at first or later", () => {
    const codebase = load("exports.read = (name) => process.env[name]; process.env.MODE;", { MODE: "a" });
    const { read } = main<{ read: (name: string) => string | undefined }>(codebase);
    expect(codebase.changeEnvironment({ MODE: "b" })).toBe(false);
    expect(read("MODE")).toBe("a");

    expect(codebase.changeEnvironment({ MODE: "a", KEY: "1" })).toBe(true);
    expect(read("KEY")).toBe("1");
    expect(codebase.changeEnvironment({ MODE: "a", KEY: "2" })).toBe(false);
    expect(codebase.changeEnvironment({ MODE: "a" })).toBe(false);
    expect(codebase.changeEnvironment({ MODE: "a", KEY: "1", OTHER: "x" })).toBe(true);
  });

  it.each([
    ["lists them", "Object.keys(process.env)"],
    ["copies them", "({ ...process.env })"],
    ["asks whether one is there", '"KEY" in process.env'],
    ["takes one apart", "const { KEY } = process.env;"],
  ])("needs another evaluation if code %s", (_what, statement) => {
    const codebase = load(`${statement};`, {});
    main(codebase);
    expect(codebase.changeEnvironment({ KEY: "1" })).toBe(false);
  });

  it("changes nothing when nothing has changed", () => {
    const codebase = load("Object.keys(process.env);", { KEY: "1" });
    main(codebase);
    expect(codebase.changeEnvironment({ KEY: "1" })).toBe(true);
  });
});
