/** The two references of the differential test: convex-test, and the embedded deployment without its network side. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { convexTest } from "convex-test";
import { makeFunctionReference } from "convex/server";
import { ConvexError, convexToJson, jsonToConvex, type JSONValue, type Value } from "convex/values";
import { build } from "esbuild";
import { analyzePush } from "../../src/deploy/analysis.ts";
import { EMPTY_MANIFEST, type AnalyzedSchema, type Manifest, type StoredModule } from "../../src/deploy/manifest.ts";
import { transformModule } from "../../src/isolate/transform.ts";
import type { RealmHost } from "../../src/isolate/realm.ts";
import { newRequest } from "../../src/functions/request.ts";
import { Transactor } from "../../src/process/transactor.ts";
import * as interpreter from "./interpreter.ts";
import type { CaseSettings } from "./interpreter.ts";
import type { CallOutcome, CallSpec, CaseState } from "./operations.ts";
import { isBeyondConvexTest, schemaOf, type TableSpec } from "./schemas.ts";

/** Runs one call of a case. */
export type RunCall = (call: CallSpec, state: CaseState) => Promise<CallOutcome>;

type Args = Record<string, Value>;

const modules = {
  "./convex/_generated/api.js": () => Promise.resolve({}),
  "./convex/interpreter.ts": () => Promise.resolve(interpreter),
};

/** A convex-test with the schema of a case. */
export function convexTestReference(tables: readonly TableSpec[]): RunCall {
  const beyond = tables.filter(({ document }) => isBeyondConvexTest(document));
  const settings: CaseSettings = {
    prefix: "",
    corrected: true,
    validators: Object.fromEntries(beyond.map(({ name, document }) => [name, document])),
  };
  const test = convexTest(schemaOf(tables, "", true), modules);
  return async ({ kind, operations, fails }, state) => {
    const args = { settings, state, operations, fails } as unknown as Args;
    try {
      return kind === "query"
        ? await test.query(makeFunctionReference<"query", Args, CallOutcome>("interpreter:read"), args)
        : await test.mutation(makeFunctionReference<"mutation", Args, CallOutcome>("interpreter:run"), args);
    } catch (error) {
      const carried = fails ? interpreter.outcomeOfFailure(error) : null;
      if (carried === null) throw error;
      return carried;
    }
  };
}

/** Deployments collect tables: a new one after this many cases. */
const CASES_PER_DEPLOYMENT = 1000;

/** An embedded deployment in this thread, to which the schemas of many cases can be pushed at once. */
export class EmbeddedReference {
  readonly #code: Awaited<ReturnType<typeof pushedCode>>;
  #folder = "";
  #transactor: Transactor | null = null;
  #cases = 0;
  #prefixes = 0;

  private constructor(code: Awaited<ReturnType<typeof pushedCode>>) {
    this.#code = code;
  }

  static async create(): Promise<EmbeddedReference> {
    return new EmbeddedReference(await pushedCode());
  }

  /** Pushes the schemas of some cases; each gets tables of its own. */
  async push(cases: readonly (readonly TableSpec[])[]): Promise<RunCall[]> {
    const transactor = await this.#prepare(cases.length);
    const prefixes = cases.map(() => `c${this.#prefixes++}`);
    const schemas = cases.map(
      (tables, number) => JSON.parse(exported(schemaOf(tables, prefixes[number]!, false))) as AnalyzedSchema,
    );
    const { manifest, stored } = this.#code;
    const schema: AnalyzedSchema = { tables: schemas.flatMap(({ tables }) => tables), schemaValidation: true };
    const next: Manifest = { ...manifest, components: [{ ...manifest.components[0]!, schema }] };
    await transactor.code.operations.prepareSchema({ manifest: next, modules: [stored] });
    const status = await transactor.code.operations.schemaStatus();
    if (status.type !== "complete") throw new Error(`The schema was not accepted: ${JSON.stringify(status)}`);
    await transactor.code.operations.activate({ manifest: next, modules: [stored] });
    return prefixes.map((prefix) => (call, state) => runEmbedded(transactor, prefix, call, state));
  }

