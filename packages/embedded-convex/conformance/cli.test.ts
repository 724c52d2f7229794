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
    const failed = await run("run", "forms:throwsError").catch(String);
    expect(failed).toMatch(/boom from the handler/);
    expect(failed).toMatch(/convex\/forms\.ts:\d+/);
  });

  it("shows tables and rows", async () => {
    await call("mutation", "people:insertAnything", { fields: { tag: "cli", name: "shown by the CLI" } });
    const tables = await run("data");
    for (const table of ["items", "people", "log"]) expect(tables).toContain(table);
    expect(await run("data", "people")).toContain("shown by the CLI");
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
