/** The official CLI against the deployment: pushes that are refused, and what takes as long. */
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Value } from "convex/values";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { convex, copyApp, deploy } from "../test/cli.ts";
import type { AppCopy } from "../test/cli.ts";
import { Deployment } from "../test/deployment.ts";
import { createTokenIssuer } from "../test/tokens.ts";
import type { Args } from "./driver.ts";
import { adminClient, call as callWith } from "./wireDriver.ts";

let deployment: Deployment;
let app: AppCopy;

beforeAll(async () => {
  const issuer = await createTokenIssuer();
  [deployment, app] = await Promise.all([
    Deployment.start({ functionEnv: { ...issuer.env, FROM_FILE: "overlay" } }),
    copyApp(new URL("./app/", import.meta.url)),
  ]);
  await deploy(deployment, app);
}, 90_000);

afterAll(async () => {
  await deployment?.dispose();
  await app?.dispose();
});

async function run(...args: string[]): Promise<string> {
  return (await convex(deployment, app, args)).stdout.trim();
}

/** Calls a function over HTTP, which takes a thousandth of the CLI's time. */
function call(kind: "query" | "mutation", path: string, args: Args = {}): Promise<Value> {
  return callWith(adminClient(deployment), kind, path, args);
}

describe("the official CLI", { timeout: 90_000 }, () => {
  it("sets, shows, lists and removes environment variables, which functions see at once", async () => {
    await run("env", "set", "CLI_VALUE", "one two");
    expect(await run("env", "get", "CLI_VALUE")).toBe("one two");
    expect(await run("env", "list")).toContain("CLI_VALUE");
    expect(await call("query", "forms:environment", { name: "CLI_VALUE" })).toBe("one two");
    await run("env", "remove", "CLI_VALUE");
    expect(await call("query", "forms:environment", { name: "CLI_VALUE" })).toBeNull();
    expect(await call("query", "forms:environment", { name: "FROM_FILE" })).toBe("overlay");
  });

  it("refuses a schema that the data breaks, and keeps the code that ran", async () => {
    await call("mutation", "people:insertAnything", { fields: { tag: "cli", name: "no age" } });
    const restore = await editSchema((source) => source.replace("age: v.optional(v.int64())", "age: v.int64()"));
    await expect(deploy(deployment, app)).rejects.toThrow(/missing the required field `age`/);
    expect(await call("query", "forms:echo", { value: 1 })).toBe(1);
    await restore();
    await deploy(deployment, app);
  });

  it("refuses code that does not load, and keeps the code that ran", async () => {
    const path = join(app.dir, "convex/pushed.ts");
    await writeFile(path, `${pushedModule("broken")}\nthrow new Error("broken at import");\n`);
    await expect(deploy(deployment, app)).rejects.toThrow("broken at import");
    await writeFile(path, pushedModule("third"));
    await deploy(deployment, app);
    expect(await call("query", "pushed:version")).toBe("third");
  });

  it("refuses tokens of an issuer that is not set, and keeps what auth.config.ts needs", async () => {
    const path = join(app.dir, "convex/auth.config.ts");
    const source = await readFile(path, "utf8");
    await writeFile(
      path,
      source.replace('"own" }', '"own" },\n    { domain: process.env.NEW_ISSUER!, applicationID: "new" }'),
    );
    await expect(deploy(deployment, app)).rejects.toThrow(/NEW_ISSUER.*is used in auth config file/);
    await run("env", "set", "NEW_ISSUER", "https://new.example");
    await deploy(deployment, app);
    await expect(run("env", "remove", "NEW_ISSUER")).rejects.toThrow(/NEW_ISSUER.*is used in auth config file/);
    expect(await run("env", "get", "NEW_ISSUER")).toBe("https://new.example");
    await writeFile(path, source);
    await deploy(deployment, app);
    await run("env", "remove", "NEW_ISSUER");
  });

  it("says that a function is not there, and does nothing without the admin key", async () => {
    await expect(run("run", "forms:nowhere")).rejects.toThrow("nowhere");
    const stranger = Object.create(deployment, { adminKey: { value: "test|wrong" } }) as Deployment;
    await expect(convex(stranger, app, ["run", "forms:double", '{"number":1}'])).rejects.toThrow();
    await expect(convex(stranger, app, ["env", "list"])).rejects.toThrow();
  });
});

function pushedModule(version: string): string {
  return `import { queryGeneric as query } from "convex/server";
export const version = query({ args: {}, handler: () => ${JSON.stringify(version)} });
export const byRank = query(async (ctx, { rank }) => {
  const rows = await ctx.db.query("items").withIndex("by_rank", (q) => q.eq("rank", rank)).collect();
  return rows.map((row) => row._id);
});
`;
}

/** Changes the app's schema; returns what puts it back. */
async function editSchema(edit: (source: string) => string): Promise<() => Promise<void>> {
  const path = join(app.dir, "convex/schema.ts");
  const source = await readFile(path, "utf8");
  const edited = edit(source);
  if (edited === source) throw new Error("The edit changed nothing");
  await writeFile(path, edited);
  return () => writeFile(path, source);
}