  async dispose(): Promise<void> {
    await this.#transactor?.close();
    this.#transactor = null;
    if (this.#folder !== "") rmSync(this.#folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
  }

  async #prepare(cases: number): Promise<Transactor> {
    if (this.#transactor !== null && this.#cases + cases <= CASES_PER_DEPLOYMENT) {
      this.#cases += cases;
      return this.#transactor;
    }
    await this.dispose();
    this.#folder = mkdtempSync(path.join(tmpdir(), "embedded-convex-differential-"));
    this.#transactor = await Transactor.open(transactorOptions(this.#folder));
    this.#cases = cases;
    return this.#transactor;
  }
}

function exported(schema: unknown): string {
  // Not in the types of `convex/server`, but what a push evaluates.
  return (schema as { export(): string }).export();
}

async function runEmbedded(
  transactor: Transactor,
  prefix: string,
  { kind, operations, fails }: CallSpec,
  state: CaseState,
): Promise<CallOutcome> {
  const settings: CaseSettings = { prefix, corrected: false, validators: {} };
  const args = convexToJson({ settings, state, operations, fails } as unknown as Value);
  const call = {
    callId: "differential",
    address: { name: kind === "query" ? "interpreter:read" : "interpreter:run" },
    component: "",
    args: JSON.stringify(args),
    identity: null,
    access: "public" as const,
    request: newRequest(),
  };
  const result =
    kind === "query" ? await transactor.query(call) : await transactor.mutation({ ...call, sessionRequest: null });
  if (result.ok) return jsonToConvex(JSON.parse(result.value) as JSONValue) as unknown as CallOutcome;
  if (!fails || result.data === undefined) throw new Error(`The embedded deployment failed: ${result.error}`);
  const data = jsonToConvex(JSON.parse(result.data) as JSONValue);
  const carried = interpreter.outcomeOfFailure(new ConvexError(data ?? null));
  if (carried === null) throw new Error(`The embedded deployment failed: ${result.error}`);
  return carried;
}

function transactorOptions(folder: string): Parameters<typeof Transactor.open>[0] {
  const ignore = () => undefined;
  return {
    folder,
    sync: "off",
    cloudUrl: "http://127.0.0.1:1",
    siteUrl: "http://127.0.0.1:2",
    envOverlay: {},
    timeLimitMs: 10_000,
    coalesceMs: 150,
    careful: false,
    guiltyJobs: [],
    runningJobs: [],
    heartbeat: { enter: ignore, committing: ignore, answering: ignore, leave: ignore },
    events: {
      sync: ignore,
      liveDropped: ignore,
      runAction: ignore,
      tablesChanged: ignore,
      deleteFiles: ignore,
      log: ignore,
    },
    flush: ignore,
    onFatal: (error) => {
      throw error;
    },
    report: (message) => {
      throw new Error(message);
    },
  };
}

/** The interpreter as the CLI would push it. */
async function pushedCode(): Promise<{ manifest: Manifest; stored: StoredModule }> {
  const bundle = await build({
    entryPoints: [path.join(import.meta.dirname, "interpreter.ts")],
    bundle: true,
    format: "esm",
    platform: "browser",
    conditions: ["convex", "module"],
    write: false,
    logLevel: "silent",
  });
  const { code, map } = await transformModule({ path: "interpreter.js", source: bundle.outputFiles[0]!.text });
  const stored: StoredModule = { hash: "interpreter", source: code, map };
  const module = { path: "interpreter.js", environment: "isolate" as const, hash: stored.hash };
  const definition = { definitionPath: "", definition: null, dependencies: [], modules: [module], schemaModule: null };
  const manifest = { ...EMPTY_MANIFEST, definitions: [definition] };
  return { manifest: analyzePush({ manifest, modules: [stored], env: {} }, analysisHost), stored };
}

const unavailable = (): never => {
  throw new Error("not available while modules are analyzed");
};
const analysisHost: RealmHost = {
  syscall: unavailable,
  asyncSyscall: unavailable,
  jsSyscall: unavailable,
  now: () => 0,
  random: () => 0,
  whileRunning: (promise) => promise,
  inTransaction: () => false,
  console: () => undefined,
  fetch: unavailable,
};
