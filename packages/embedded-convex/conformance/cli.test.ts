/** The official CLI against the deployment: what developers and operators type. */
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

/** Calls a function through the CLI. */
async function runFunction(path: string, args: object = {}): Promise<unknown> {
  return JSON.parse(await run("run", path, JSON.stringify(args))) as unknown;
}

/** Calls a function over HTTP, which takes a thousandth of the CLI's time. */
function call(kind: "query" | "mutation", path: string, args: Args = {}): Promise<Value> {
  return callWith(adminClient(deployment), kind, path, args);
}

describe("the official CLI", { timeout: 90_000 }, () => {
  it("runs public and internal functions of each kind", async () => {
    expect(await runFunction("forms:echo", { value: { a: [1, null] } })).toEqual({ a: [1, null] });
    const id = await runFunction("forms:addRow", { tag: "cli", value: 5 });
    expect(await runFunction("items:get", { id })).toMatchObject({ tag: "cli", value: 5 });
    expect(await runFunction("forms:double", { number: 3 })).toBe(6);
    await expect(run("run", "forms:throwsError")).rejects.toThrow("boom from the handler");
    await expect(run("run", "forms:nowhere")).rejects.toThrow("nowhere");
  });

  it("points to the source where a function failed", async () => {
    await expect(run("run", "forms:throwsError")).rejects.toThrow(/convex\/forms\.ts:\d+/);
  });

  it("shows tables and rows", async () => {
    await call("mutation", "people:insertAnything", { fields: { tag: "cli", name: "shown by the CLI" } });
    const tables = await run("data");
    for (const table of ["items", "people", "log"]) expect(tables).toContain(table);
    expect(await run("data", "people")).toContain("shown by the CLI");
  });

  it("sets, shows, lists and removes environment variables, which functions see at once", async () => {
    await run("env", "set", "CLI_VALUE", "one two");
    expect(await run("env", "get", "CLI_VALUE")).toBe("one two");
    expect(await run("env", "list")).toContain("CLI_VALUE");
    expect(await call("query", "forms:environment", { name: "CLI_VALUE" })).toBe("one two");
    await run("env", "remove", "CLI_VALUE");
    expect(await call("query", "forms:environment", { name: "CLI_VALUE" })).toBeNull();
    expect(await call("query", "forms:environment", { name: "FROM_FILE" })).toBe("overlay");
  });

  it("generates code", async () => {
    await run("codegen", "--typecheck", "disable");
    const generated = await readFile(join(app.dir, "convex/_generated/api.d.ts"), "utf8");
    for (const module of ["forms", "items", "scheduling"]) expect(generated).toContain(`typeof ${module}`);
    expect(await readFile(join(app.dir, "convex/_generated/dataModel.d.ts"), "utf8")).toContain(
      "DataModelFromSchemaDefinition",
    );
  });

  it("pushes changed code and schema, keeping the data", async () => {
    const id = await call("mutation", "items:insert", { tag: "kept", value: "x", rank: 3 });
    const path = join(app.dir, "convex/pushed.ts");
    await writeFile(path, pushedModule("first"));
    await deploy(deployment, app);
    expect(await call("query", "pushed:version")).toBe("first");
    await writeFile(path, pushedModule("second"));
    await editSchema((source) =>
      source.replace('.index("by_tag", ["tag"])', '.index("by_tag", ["tag"]).index("by_rank", ["rank"])'),
    );
    await deploy(deployment, app);
    expect(await call("query", "pushed:version")).toBe("second");
    expect(await call("query", "pushed:byRank", { rank: 3 })).toEqual([id]);
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

  it("lists functions", async () => {
    const spec = JSON.parse(await run("function-spec")) as {
      functions: { identifier: string; functionType: string }[];
    };
    expect(spec.functions).toContainEqual(
      expect.objectContaining({ identifier: "forms.js:echo", functionType: "Query" }),
    );
  });

  it("is refused without the admin key", async () => {
    const stranger = Object.create(deployment, { adminKey: { value: "test|wrong" } }) as Deployment;
    await expect(convex(stranger, app, ["run", "forms:double", '{"number":1}'])).rejects.toThrow();
    await expect(convex(stranger, app, ["env", "list"])).rejects.toThrow();
    await expect(deploy(stranger, app)).rejects.toThrow();
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
