import { type ComponentManifest, componentEnvironments, type Manifest, type StoredModule } from "../deploy/manifest.ts";
import { Realm, type RealmHost, type RealmModule } from "../isolate/realm.ts";
import type { ValidatorJson } from "../values/json.ts";
import type { FunctionHandles, FunctionTarget } from "./functionHandles.ts";

export type FunctionKind = "query" | "mutation" | "action";

/** How code names a function: by path, by reference, or by a handle made from one of them. */
export interface FunctionAddress {
  name?: string;
  reference?: string;
  functionHandle?: string;
  /** As `targetOf` gives it: only for the deployment itself, code could make it up. */
  target?: string;
}

/** The part of an operation's arguments that names a function; nothing else in them may. */
export function addressOf({ name, reference, functionHandle }: FunctionAddress): FunctionAddress {
  return { name, reference, functionHandle };
}

/** What registered functions of `convex/server` offer to a host. Arguments and results are Convex JSON text. */
export interface RegisteredFunction {
  invokeQuery?(args: string): Promise<string>;
  invokeMutation?(args: string): Promise<string>;
  invokeAction?(requestId: string, args: string): Promise<string>;
}

/** A function of the deployed code. */
export interface FunctionInfo {
  component: string;
  /** Canonical: `messages:list`, `folder/file:default`. */
  path: string;
  kind: FunctionKind;
  isPublic: boolean;
  args: ValidatorJson;
  returns: ValidatorJson | null;
  /** `"use node"` functions run in an action worker like all actions. */
  environment: "isolate" | "node";
  /** Evaluates the module if needed. */
  load(): RegisteredFunction;
}

/** The deployed code of one version: resolves functions and runs modules lazily, in one realm per component. */
export class Codebase {
  readonly manifest: Manifest;
  readonly #handles: FunctionHandles;
  readonly #components = new Map<string, LoadedComponent>();

  constructor(options: {
    manifest: Manifest;
    modules: ReadonlyMap<string, StoredModule>;
    /** Of the app; changes come through `changeEnvironment`. */
    env: Record<string, string>;
    host: RealmHost;
    handles: FunctionHandles;
  }) {
    this.manifest = options.manifest;
    this.#handles = options.handles;
    const environments = componentEnvironments(options.manifest, options.env);
    for (const component of options.manifest.components) {
      const env = { ...environments.get(component.path) };
      this.#components.set(component.path, new LoadedComponent(component, { ...options, env }));
    }
  }

  /** All functions of a component. */
  functions(component: string): FunctionInfo[] {
    return [...(this.#components.get(component)?.functions.values() ?? [])];
  }

  /**
   * Finds a function as seen from `component`.
   *
   * @throws `Could not find function for ...`, with the hint that Convex gives.
   */
  resolve(component: string, address: FunctionAddress): FunctionInfo {
    const target = this.#target(component, address);
    const path = canonicalPath(target.path);
    const found = this.#components.get(target.component)?.functions.get(path);
    if (found === undefined) throw new Error(notFound(target.path, "function"));
    return found;
  }

  /** The handle of a function as seen from `component`. @throws if there is no such function. */
  createHandle(component: string, address: FunctionAddress): string {
    if (address.functionHandle !== undefined) return this.#handles.create(this.#handles.open(address.functionHandle));
    return this.#handles.create(this.resolve(component, address));
  }

  #target(component: string, address: FunctionAddress): FunctionTarget {
    if (address.functionHandle !== undefined) return this.#handles.open(address.functionHandle);
    const child = /^_reference\/childComponent\/([^/]+)\/(.+)\/([^/]+)$/.exec(address.reference ?? "");
    if (child === null) return namedTarget(component, address);
    const [, name, module, fn] = child as unknown as [string, string, string, string];
    const path = this.#components.get(component)?.children[name];
    if (path === undefined)
      throw new Error(`Component "${name}" is not installed${component === "" ? "" : ` in "${component}"`}.`);
    // What a component exports are its public functions.
    if (this.#components.get(path)?.functions.get(`${module}:${fn}`)?.isPublic !== true) {
      throw new Error(`Couldn't resolve ${module}.${fn} of component "${name}".`);
    }
    return { component: path, path: `${module}:${fn}` };
  }

  /** The exports of a module, or null if there is no such module. */
  importModule(component: string, path: string): Record<string, unknown> | null {
    return this.#components.get(component)?.import(path) ?? null;
  }

  /**
   * Takes over changed environment variables. False, with nothing changed, if code has looked at one of them and may have kept
   * what it saw: then it must be evaluated again.
   *
   * @param env the variables of the app
   */
  changeEnvironment(env: Record<string, string>): boolean {
    const environments = componentEnvironments(this.manifest, env);
    const changes = [...this.#components].map(([path, component]) => ({
      component,
      next: environments.get(path) ?? {},
    }));
    if (changes.some(({ component, next }) => component.isAffectedBy(next))) return false;
    for (const { component, next } of changes) component.setEnvironment(next);
    return true;
  }

  dispose(): void {
    for (const component of this.#components.values()) component.dispose();
  }
}

