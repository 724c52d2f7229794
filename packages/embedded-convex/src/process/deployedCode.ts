import { indexDiff, indexesOf, moduleDiff } from "../deploy/activationDiff.ts";
import { inlineManifest } from "../deploy/inlineQuery.ts";
import { EMPTY_MANIFEST, type Manifest, type StoredModule } from "../deploy/manifest.ts";
import type { ModuleStore } from "../deploy/moduleStore.ts";
import { predictSchema } from "../deploy/schemaPrediction.ts";
import type { SchemaRollout } from "../deploy/schemaRollout.ts";
import { Codebase } from "../functions/codebase.ts";
import { FunctionHandles } from "../functions/functionHandles.ts";
import type { RealmHost } from "../isolate/realm.ts";
import type { Cron, Scheduler } from "../scheduler/scheduler.ts";
import type { Catalog } from "../store/catalog.ts";
import type { Store } from "../store/store.ts";
import type { Executor } from "../transaction/executor.ts";
import type { Environment } from "./environment.ts";
import type { TransactorControl } from "./messages.ts";

/** What the main thread asks for in the course of a push, or when variables change. */
export type CodeOperations = Pick<
  TransactorControl,
  "modules" | "prepareSchema" | "schemaStatus" | "evaluateSchema" | "activate" | "setEnvironment" | "setAuthProviders"
>;

export interface DeployedCodeOptions {
  store: Store;
  catalog: Catalog;
  executor: Executor;
  modules: ModuleStore;
  environment: Environment;
  rollout: SchemaRollout;
  scheduler: () => Pick<Scheduler, "setCrons" | "cronsChanged">;
  host: RealmHost;
  /** Signs function handles. */
  secret: Buffer;
  /** Runs all live queries again. */
  refreshAll: () => Promise<void>;
}

const SCHEMA_WAIT_MS = 5000;

/** The code that runs now, as it is stored in the database, and how another one takes its place. */
export class DeployedCode {
  readonly #options: DeployedCodeOptions;
  #codebase: Codebase;

  constructor(options: DeployedCodeOptions) {
    this.#options = options;
    this.#codebase = this.#load(options.modules.manifest() ?? EMPTY_MANIFEST);
    options.rollout.applyValidators(this.manifest);
  }

  get codebase(): Codebase {
    return this.#codebase;
  }

  get manifest(): Manifest {
    return this.#codebase.manifest;
  }

  /** To be called by the main thread. */
  readonly operations: CodeOperations = {
    modules: async ({ hashes }) => hashes.flatMap((hash) => this.#options.modules.get(hash) ?? []),
    prepareSchema: async ({ manifest, modules }) => {
      await this.#write(() => this.#options.modules.add(modules));
      await this.#options.rollout.start(manifest);
      return null;
    },
    schemaStatus: () => this.#options.rollout.wait(SCHEMA_WAIT_MS),
    evaluateSchema: ({ manifest }) => {
      const { store, catalog, executor } = this.#options;
      return executor.read("push", () => predictSchema(store, catalog, manifest));
    },
    activate: (call) => this.#activate(call),
    setEnvironment: async ({ changes }) => {
      const { environment, refreshAll } = this.#options;
      await this.#write(() => environment.change(changes));
      if (!this.#codebase.changeEnvironment(environment.effective)) this.#switch(this.manifest);
      await refreshAll();
      return null;
    },
    setAuthProviders: async ({ providers }) => {
      const manifest = { ...this.manifest, authProviders: providers };
      await this.#write(() => this.#options.modules.replace(manifest, []));
      this.#switch(manifest);
      return null;
    },
  };

  /** Hands `body` the deployed code with one more module, which goes when it is done. */
  async withModule<Result>(
    component: string,
    module: StoredModule,
    body: (code: Codebase) => Promise<Result>,
  ): Promise<Result> {
    const manifest = inlineManifest(this.manifest, component, module);
    const code = this.#create(manifest, new Map([[module.hash, module]]));
    try {
      return await body(code);
    } finally {
      code.dispose();
    }
  }

  async #activate({ manifest, modules }: Parameters<CodeOperations["activate"]>[0]) {
    const { catalog, rollout, scheduler, refreshAll } = this.#options;
    const before = this.manifest;
    const indexesBefore = indexesOf(catalog);
    try {
      const diff = await this.#write(() => {
        this.#options.modules.replace(manifest, modules);
        rollout.activate(manifest);
        return { ...moduleDiff(before, manifest), crons: scheduler().setCrons(cronsOf(manifest)) };
      });
      this.#switch(manifest);
      void rollout.cleanUp();
      return { ...diff, ...indexDiff(indexesBefore, indexesOf(catalog)) };
    } catch (error) {
      catalog.reload();
      rollout.applyValidators(before);
      throw error;
    } finally {
      scheduler().cronsChanged();
      await refreshAll();
    }
  }

  #write<Result>(run: () => Result): Promise<Result> {
    return this.#options.executor.write({ label: "host", run });
  }

  #load(manifest: Manifest): Codebase {
    return this.#create(manifest, this.#options.modules.of(manifest));
  }

  #create(manifest: Manifest, modules: ReadonlyMap<string, StoredModule>): Codebase {
    const { host, environment, secret } = this.#options;
    return new Codebase({ manifest, modules, env: environment.effective, host, handles: new FunctionHandles(secret) });
  }

  #switch(manifest: Manifest): void {
    const old = this.#codebase;
    this.#codebase = this.#load(manifest);
    this.#options.rollout.applyValidators(manifest);
    old.dispose();
  }
}

/** The crons of all components; those of the app go by their own names. */
function cronsOf(manifest: Manifest): Cron[] {
  return manifest.components.flatMap(({ path, functions }) =>
    (functions["crons.js"]?.cronSpecs ?? []).map(([name, spec]) => ({
      name: path === "" ? name : `${path};${name}`,
      component: path,
      spec,
    })),
  );
}
