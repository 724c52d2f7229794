import { LogSwitch } from "../deploy/logSwitch.ts";
import { analyzePush, evaluateAuthProviders } from "../deploy/analysis.ts";
import type { StoredModule } from "../deploy/manifest.ts";
import { guardNodeSockets } from "../outbound/nodeGuard.ts";
import { OutboundAllowList } from "../outbound/allowList.ts";
import type { ActionOperations, DeploymentState, HttpAnswer, HttpCall, LogEntry } from "../process/messages.ts";
import type { TableNumber } from "../store/catalog.ts";
import { FileStore } from "../storage/files.ts";
import { type ActionServices, createActionHost, type TransactorClient } from "./actionHost.ts";
import { auditLogEntry } from "./auditLog.ts";
import { Codebase, describeCall } from "./codebase.ts";
import { type CallContext, runInContext } from "./context.ts";
import { FunctionHandles } from "./functionHandles.ts";
import { checkArguments, checkReturn, type FunctionCall, identityFor, resolveCall, type TablesOf } from "./invoke.ts";
import type { RequestInfo } from "./request.ts";
import { routeHttp } from "../site/routing.ts";
import { CallError, type CallResult, failureOf } from "./results.ts";
import { ResponseStreams } from "./responseStreams.ts";
import { UploadTokens } from "./uploadTokens.ts";

export interface ActionRuntimeOptions {
  /** Distinguishes the workers of a pool. */
  name: string;
  transactor: TransactorClient;
  storageFolder: string;
  deniedPorts: number[];
  /** Actions are given up on after this time. */
  timeLimitMs: number;
  onLog(entry: LogEntry): void;
  /** Of a `LogSwitch`: executions are reported that have nothing to say. */
  logSwitch?: SharedArrayBuffer;
  onChunk: (event: { stream: number; chunk: Uint8Array | null; error: string | null }) => void;
}

interface HttpRouter {
  lookup(
    path: string,
    method: string,
  ): readonly [{ invokeHttpAction(request: Request): Promise<Response> }, string, string] | null;
}

