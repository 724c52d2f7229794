import { createHash } from "node:crypto";
import { transformModule } from "../isolate/realm.ts";
import type { ActionPool } from "../process/actionPool.ts";
import type { DeploymentState, TransactorControl } from "../process/messages.ts";
import type { RpcPort } from "../process/rpc.ts";
import { HttpError } from "../http/responses.ts";
import type { Manifest, ModuleRef, StoredModule } from "./manifest.ts";
import { pushRefusal } from "./pushError.ts";
import type { PushedModule, StartPushRequest } from "./pushRequest.ts";

export interface PushServices {
  transactor(): RpcPort<TransactorControl>;
  pool: ActionPool;
  /** Runs what changes the code; jobs that the new code schedules wait until all threads have it. */
  changeCode<Result>(change: () => Promise<Result>): Promise<Result>;
  /** Reads the state again and gives it to everybody, after the code has changed. */
  reload(): Promise<void>;
  state(): DeploymentState;
}

interface StagedPush {
  manifest: Manifest;
  modules: StoredModule[];
}

/** The push API of the CLI: the only way in which code gets into the deployment. One push at a time; the last one wins. */
export class PushApi {
  readonly #services: PushServices;
  #staged: StagedPush | null = null;

  constructor(services: PushServices) {
    this.#services = services;
  }

  /** `/api/get_config_hashes` */
  configHashes(): unknown {
    const { manifest } = this.#services.state();
    const modules = manifest.components.find(({ path }) => path === "")?.modules ?? [];
    return {
      config: { functions: manifest.functionsDirectory },
      moduleHashes: modules.map(({ path, environment, hash }) => ({ path, environment, hash })),
      nodeDependencies: [],
      udfServerVersion: manifest.udfServerVersion,
    };
  }

  /** `/api/deploy2/start_push`: evaluates the code, and begins to prepare the schema. */
  async start(request: StartPushRequest): Promise<unknown> {
    const staged = await this.#stage(request);
    if (!request.dryRun) {
      this.#staged = staged;
      await this.#services.transactor().call("prepareSchema", staged);
    }
    return startPushAnswer(staged.manifest, this.#services.state().storedEnv);
  }

  /** `/api/deploy2/evaluate_schema` */
  async evaluateSchema(request: StartPushRequest): Promise<unknown> {
    const { manifest } = await this.#stage(request);
    return this.#services.transactor().call("evaluateSchema", { manifest });
  }

  /** `/api/deploy2/wait_for_schema` */
  async waitForSchema(request: { dryRun?: boolean }): Promise<unknown> {
    return request.dryRun === true ? { type: "complete" } : this.#services.transactor().call("schemaStatus");
  }

  /** `/api/deploy2/finish_push`: makes the code the running one. Connections stay. */
  async finish(request: { dryRun?: boolean }): Promise<unknown> {
    if (request.dryRun === true)
      return finishPushAnswer(this.#services.state().manifest, this.#services.state().manifest, null);
    const staged = this.#staged;
    if (staged === null) throw new HttpError(400, "NoPush", "There is no push to finish: another one has replaced it.");
    const status = await this.#services.transactor().call("schemaStatus");
    if (status.type !== "complete") throw new HttpError(400, "SchemaNotReady", "The schema of this push is not ready.");
    this.#staged = null;
    const before = this.#services.state().manifest;
    const manifest = { ...staged.manifest, unmounted: unmountedBy(before, staged.manifest) };
    return this.#services.changeCode(async () => {
      const diff = await this.#services.transactor().call("activate", { ...staged, manifest });
      await this.#services.reload();
      return finishPushAnswer(before, manifest, diff);
    });
  }

  async #stage(request: StartPushRequest): Promise<StagedPush> {
    const { appDefinition, componentDefinitions } = request;
    const sources = [
      ...appDefinition.changedModules,
      ...[appDefinition.schema, appDefinition.definition].filter((module) => module !== null),
      ...componentDefinitions.flatMap(({ functions, definition, schema }) => [
        ...functions,
        definition,
        ...(schema === null ? [] : [schema]),
      ]),
    ];
    const transformed = await Promise.all(sources.map(toStored));
    const unchanged = appDefinition.unchangedModuleHashes.map(({ path, environment, sha256 }) => ({
      path,
      environment,
      hash: sha256,
    }));
    const stored = await this.#services.transactor().call("modules", { hashes: unchanged.map(({ hash }) => hash) });
    const known = new Set(stored.map(({ hash }) => hash));
    const missing = unchanged.find(({ hash }) => !known.has(hash));
    if (missing !== undefined)
      throw new HttpError(400, "UnknownModule", `The code of ${missing.path} is not stored here. Push again.`);
    const manifest: Manifest = {
      functionsDirectory: request.functions,
      udfServerVersion: appDefinition.udfServerVersion,
      authProviders: [],
      definitions: [
        {
          definitionPath: "",
          definition: appDefinition.definition === null ? null : toRef(appDefinition.definition),
          dependencies: appDefinition.dependencies,
          modules: [...unchanged, ...appDefinition.changedModules.map(toRef)],
          schemaModule: appDefinition.schema === null ? null : toRef(appDefinition.schema),
        },
        ...componentDefinitions.map(({ definitionPath, definition, dependencies, functions, schema }) => ({
          definitionPath,
          definition: toRef(definition),
          dependencies,
          modules: functions.map(toRef),
          schemaModule: schema === null ? null : toRef(schema),
        })),
      ],
      metadata: {},
      components: [],
      unmounted: [],
    };
    const modules = [...transformed, ...stored];
    try {
      return {
        manifest: await this.#services.pool.analyze({ manifest, modules, env: this.#services.state().env }),
        modules,
      };
    } catch (error) {
      throw pushRefusal(error);
    }
  }
}

