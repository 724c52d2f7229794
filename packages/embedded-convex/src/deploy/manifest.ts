import type { ExportedSearchIndexes } from "../search/definitions.ts";
import { httpPrefixes } from "../site/routing.ts";
import type { ValidatorJson } from "../values/json.ts";

/** A pushed module; its code is stored under `hash`. */
export interface ModuleRef {
  /** `messages.js`, `_deps/ABC.js`, ... */
  path: string;
  environment: "isolate" | "node";
  /** SHA-256 of source and source map, as the CLI computes it. */
  hash: string;
}

/** A function as the analysis of a push found it. `args` and `returns` are validators as JSON text. */
export interface AnalyzedFunction {
  name: string;
  udfType: "Query" | "Mutation" | "Action";
  visibility: { kind: "public" | "internal" };
  args: string;
  returns: string;
  pos: null;
}

export interface AnalyzedModule {
  functions: AnalyzedFunction[];
  httpRoutes: { route: { path: string; method: string }; pos: null }[] | null;
  cronSpecs: [name: string, spec: CronSpec][] | null;
  sourceMapped: null;
}

/** A cron as `crons.export()` of `convex/server` gives it. */
export interface CronSpec {
  /** `module:function` */
  name: string;
  args: [unknown];
  schedule: CronSchedule;
}

export type CronSchedule =
  | { type: "cron"; cron: string }
  | { type: "interval"; seconds?: number; minutes?: number; hours?: number }
  | { type: "hourly"; minuteUTC?: number }
  | { type: "daily"; hourUTC?: number; minuteUTC?: number }
  | { type: "weekly"; dayOfWeek?: string; hourUTC?: number; minuteUTC?: number }
  | { type: "monthly"; day?: number; hourUTC?: number; minuteUTC?: number };

export interface AnalyzedTable extends ExportedSearchIndexes {
  tableName: string;
  indexes: { indexDescriptor: string; fields: string[] }[];
  documentType: ValidatorJson | null;
}

export interface AnalyzedSchema {
  tables: AnalyzedTable[];
  schemaValidation: boolean;
}

/** One provider of `auth.config.ts`, as written there. */
export type AuthProvider =
  | { type?: undefined; domain: string; applicationID: string }
  | { type: "customJwt"; issuer: string; jwks: string; algorithm: string; applicationID?: string };

/** The code of the app ("") or of a component, as it was pushed. */
export interface PushedDefinition {
  definitionPath: string;
  /** `convex.config.js`; the app may have none. */
  definition: ModuleRef | null;
  /** Definitions of components that this one may install. */
  dependencies: string[];
  modules: ModuleRef[];
  schemaModule: ModuleRef | null;
}

/** Where an environment variable of a component comes from: a text, or a variable of its parent that stays live. */
export type EnvBinding = { type: "value"; value: string } | { type: "envVar"; name: string };

export type ExportTree = { type: "branch"; branch: [string, ExportTree][] } | { type: "leaf"; leaf: string };

/** What `export()` of a definition gives; the CLI generates code from it. */
export interface DefinitionMetadata {
  path: string;
  definitionType: { type: "app" } | { type: "childComponent"; name: string };
  childComponents: { name: string; path: string; env?: [string, EnvBinding][] | null }[];
  /** References to children by the prefixes (`/auth/`) under which they serve HTTP. */
  httpMounts: Record<string, string>;
  /** Of the app: where its own HTTP routes are (`/api/`). */
  httpPrefix?: string;
  exports: ExportTree;
  envVars?: [string, { type: "value"; value: string; optional?: boolean }][];
}

/** One instance of a component; the app itself has the path "". */
export interface ComponentManifest {
  path: string;
  definitionPath: string;
  /** Component paths by the names under which they were installed. */
  children: Record<string, string>;
  /** The variables that the parent gives it; the app sees all variables. */
  env: [string, EnvBinding][];
  modules: ModuleRef[];
  schemaModule: ModuleRef | null;
  schema: AnalyzedSchema | null;
  functions: Record<string, AnalyzedModule>;
}

/** Everything a deployment must know about its code to run it, stored in the database with the modules. */
export interface Manifest {
  /** The functions directory of the project, for example `convex/`. */
  functionsDirectory: string;
  udfServerVersion: string;
  definitions: PushedDefinition[];
  metadata: Record<string, DefinitionMetadata>;
  /** The tree of installed components, parents first. */
  components: ComponentManifest[];
  /** Paths of components that were removed: their data stays, to be there when they come back. */
  unmounted: string[];
  authProviders: AuthProvider[];
}

/** CommonJS code of a module, ready for a realm. */
export interface StoredModule {
  hash: string;
  source: string;
  map: string | null;
}

/** Before the first push. */
export const EMPTY_MANIFEST: Manifest = {
  functionsDirectory: "convex/",
  udfServerVersion: "1.48.0",
  definitions: [],
  metadata: {},
  components: [
    {
      path: "",
      definitionPath: "",
      children: {},
      env: [],
      modules: [],
      schemaModule: null,
      schema: null,
      functions: {},
    },
  ],
  unmounted: [],
  authProviders: [],
};

/**
 * The environment of each component. A child sees the addresses of the deployment and what its parent binds.
 *
 * @param root the live variables of the app; the same object is given back for it.
 */
export function componentEnvironments(
  manifest: Manifest,
  root: Record<string, string>,
): Map<string, Record<string, string>> {
  const environments = new Map([["", root]]);
  const prefixes = httpPrefixes(manifest);
  for (const parent of manifest.components) {
    const parentEnv = environments.get(parent.path) ?? {};
    for (const path of Object.values(parent.children)) {
      const env: Record<string, string> = {};
      if (root.CONVEX_CLOUD_URL !== undefined) env.CONVEX_CLOUD_URL = root.CONVEX_CLOUD_URL;
      // With its own prefix, so that the addresses that a component makes lead back to it.
      if (root.CONVEX_SITE_URL !== undefined)
        env.CONVEX_SITE_URL = root.CONVEX_SITE_URL.replace(/\/$/, "") + (prefixes.get(path) ?? "");
      for (const [name, binding] of manifest.components.find((component) => component.path === path)?.env ?? []) {
        const value = binding.type === "value" ? binding.value : parentEnv[binding.name];
        if (value !== undefined) env[name] = value;
      }
      environments.set(path, env);
    }
  }
  return environments;
}