/** Runs actions and HTTP actions, many at a time, on the code that was loaded last. Calls that run keep their code. */
export class ActionRuntime implements Omit<ActionOperations, "action" | "http"> {
  readonly #options: ActionRuntimeOptions;
  readonly #watched: LogSwitch;
  readonly #allow = new OutboundAllowList();
  readonly #services: ActionServices;
  readonly #streams: ResponseStreams;
  #modules: ReadonlyMap<string, StoredModule> = new Map();
  #state: DeploymentState | null = null;
  #codebase: Codebase | null = null;
  #nextCall = 1;
  #tableNumbers = new Map<string, number>();
  #tableNames = new Map<string, string>();
  readonly #tables: TablesOf = {
    numbers: (component) => (name) => this.#tableNumbers.get(`${component}|${name}`),
    names: (component) => (num) => this.#tableNames.get(`${component}|${num}`),
  };

  constructor(options: ActionRuntimeOptions) {
    this.#options = options;
    this.#watched = new LogSwitch(options.logSwitch);
    this.#streams = new ResponseStreams(options.onChunk);
    this.#services = {
      codebase: () => this.#code(),
      transactor: options.transactor,
      files: new FileStore(options.storageFolder),
      uploadTokens: () => new UploadTokens(Buffer.from(this.#deployment().uploadSecret, "base64")),
      cloudUrl: () => this.#deployment().cloudUrl,
      fetch: onFirstUse(async () => {
        const { createGuardedFetch } = await import("../outbound/guard.ts");
        return createGuardedFetch({ allow: this.#allow, deniedPorts: () => options.deniedPorts });
      }),
      runAction: (call) => this.action(call),
      onAudit: (entry) => options.onLog(auditLogEntry(entry)),
      nextCallId: () => `${options.name}.${this.#nextCall++}`,
    };
  }

  /** Lets Node's own modules, too, connect only to where functions may; for the whole thread. */
  guardSockets(): void {
    guardNodeSockets({ allow: this.#allow, deniedPorts: () => this.#options.deniedPorts });
  }

  async load({ state, modules }: { state: DeploymentState; modules: StoredModule[] }): Promise<null> {
    // Without a pause: a call that came in the same message must find the code.
    this.#modules = new Map(modules.map((module) => [module.hash, module]));
    this.#evaluate(state);
    return null;
  }

  /** Only environment variables have changed. */
  async environment({ state }: { state: DeploymentState }): Promise<null> {
    const isTaken = this.#codebase?.changeEnvironment(state.env) ?? false;
    if (isTaken) this.#state = state;
    else this.#evaluate(state);
    return null;
  }

  #evaluate(state: DeploymentState): void {
    this.#state = state;
    this.#setTables(state.tables);
    const old = this.#codebase;
    this.#codebase = new Codebase({
      manifest: state.manifest,
      modules: this.#modules,
      env: state.env,
      host: createActionHost(this.#services),
      handles: new FunctionHandles(Buffer.from(state.uploadSecret, "base64")),
    });
    old?.dispose();
  }

  async outbound({
    add,
    remove,
  }: {
    add: { hostPort: string; ttlMs: number | null }[];
    remove: string[];
  }): Promise<null> {
    for (const { hostPort, ttlMs } of add) this.#allow.add(hostPort, ttlMs ?? undefined);
    for (const hostPort of remove) this.#allow.remove(hostPort);
    return null;
  }

  async action(call: FunctionCall): Promise<CallResult> {
    const startedAt = performance.now();
    const logs: string[] = [];
    let result: CallResult;
    try {
      const info = resolveCall(this.#code(), call, "action");
      checkArguments(info, call.args, this.#tables);
      const context = this.#context("action", info, identityFor(call, info), logs, call.request);
      const { requestId } = call.request;
      const value = await this.#bounded(
        runInContext(context, async () => info.load().invokeAction?.(requestId, `[${call.args}]`)),
      );
      if (typeof value !== "string") throw new CallError(`${info.path} is not an action in the deployed code.`);
      checkReturn(info, value, this.#tables);
      result = { ok: true, value, logs };
    } catch (error) {
      result = failureOf(error, logs);
    }
    this.#log("Action", describeCall(call), {
      result,
      request: call.request,
      startedAt,
    });
    return result;
  }

  async http(call: HttpCall): Promise<HttpAnswer> {
    const startedAt = performance.now();
    const logs: string[] = [];
    const { pathname } = new URL(call.url);
    try {
      const code = this.#code();
      const target = routeHttp(code.manifest, { path: pathname, method: call.method });
      if (target === null) return textAnswer(404, "This Convex deployment does not have HTTP actions enabled.");
      const router = code.importModule(target.component, "http.js")?.default as HttpRouter | undefined;
      const route = router?.lookup(target.path, call.method) ?? null;
      if (route === null) return textAnswer(404, "No matching routes found");
      const { component } = target;
      const caller = identityFor({ component: "", identity: call.identity }, { component });
      const context = this.#context(
        "httpAction",
        { component, path: `${call.method} ${route[2]}` },
        caller,
        logs,
        call.request,
      );
      const response = await this.#bounded(
        runInContext(context, async () => route[0].invokeHttpAction(toRequest(call))),
      );
      const answer = await this.#streams.answer(response);
      this.#log("HttpAction", context.path, {
        result: { ok: true, value: "null", logs },
        request: call.request,
        startedAt,
      });
      return answer;
    } catch (error) {
      const failure = failureOf(error, logs);
      this.#log("HttpAction", `${call.method} ${pathname}`, { result: failure, request: call.request, startedAt });
      return { status: 500, headers: [], body: null, stream: null, failure };
    }
  }

  /** The client of a streamed answer has gone. */
  async cancelStream({ stream }: { stream: number }): Promise<null> {
    this.#streams.cancel(stream);
    return null;
  }

  async analyze(call: Parameters<ActionOperations["analyze"]>[0]) {
    return analyzePush(call, createActionHost(this.#services));
  }

  async authProviders(call: Parameters<ActionOperations["authProviders"]>[0]) {
    return evaluateAuthProviders(call, createActionHost(this.#services));
  }

  async tables({ tables }: { tables: TableNumber[] }): Promise<null> {
    this.#setTables(tables);
    return null;
  }

  #setTables(tables: TableNumber[]): void {
    this.#tableNames = new Map(tables.map(({ component, name, num }) => [`${component}|${num}`, name]));
    this.#tableNumbers = new Map(tables.map(({ component, name, num }) => [`${component}|${name}`, num]));
  }

  async ping(): Promise<null> {
    return null;
  }

  #context(
    kind: "action" | "httpAction",
    target: { component: string; path: string },
    identity: string | null,
    logs: string[],
    request: RequestInfo,
  ): CallContext {
    return { kind, component: target.component, path: target.path, identity, logs, request, transaction: null };
  }

  async #bounded<Result>(running: Promise<Result>): Promise<Result> {
    const { timeLimitMs } = this.#options;
    let timer: NodeJS.Timeout | undefined;
    const deadline = new Promise<never>((_resolve, reject) => {
      timer = setTimeout(
        () => reject(new Error(`Action timed out (maximum duration: ${timeLimitMs / 1000}s)`)),
        timeLimitMs,
      );
    });
    try {
      return await Promise.race([running, deadline]);
    } finally {
      clearTimeout(timer);
    }
  }

  #code(): Codebase {
    if (this.#codebase === null) throw new CallError("No code has been deployed yet.");
    return this.#codebase;
  }

  #deployment(): DeploymentState {
    if (this.#state === null) throw new CallError("No code has been deployed yet.");
    return this.#state;
  }

  #log(
    udfType: LogEntry["udfType"],
    identifier: string,
    { result, request, startedAt }: { result: CallResult; request: RequestInfo; startedAt: number },
  ): void {
    if (result.ok && result.logs.length === 0 && !this.#watched.isOn) return;
    const executionTime = (performance.now() - startedAt) / 1000;
    const error = result.ok ? null : result.error;
    this.#options.onLog({
      kind: "Completion",
      identifier,
      udfType,
      logLines: result.logs,
      timestamp: Date.now() / 1000,
      executionTime,
      error,
      requestId: request.requestId,
      success: null,
    });
  }
}

/** An HTTP client takes memory and time to load, in each worker: only workers whose functions fetch load it. */
function onFirstUse(create: () => Promise<typeof fetch>): typeof fetch {
  let created: Promise<typeof fetch> | null = null;
  return async (...args) => (await (created ??= create()))(...args);
}

function toRequest({ method, url, headers, body }: HttpCall): Request {
  return new Request(url, { method, headers, ...(body === null ? {} : { body: body as Uint8Array<ArrayBuffer> }) });
}

function textAnswer(status: number, text: string): HttpAnswer {
  return { status, headers: [["content-type", "text/plain;charset=UTF-8"]], ...bodyOf(text) };
}

function bodyOf(text: string): { body: Uint8Array; stream: null } {
  return { body: Buffer.from(text), stream: null };
}
