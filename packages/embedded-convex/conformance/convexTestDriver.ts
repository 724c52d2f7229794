/** The suite's first reference: `convex-test`, in this process. */
import { readdirSync } from "node:fs";
import { convexTest } from "convex-test";
import { makeFunctionReference } from "convex/server";
import type { Value } from "convex/values";
import { vi } from "vitest";
import schema from "./app/convex/schema.ts";
import cardSchema from "./app/convex/shelf/cards/schema.ts";
import shelfSchema from "./app/convex/shelf/schema.ts";
import type { CallOptions, Driver } from "./driver.ts";

type Modules = Record<string, () => Promise<unknown>>;

/** convex-test finds the functions' folder by its generated files, which the fixture does without. */
function modulesIn(folder: URL): Modules {
  const modules: Modules = { "./convex/_generated/api.js": () => Promise.resolve({}) };
  for (const name of readdirSync(folder)) {
    if (/^\w+\.ts$/.test(name))
      modules[`./convex/${name}`] = () => import(/* @vite-ignore */ new URL(name, folder).pathname);
  }
  return modules;
}

const modules = modulesIn(new URL("./app/convex/", import.meta.url));
const shelfModules = modulesIn(new URL("./app/convex/shelf/", import.meta.url));
const cardModules = modulesIn(new URL("./app/convex/shelf/cards/", import.meta.url));

/** A fresh, empty convex-test. */
export function createConvexTestDriver(): Driver {
  const root = convexTest(schema, modules);
  for (const name of ["shelf", "attic"]) {
    root.registerComponent(name, shelfSchema, shelfModules);
    root.registerComponent(`${name}/cards`, cardSchema, cardModules);
  }
  const as = (options: CallOptions | undefined) => (options?.as === undefined ? root : root.withIdentity(options.as));
  return {
    reference: "convex-test",
    query: (path, args = {}, options) =>
      as(options).query(makeFunctionReference<"query", typeof args, Value>(path), args),
    mutation: (path, args = {}, options) =>
      as(options).mutation(makeFunctionReference<"mutation", typeof args, Value>(path), args),
    action: (path, args = {}, options) =>
      as(options).action(makeFunctionReference<"action", typeof args, Value>(path), args),
    internal(kind, path, args) {
      return this[kind](path, args);
    },
    fetch: (path, init, options) => as(options).fetch(path, init),
    async settle(done) {
      await vi.waitFor(async () => {
        await root.finishInProgressScheduledFunctions();
        if (!(await done())) throw new Error("not settled");
      });
    },
  };
}
