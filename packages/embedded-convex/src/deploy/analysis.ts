import { checkSchema } from "./schemaCheck.ts";
import { Realm, type RealmHost, type RealmModule } from "../isolate/realm.ts";
import {
  type AnalyzedFunction,
  type AnalyzedModule,
  type AnalyzedSchema,
  type AuthProvider,
  componentEnvironments,
  type ComponentManifest,
  type CronSpec,
  type DefinitionMetadata,
  type EnvBinding,
  type ExportTree,
  type Manifest,
  type ModuleRef,
  type PushedDefinition,
  type StoredModule,
} from "./manifest.ts";
import { authProvidersOf, requiredVariables } from "./authConfig.ts";
import { checkEnvironments } from "./environmentCheck.ts";
import { PushError } from "./pushError.ts";

interface RegisteredExport {
  isQuery?: true;
  isMutation?: true;
  isAction?: true;
  isPublic?: true;
  exportArgs?(): string;
  exportReturns?(): string;
}

/** Modules that are shared code, not entry points. */
const SHARED_PREFIX = "_deps/";

/**
 * Evaluates the modules of a push and finds out what they define: functions with their validators, the schema, HTTP routes,
 * crons and auth providers. Returns the completed manifest.
 *
 * @throws PushError naming the module that cannot be evaluated.
 */
export function analyzePush(
  push: { manifest: Manifest; modules: StoredModule[]; env: Record<string, string> },
  host: RealmHost,
): Manifest {
  const evaluation = new Evaluation(push.manifest, push.modules, host);
  const metadata = evaluation.metadata();
  const skeleton = { ...push.manifest, metadata, components: instantiate(push.manifest, metadata, "", "", []) };
  checkEnvironments(skeleton, push.env);
  const environments = componentEnvironments(skeleton, push.env);
  let authProviders: AuthProvider[] = [];
  const components = skeleton.components.map((component) => {
    const env = environments.get(component.path) ?? {};
    if (component.path === "") authProviders = evaluation.authProviders(component, env);
    return evaluation.inRealm(component, env, (realm) => analyzeComponent(component, realm));
  });
  for (const component of components) {
    const definition = metadata[component.definitionPath]!;
    if (component.path !== "") definition.exports = exportsOf(component);
  }
  return { ...skeleton, components, authProviders };
}

/** What `auth.config.ts` of deployed code gives with these variables. @throws PushError if it cannot be evaluated. */
export function evaluateAuthProviders(
  deployed: { manifest: Manifest; modules: StoredModule[]; env: Record<string, string> },
  host: RealmHost,
): AuthProvider[] {
  const app = deployed.manifest.components.find(({ path }) => path === "")!;
  const evaluation = new Evaluation(deployed.manifest, deployed.modules, host);
  return evaluation.authProviders(app, deployed.env);
}

/** Realms over the modules of one push. */
class Evaluation {
  readonly #manifest: Manifest;
  readonly #sources: ReadonlyMap<string, StoredModule>;
  readonly #host: RealmHost;

  constructor(manifest: Manifest, modules: readonly StoredModule[], host: RealmHost) {
    this.#manifest = manifest;
    this.#sources = new Map(modules.map((module) => [module.hash, module]));
    this.#host = host;
  }