/** As `hash` of the CLI. */
function hashOf({ source, sourceMap }: PushedModule): string {
  return createHash("sha256")
    .update(source)
    .update(sourceMap ?? "")
    .digest("hex");
}

function toRef(module: PushedModule): ModuleRef {
  return { path: module.path, environment: module.environment, hash: hashOf(module) };
}

async function toStored(module: PushedModule): Promise<StoredModule> {
  try {
    const { code, map } = await transformModule(module);
    return { hash: hashOf(module), source: code, map };
  } catch (error) {
    throw new HttpError(
      400,
      "InvalidModules",
      `${module.path}: ${error instanceof Error ? error.message : String(error)}`,
    );
  }
}

function startPushAnswer(manifest: Manifest, environmentVariables: Record<string, string>): unknown {
  const udfConfig = {
    serverVersion: manifest.udfServerVersion,
    importPhaseRngSeed: null,
    importPhaseUnixTimestamp: null,
  };
  const analysis = Object.fromEntries(
    manifest.definitions.map(({ definitionPath }) => {
      // Instances of a definition share everything but their environment.
      const instance = manifest.components.find((component) => component.definitionPath === definitionPath);
      const definition = manifest.metadata[definitionPath];
      return [
        definitionPath,
        { definition, schema: instance?.schema ?? null, functions: instance?.functions ?? {}, udfConfig },
      ];
    }),
  );
  return {
    environmentVariables,
    externalDepsId: null,
    componentDefinitionPackages: {},
    appAuth: manifest.authProviders.map((provider) =>
      provider.type === "customJwt" ? { ...provider, applicationID: provider.applicationID ?? null } : provider,
    ),
    analysis,
    app: checkedComponent(manifest, ""),
    schemaChange: { allocatedComponentIds: {}, schemaIds: {} },
  };
}

/** The tree of installed components in the shape that the CLI checks. */
function checkedComponent(manifest: Manifest, componentPath: string): unknown {
  const component = manifest.components.find(({ path }) => path === componentPath)!;
  const children = Object.entries(component.children).map(([name, path]) => [name, checkedComponent(manifest, path)]);
  const httpModuleRoutes = component.functions["http.js"]?.httpRoutes?.map(({ route }) => route) ?? null;
  return {
    definitionPath: component.definitionPath,
    componentPath,
    args: {},
    childComponents: Object.fromEntries(children) as unknown,
    httpRoutes: {
      httpModuleRoutes,
      mounts: Object.keys(manifest.metadata[component.definitionPath]?.httpMounts ?? {}),
    },
    exports: {},
  };
}

interface Diff {
  addedModules: string[];
  removedModules: string[];
  addedIndexes: unknown[];
  removedIndexes: unknown[];
  crons: { added: string[]; updated: string[]; deleted: string[] };
}

const NO_DIFF = {
  moduleDiff: { added: [], removed: [] },
  udfConfigDiff: null,
  cronDiff: { added: [], updated: [], deleted: [] },
  indexDiff: { added_indexes: [], removed_indexes: [] },
  schemaDiff: null,
};

function finishPushAnswer(before: Manifest, after: Manifest, diff: Diff | null): unknown {
  if (diff === null) return { authDiff: { added: [], removed: [] }, definitionDiffs: {}, componentDiffs: {} };
  const app = {
    ...NO_DIFF,
    diffType: { type: "modify" },
    moduleDiff: { added: diff.addedModules, removed: diff.removedModules },
    cronDiff: diff.crons,
    indexDiff: { added_indexes: diff.addedIndexes, removed_indexes: diff.removedIndexes },
  };
  const remounted = new Set(before.unmounted.filter((path) => !after.unmounted.includes(path)));
  const componentDiffs: Record<string, unknown> = { "": app };
  const [old, next] = [before, after].map(
    ({ components }) => new Set(components.map(({ path }) => path).filter((path) => path !== "")),
  );
  for (const path of next!)
    componentDiffs[path] = {
      ...NO_DIFF,
      diffType: { type: old!.has(path) ? "modify" : remounted.has(path) ? "remount" : "create" },
    };
  for (const path of old!) if (!next!.has(path)) componentDiffs[path] = { ...NO_DIFF, diffType: { type: "unmount" } };
  return { authDiff: authDiff(before, after), definitionDiffs: {}, componentDiffs };
}

/** Components that were there once, and whose data is kept until they are there again. */
function unmountedBy(before: Manifest, after: Manifest): string[] {
  const there = new Set(after.components.map(({ path }) => path));
  const known = [...before.unmounted, ...before.components.map(({ path }) => path)];
  return [...new Set(known)].filter((path) => !there.has(path)).sort();
}

function authDiff(before: Manifest, after: Manifest): { added: string[]; removed: string[] } {
  const texts = (manifest: Manifest) => manifest.authProviders.map((provider) => JSON.stringify(provider));
  const [old, next] = [texts(before), texts(after)];
  return { added: next.filter((text) => !old.includes(text)), removed: old.filter((text) => !next.includes(text)) };
}
