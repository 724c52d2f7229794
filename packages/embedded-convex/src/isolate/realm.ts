/**
 * Realms: pushed code, loaded into a global scope of its own.
 *
 * A realm is a V8 context with Convex's globals in which modules run as CommonJS. Contexts and functions compiled this
 * way are freed when the realm is no longer referenced, so a deployment may be pushed to for months. `node:vm` is not a
 * security boundary: pushed code is the operator's own.
 */
import { createRequire, isBuiltin } from "node:module";
import path from "node:path/posix";
import { compileFunction, constants, createContext } from "node:vm";
import type { Context } from "node:vm";
import { setFlagsFromString } from "node:v8";
import { EnvironmentReads } from "./environmentReads.ts";
import { installGlobals } from "./globals.ts";
import type { ConsoleLevel } from "./globals.ts";
import { createNodeProcess } from "./nodeProcess.ts";
import { fileNamePrefix, forgetSourceMaps, moduleFileName, registerSourceMap } from "./stacks.ts";

export type { ConsoleLevel } from "./globals.ts";
export { remapStack } from "./stacks.ts";
export { transformModule } from "./transform.ts";

/** A module of a realm. */
export interface RealmModule {
  /** CommonJS: `code` of `transformModule`. */
  source: string;
  /** `map` of `transformModule`, for stack traces. */
  sourceMap?: string | null;
  /** `"node"` for modules that say `"use node"`: they may import Node's built-in modules. */
  environment?: string;
}

/** What a realm needs of its host. All functions are called in the async context of the function that runs. */
export interface RealmHost {
  syscall: (op: string, args: string) => string;
  asyncSyscall: (op: string, args: string) => Promise<string>;
  jsSyscall: (op: string, args: Record<string, unknown>) => unknown;
  /** Milliseconds since the epoch; fixed for the length of a query or mutation. */
  now: () => number;
  /** A number in [0, 1); from the transaction's seed inside a query or mutation. */
  random: () => number;
  /** Is the running function a query or a mutation? */
  inTransaction: () => boolean;
  /** The same promise, which does not settle once the running query or mutation has ended: nothing of it may go on then. */
  whileRunning: <Value>(promise: Promise<Value>) => Promise<Value>;
  console: (level: ConsoleLevel, args: unknown[]) => void;
  fetch: typeof fetch;
}

/** Options of a realm. */
export interface RealmOptions {
  /** Names the realm in stack traces, for example the component's path. */
  label: string;
  /** Modules by path (`messages.js`); not changed afterwards. */
  modules: ReadonlyMap<string, RealmModule>;
  /** The live environment variables: later changes are seen. */
  env: Record<string, string>;
  /** The definition of a child component for `import "./_componentDeps/<base64url of path>"`. */
  componentDeps?: (path: string) => unknown;
  host: RealmHost;
}

type Exports = Record<string, unknown>;
type Require = (specifier: string) => unknown;
type CompiledModule = (exports: Exports, require: Require, module: { exports: Exports }, ...extra: unknown[]) => void;

const PARAMETERS = ["exports", "require", "module"];
/** Globals of Node that `"use node"` modules see besides Convex's. */
const NODE_PARAMETERS = ["Buffer", "process", "global", "setImmediate", "clearImmediate"];
const COMPONENT_DEPENDENCY = /(?:^|\/)_componentDeps\/([^/]+)$/;

const requireBuiltin = createRequire(import.meta.url);

let realmCount = 0;

/** Forgets the source maps of realms that were dropped without `dispose`. */
const dropped = new FinalizationRegistry<string>(forgetSourceMaps);

/**
 * V8 remembers compiled code by its source text, in case the same text is compiled again, and lets go of it only when memory is
 * nearly exhausted: every version of every module would stay. A realm compiles each text once, so nothing is lost without it;
 * all else in the process keeps its cache.
 */
const compileUncached: typeof compileFunction = (...args) => {
  setFlagsFromString("--no-compilation-cache");
  try {
    return compileFunction(...args);
  } finally {
    setFlagsFromString("--compilation-cache");
  }
};