  inRealm<Result>(component: ComponentManifest, env: Record<string, string>, body: (realm: Realm) => Result): Result {
    const { path, modules, schemaModule } = component;
    const all = schemaModule === null ? modules : [...modules, schemaModule];
    const realm = new Realm({ label: path === "" ? "app" : path, modules: this.#load(all), env, host: this.#host });
    try {
      return body(realm);
    } finally {
      realm.dispose();
    }
  }

  /** What `auth.config.ts` of the app gives with these variables. */
  authProviders(app: ComponentManifest, env: Record<string, string>): AuthProvider[] {
    if (!app.modules.some(({ path }) => path === "auth.config.js")) return [];
    return this.inRealm(app, requiredVariables(env), (realm) =>
      authProvidersOf(evaluate(realm, "auth.config.js").default),
    );
  }

  /** Evaluates all `convex.config` modules, dependencies first: a parent imports the names of what it installs. */
  metadata(): Record<string, DefinitionMetadata> {
    const result: Record<string, DefinitionMetadata> = {};
    const byPath = new Map(this.#manifest.definitions.map((definition) => [definition.definitionPath, definition]));
    const visit = (path: string, ancestors: readonly string[]): void => {
      if (result[path] !== undefined) return;
      const pushed = byPath.get(path);
      if (pushed === undefined) throw new PushError(`The definition of component ${path} was not sent.`);
      if (ancestors.includes(path)) throw new PushError(`Component ${path} contains itself.`);
      for (const dependency of pushed.dependencies) visit(dependency, [...ancestors, path]);
      result[path] = this.#define(pushed, result);
    };
    for (const path of byPath.keys()) visit(path, []);
    return result;
  }

  #define(
    { definitionPath: path, definition }: PushedDefinition,
    known: Record<string, DefinitionMetadata>,
  ): DefinitionMetadata {
    const empty: DefinitionMetadata = {
      path,
      definitionType: { type: "app" },
      childComponents: [],
      httpMounts: {},
      exports: { type: "branch", branch: [] },
    };
    if (definition === null) return empty;
    const componentDeps = (dependency: string) => {
      const type = known[dependency]?.definitionType;
      return {
        componentDefinitionPath: dependency,
        defaultName: type?.type === "childComponent" ? type.name : undefined,
      };
    };
    const realm = new Realm({
      label: `definition of ${path || "the app"}`,
      modules: this.#load([definition]),
      env: {},
      componentDeps,
      host: this.#host,
    });
    try {
      const exported = evaluate(realm, definition.path).default as { export?: () => unknown } | undefined;
      if (typeof exported?.export !== "function")
        throw new PushError(`${definition.path} must export defineApp() or defineComponent() as its default.`);
      return { ...empty, ...(JSON.parse(JSON.stringify(exported.export())) as Partial<DefinitionMetadata>), path };
    } finally {
      realm.dispose();
    }
  }

  #load(refs: readonly ModuleRef[]): Map<string, RealmModule> {
    const modules = new Map<string, RealmModule>();
    for (const { path, hash, environment } of refs) {
      const source = this.#sources.get(hash);
      if (source === undefined)
        throw new PushError(`The source of ${path} was not sent and is not stored. Push again with all modules.`);
      modules.set(path, { source: source.source, sourceMap: source.map, environment });
    }
    return modules;
  }
}

/** The instance of a definition at `path` and all below it, parents first. */
function instantiate(
  manifest: Manifest,
  metadata: Record<string, DefinitionMetadata>,
  path: string,
  definitionPath: string,
  env: [string, EnvBinding][],
): ComponentManifest[] {
  const pushed = manifest.definitions.find((definition) => definition.definitionPath === definitionPath)!;
  const children = metadata[definitionPath]!.childComponents.map((child) => ({
    ...child,
    at: path === "" ? child.name : `${path}/${child.name}`,
  }));
  const { modules, schemaModule } = pushed;
  const own: ComponentManifest = {
    path,
    definitionPath,
    children: Object.fromEntries(children.map(({ name, at }) => [name, at])),
    env,
    modules,
    schemaModule,
    schema: null,
    functions: {},
  };
  return [own, ...children.flatMap((child) => instantiate(manifest, metadata, child.at, child.path, child.env ?? []))];
}

/** A component exports its public functions, by module and name. */
function exportsOf({ functions }: ComponentManifest): ExportTree {
  const root: ExportTree & { type: "branch" } = { type: "branch", branch: [] };
  for (const [modulePath, { functions: analyzed }] of Object.entries(functions)) {
    const module = modulePath.replace(/\.js$/, "");
    for (const { name, visibility } of analyzed) {
      if (visibility.kind !== "public") continue;
      const branch = module.split("/").reduce(childBranch, root);
      branch.branch.push([name, { type: "leaf", leaf: `_reference/function/${module}:${name}` }]);
    }
  }
  return root;
}

function childBranch(parent: ExportTree & { type: "branch" }, name: string): ExportTree & { type: "branch" } {
  const known = parent.branch.find(([key]) => key === name)?.[1];
  if (known?.type === "branch") return known;
  const created = { type: "branch" as const, branch: [] };
  parent.branch.push([name, created]);
  return created;
}

function analyzeComponent(component: ComponentManifest, realm: Realm): ComponentManifest {
  const functions: Record<string, AnalyzedModule> = {};
  for (const { path } of component.modules) {
    if (path.startsWith(SHARED_PREFIX) || path === "auth.config.js") continue;
    functions[path] = analyzeModule(path, evaluate(realm, path));
  }
  const { schemaModule } = component;
  const schema = schemaModule === null ? null : schemaOf(schemaModule.path, evaluate(realm, schemaModule.path));
  return { ...component, functions, schema };
}

function analyzeModule(path: string, exports: Record<string, unknown>): AnalyzedModule {
  const functions = Object.entries(exports).flatMap(([name, value]) => analyzeFunction(path, name, value) ?? []);
  return {
    functions,
    httpRoutes: path === "http.js" ? routesOf(exports.default) : null,
    cronSpecs: path === "crons.js" ? cronsOf(exports.default) : null,
    sourceMapped: null,
  };
}

function analyzeFunction(path: string, name: string, value: unknown): AnalyzedFunction | null {
  if (typeof value !== "function") return null;
  const registered = value as RegisteredExport;
  const udfType = registered.isQuery
    ? "Query"
    : registered.isMutation
      ? "Mutation"
      : registered.isAction
        ? "Action"
        : null;
  if (udfType === null) return null;
  try {
    const args = registered.exportArgs?.() ?? '{"type":"any"}';
    const returns = registered.exportReturns?.() ?? "null";
    return {
      name,
      udfType,
      visibility: { kind: registered.isPublic ? "public" : "internal" },
      args,
      returns,
      pos: null,
    };
  } catch (error) {
    throw new PushError(`${path}:${name}: ${messageOf(error)}`);
  }
}

function routesOf(router: unknown): AnalyzedModule["httpRoutes"] {
  const getRoutes = (router as { getRoutes?: () => (readonly [string, string, unknown])[] } | undefined)?.getRoutes;
  if (typeof getRoutes !== "function") throw new PushError("The default export of http.ts must be an httpRouter().");
  return getRoutes().map(([path, method]) => ({ route: { path, method }, pos: null }));
}

function cronsOf(crons: unknown): AnalyzedModule["cronSpecs"] {
  const exportCrons = (crons as { export?: () => string } | undefined)?.export;
  if (typeof exportCrons !== "function")
    throw new PushError("The default export of crons.ts must be the result of cronJobs().");
  return Object.entries(JSON.parse(exportCrons.call(crons)) as Record<string, CronSpec>);
}

function schemaOf(path: string, exports: Record<string, unknown>): AnalyzedSchema {
  const schema = exports.default as { export?: () => string } | undefined;
  if (typeof schema?.export !== "function")
    throw new PushError(`The default export of ${path} must be the result of defineSchema().`);
  const exported = JSON.parse(schema.export()) as AnalyzedSchema;
  checkSchema(exported);
  return exported;
}

function evaluate(realm: Realm, path: string): Record<string, unknown> {
  try {
    return realm.import(path);
  } catch (error) {
    throw new PushError(`Failed to analyze ${path}: ${messageOf(error)}`);
  }
}

function messageOf(error: unknown): string {
  return typeof error === "object" && error !== null && "message" in error ? String(error.message) : String(error);
}
