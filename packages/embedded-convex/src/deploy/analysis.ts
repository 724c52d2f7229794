import { Realm, type RealmHost, type RealmModule } from "../isolate/realm.ts";
import type {
  AnalyzedFunction,
  AnalyzedModule,
  AnalyzedSchema,
  AuthProvider,
  ComponentManifest,
  CronSpec,
  Manifest,
  StoredModule,
} from "./manifest.ts";

interface RegisteredExport {
  isQuery?: true;
  isMutation?: true;
  isAction?: true;
  isPublic?: true;
  exportArgs?(): string;
  exportReturns?(): string;
}

/** A push that cannot be deployed; the message is shown by the CLI. */
export class PushError extends Error {
  override readonly name = "PushError";
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
  const sources = new Map(push.modules.map((module) => [module.hash, module]));
  let authProviders: AuthProvider[] = [];
  const components = push.manifest.components.map((component) => {
    const realm = realmOf(component, sources, push.env, host);
    try {
      const analyzed = analyzeComponent(component, realm);
      if (component.path === "") authProviders = authProvidersOf(component, realm);
      return analyzed;
    } finally {
      realm.dispose();
    }
  });
  return { ...push.manifest, components, authProviders };
}

function realmOf(
  component: ComponentManifest,
  sources: ReadonlyMap<string, StoredModule>,
  env: Record<string, string>,
  host: RealmHost,
): Realm {
  const modules = new Map<string, RealmModule>();
  const all = component.schemaModule === null ? component.modules : [...component.modules, component.schemaModule];
  for (const { path, hash, environment } of all) {
    const source = sources.get(hash);
    if (source === undefined)
      throw new PushError(`The source of ${path} was not sent and is not stored. Push again with all modules.`);
    modules.set(path, { source: source.source, sourceMap: source.map, environment });
  }
  return new Realm({ label: component.path === "" ? "app" : component.path, modules, env, host });
}

function analyzeComponent(component: ComponentManifest, realm: Realm): ComponentManifest {
  const functions: Record<string, AnalyzedModule> = {};
  for (const { path } of component.modules) {
    if (path.startsWith(SHARED_PREFIX) || path === "auth.config.js") continue;
    functions[path] = analyzeModule(path, evaluate(realm, path));
  }
  const schema =
    component.schemaModule === null
      ? null
      : schemaOf(component.schemaModule.path, evaluate(realm, component.schemaModule.path));
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
  return JSON.parse(schema.export()) as AnalyzedSchema;
}

function authProvidersOf(component: ComponentManifest, realm: Realm): AuthProvider[] {
  if (!component.modules.some(({ path }) => path === "auth.config.js")) return [];
  const config = evaluate(realm, "auth.config.js").default as { providers?: AuthProvider[] } | undefined;
  if (!Array.isArray(config?.providers))
    throw new PushError("auth.config.ts must export { providers: [...] } as its default.");
  return JSON.parse(JSON.stringify(config.providers)) as AuthProvider[];
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