/** Pushed modules in their own global scope. */
export class Realm {
  readonly #id = (realmCount += 1);
  readonly #options: RealmOptions;
  readonly #loaded = new Map<string, { exports: Exports }>();
  readonly #environment: EnvironmentReads;
  #context: Context | null;
  #process: NodeJS.Process | null = null;

  constructor(options: RealmOptions) {
    this.#options = options;
    this.#context = createContext(constants.DONT_CONTEXTIFY, {
      name: `convex ${options.label}`,
      codeGeneration: { strings: false, wasm: true },
    });
    this.#environment = new EnvironmentReads(options.env);
    installGlobals(this.#context, this.#environment.variables, options.host);
    dropped.register(this, fileNamePrefix(this.#id), this);
  }

  /**
   * The exports of a module, which is evaluated on its first import. Throws what its evaluation throws (the next import
   * evaluates again), and an Error for a path that is not among the modules.
   */
  import(modulePath: string): Exports {
    return this.#load(modulePath);
  }

  /** Whether code of this realm has looked at one of these environment variables. */
  hasRead(names: readonly string[]): boolean {
    return this.#environment.hasRead(names);
  }

  /** Lets go of modules, context and source maps. Functions already handed out keep working; imports throw. */
  dispose(): void {
    this.#context = null;
    this.#loaded.clear();
    forgetSourceMaps(fileNamePrefix(this.#id));
    dropped.unregister(this);
  }

  #load(modulePath: string): Exports {
    const known = this.#loaded.get(modulePath);
    if (known !== undefined) return known.exports;
    const module = this.#options.modules.get(modulePath);
    if (module === undefined) throw new Error(`Could not find module ${modulePath}`);
    const record = { exports: {} as Exports };
    // Registered before it runs, so that cyclic imports see what is exported so far.
    this.#loaded.set(modulePath, record);
    try {
      this.#evaluate(modulePath, module, record);
    } catch (error) {
      this.#loaded.delete(modulePath);
      throw error;
    }
    return record.exports;
  }

  #evaluate(modulePath: string, module: RealmModule, record: { exports: Exports }): void {
    const context = this.#context;
    if (context === null) throw new Error(`The realm ${this.#options.label} was disposed of`);
    const filename = moduleFileName(this.#id, this.#options.label, modulePath);
    const isNode = module.environment === "node";
    const parameters = isNode ? [...PARAMETERS, ...NODE_PARAMETERS] : PARAMETERS;
    const compiled = compileUncached(module.source, parameters, {
      filename,
      parsingContext: context,
    }) as CompiledModule;
    if (module.sourceMap) registerSourceMap(filename, module.sourceMap);
    const extra = isNode ? this.#nodeGlobals(context) : [];
    compiled(record.exports, (specifier) => this.#require(specifier, modulePath, isNode), record, ...extra);
  }

  #require(specifier: string, from: string, isNode: boolean): unknown {
    const component = COMPONENT_DEPENDENCY.exec(specifier)?.[1];
    if (component !== undefined) {
      const componentPath = Buffer.from(component, "base64url").toString();
      return { __esModule: true, default: this.#options.componentDeps?.(componentPath) };
    }
    if (specifier.startsWith(".")) return this.#load(path.join(path.dirname(from), specifier));
    if (isBuiltin(specifier)) {
      if (isNode && /^(?:node:)?process$/.test(specifier)) return this.#nodeProcess();
      if (isNode) return requireBuiltin(specifier);
      throw new Error(`Could not resolve "${specifier}" imported by ${from}: add "use node" to use Node.js built-ins`);
    }
    throw new Error(`Could not resolve "${specifier}" imported by ${from}`);
  }

  /** In the order of NODE_PARAMETERS. The process shows the deployment's variables, never the host's. */
  #nodeGlobals(context: Context): unknown[] {
    return [Buffer, this.#nodeProcess(), context, setImmediate, clearImmediate];
  }

  #nodeProcess(): NodeJS.Process {
    return (this.#process ??= createNodeProcess(this.#environment.variables));
  }
}