/** The message of Convex for a function that is missing, or not visible to the caller. */
export function notFound(path: string, what: "function" | "public function"): string {
  return `Could not find ${what} for '${path}'. Did you forget to run \`npx convex dev\` or \`npx convex deploy\`?`;
}

/** How the deployment itself stores the function that a job is to call. */
export function targetOf(info: FunctionTarget): string {
  return `function://${info.component};${info.path}`;
}

/** How a function is named in logs: with its component, as in `workflow/workpool/lib:enqueue`. */
export function logName({ component, path }: FunctionTarget): string {
  return component === "" ? path : `${component}/${path}`;
}

/** The function that a call names, for logs. */
export function describeCall({ address, component }: { address: FunctionAddress; component: string }): string {
  const { name, reference, functionHandle, target } = address;
  const stored = functionHandle ?? target;
  if (stored !== undefined) {
    const [own = "", path = ""] = stored.replace("function://", "").split(";").slice(-2);
    return logName({ component: own, path });
  }
  return logName({ component, path: name ?? reference?.replace(/^_reference\/\w+\//, "") ?? "" });
}

class LoadedComponent {
  readonly children: Readonly<Record<string, string>>;
  readonly functions = new Map<string, FunctionInfo>();
  readonly #realm: Realm;
  readonly #env: Record<string, string>;
  readonly #modules = new Map<string, RealmModule>();

  constructor(
    manifest: ComponentManifest,
    options: { modules: ReadonlyMap<string, StoredModule>; env: Record<string, string>; host: RealmHost },
  ) {
    this.children = manifest.children;
    this.#env = options.env;
    for (const module of manifest.modules) {
      const stored = options.modules.get(module.hash);
      if (stored === undefined) throw new Error(`The code of module ${module.path} is missing from the database.`);
      this.#modules.set(module.path, { source: stored.source, sourceMap: stored.map, environment: module.environment });
    }
    this.#realm = new Realm({
      label: manifest.path === "" ? "app" : manifest.path,
      modules: this.#modules,
      env: options.env,
      host: options.host,
    });
    for (const [modulePath, module] of Object.entries(manifest.functions)) {
      for (const analyzed of module.functions) {
        const path = `${modulePath.replace(/\.js$/, "")}:${analyzed.name}`;
        this.functions.set(path, {
          component: manifest.path,
          path,
          kind: analyzed.udfType.toLowerCase() as FunctionKind,
          isPublic: analyzed.visibility.kind === "public",
          args: JSON.parse(analyzed.args) as ValidatorJson,
          returns: JSON.parse(analyzed.returns) as ValidatorJson | null,
          environment: this.#modules.get(modulePath)?.environment === "node" ? "node" : "isolate",
          load: () => this.#realm.import(modulePath)[analyzed.name] as RegisteredFunction,
        });
      }
    }
  }

  import(path: string): Record<string, unknown> | null {
    return this.#modules.has(path) ? this.#realm.import(path) : null;
  }

  isAffectedBy(env: Record<string, string>): boolean {
    const names = [...new Set([...Object.keys(this.#env), ...Object.keys(env)])];
    return this.#realm.hasRead(names.filter((name) => this.#env[name] !== env[name]));
  }

  setEnvironment(env: Record<string, string>): void {
    for (const name of Object.keys(this.#env)) delete this.#env[name];
    Object.assign(this.#env, env);
  }

  dispose(): void {
    this.#realm.dispose();
  }
}

function namedTarget(component: string, address: FunctionAddress): FunctionTarget {
  if (address.target !== undefined) {
    const parts = /^function:\/\/([^;]*);(.*)$/.exec(address.target);
    if (parts === null) throw new Error(`Invalid target: ${address.target}`);
    return { component: parts[1]!, path: parts[2]! };
  }
  if (address.reference !== undefined) {
    const path = /^_reference\/function\/(.+)$/.exec(address.reference)?.[1];
    if (path === undefined) throw new Error(`Invalid reference ${address.reference}`);
    return { component, path };
  }
  return { component, path: address.name ?? "" };
}

function canonicalPath(path: string): string {
  const separator = path.lastIndexOf(":");
  const module = (separator === -1 ? path : path.slice(0, separator)).replace(/\.js$/, "");
  return `${module}:${separator === -1 ? "default" : path.slice(separator + 1)}`;
}
