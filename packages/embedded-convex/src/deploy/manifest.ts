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

export interface AnalyzedTable {
  tableName: string;
  indexes: { indexDescriptor: string; fields: string[] }[];
  searchIndexes?: unknown[];
  vectorIndexes?: unknown[];
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

/** One instance of a component; the app itself has the path "". */
export interface ComponentManifest {
  path: string;
  definitionPath: string;
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
  components: ComponentManifest[];
  authProviders: AuthProvider[];
}

/** CommonJS code of a module, ready for a realm. */
export interface StoredModule {
  hash: string;
  source: string;
  map: string | null;
}

export const EMPTY_MANIFEST: Manifest = {
  functionsDirectory: "convex/",
  udfServerVersion: "1.48.0",
  components: [{ path: "", definitionPath: "", modules: [], schemaModule: null, schema: null, functions: {} }],
  authProviders: [],
};
