import path from "node:path";
import { build } from "esbuild";
import type { Launched } from "../../test/support/launch.ts";

const APP = path.resolve(import.meta.dirname, "../app/convex");

/** The modules of the benchmark's application, as the CLI would bundle them. */
export interface BenchApp {
  schema: string;
  /** Sources by the names of the files. */
  modules: Record<string, string>;
}

/** @param schema name of the schema's file; `more`: those of modules besides `items` */
export async function bundleApp(
  schema: "schema" | "schemaWithIndex" | "schemaWithSearch" = "schema",
  more: string[] = [],
): Promise<BenchApp> {
  const names = ["items", ...more];
  const [bundledSchema, ...sources] = await Promise.all([schema, ...names].map(bundle));
  return {
    schema: bundledSchema!,
    modules: Object.fromEntries(names.map((name, position) => [name, sources[position]!])),
  };
}

async function bundle(name: string): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [path.join(APP, `${name}.ts`)],
    bundle: true,
    format: "esm",
    platform: "browser",
    conditions: ["convex"],
    write: false,
  });
  return outputFiles[0]!.text;
}

/** Pushes by the API that the CLI uses: 200 of them in a row would take the CLI itself minutes. */
export async function push(target: Launched, app: BenchApp): Promise<void> {
  const isolate = (name: string, source: string) => ({ path: name, source, environment: "isolate" });
  await post(target, "deploy2/start_push", {
    functions: "convex/",
    appDefinition: {
      definition: null,
      dependencies: [],
      schema: isolate("schema.js", app.schema),
      changedModules: Object.entries(app.modules).map(([name, source]) => isolate(`${name}.js`, source)),
      unchangedModuleHashes: [],
      udfServerVersion: "1.48.0",
    },
    componentDefinitions: [],
  });
  for (;;) {
    const status = (await post(target, "deploy2/wait_for_schema", {})) as { type: string };
    if (status.type === "complete") break;
    if (status.type !== "inProgress") throw new Error(`The push has failed: ${JSON.stringify(status)}`);
  }
  await post(target, "deploy2/finish_push", {});
}

export async function setVariable(target: Launched, name: string, value: string): Promise<void> {
  await post(target, "update_environment_variables", { changes: [{ name, value }] });
}

async function post(target: Launched, endpoint: string, body: object): Promise<unknown> {
  const response = await fetch(`${target.cloudUrl}/api/${endpoint}`, {
    method: "POST",
    headers: { "content-type": "application/json", authorization: `Convex ${target.adminKey}` },
    body: JSON.stringify({ ...body, adminKey: target.adminKey }),
  });
  if (!response.ok) throw new Error(`${endpoint}: ${response.status} ${await response.text()}`);
  return response.json();
}
