import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import path from "node:path";
import { WebSocketServer } from "ws";
import { NOBODY } from "../auth/caller.ts";
import { createIssuerFetch } from "../auth/issuerFetch.ts";
import type { TokenVerifier } from "../auth/verify.ts";
import { HeldDeletions } from "../data/heldDeletions.ts";
import { Transfers } from "../data/transfers.ts";
import { FunctionLogs } from "../deploy/functionLogs.ts";
import { FunctionReports } from "../deploy/functionReports.ts";
import { EMPTY_MANIFEST } from "../deploy/manifest.ts";
import { hashesOf } from "../deploy/moduleStore.ts";
import { PushApi } from "../deploy/pushApi.ts";
import { UploadTokens } from "../functions/uploadTokens.ts";
import { Callers } from "../http/callers.ts";
import { AllowedOrigins } from "../http/origins.ts";
import { handleApiRequest } from "../http/router.ts";
import { type RequestSource, sourceOf } from "../http/clientAddress.ts";
import { sendError } from "../http/responses.ts";
import { handleSiteRequest } from "../site/site.ts";
import { FileStore } from "../storage/files.ts";
import { DataFolder } from "../store/dataFolder.ts";
import { SyncHub } from "../sync/hub.ts";
import { clientOf } from "../sync/protocol.ts";
import { Session, type SessionServices } from "../sync/session.ts";
import { ActionPool } from "./actionPool.ts";
import { ClientCalls } from "./clientCalls.ts";
import { type DeploymentOptions, type RunningDeployment, StuckError } from "./deploymentContract.ts";
import { deploymentVerifier } from "./deploymentVerifier.ts";
import { IdleCollector } from "./idleCollector.ts";
import { listen, localHost } from "./listening.ts";
import { mainMemory, type MemoryReport, residentMb, type WorkReport } from "./memory.ts";
import type { DeploymentState, TransactorEvents } from "./messages.ts";
import { TransactorSupervisor } from "./transactorSupervisor.ts";

const DEFAULT_HEAP_LIMIT_MB = 512;
const DEFAULT_TIME_LIMIT_MS = 5000;
const DEFAULT_ACTION_HANG_LIMIT_MS = 30_000;
const ACTION_TIME_LIMIT_MS = 10 * 60 * 1000;
/** Arguments may have 16 MiB; somewhat larger ones still reach the check that says so, or the client would try for ever. */
const MAX_MESSAGE_BYTES = 32 * 1024 * 1024;
const DEFAULT_ACTION_IDLE_MS = 60_000;
const DRAIN_MS = 1000;

/** Starts a deployment: binds both ports, opens the database, loads the stored code. @throws with a message for the operator. */
export async function startDeployment(options: DeploymentOptions): Promise<RunningDeployment> {
  const deployment = new Deployment(options);
  try {
    await deployment.start();
  } catch (error) {
    await deployment.stop();
    throw error;
  }
  return deployment;
}

/** The main thread: sockets and HTTP, between the transactor and the action workers. */
class Deployment implements RunningDeployment {
  cloudUrl = "";
  siteUrl = "";
  ports = { port: 0, sitePort: 0 };
  readonly failed: Promise<never>;
  #fail: (error: Error) => void = () => undefined;
  readonly #options: DeploymentOptions;
  readonly #apiServer: Server;
  readonly #siteServer: Server;
  readonly #sockets: WebSocketServer;
  readonly #files: FileStore;
  #folder: DataFolder | null = null;
  readonly #deletions: HeldDeletions;
  readonly #transfers: Transfers;
  readonly #logs = new FunctionLogs(new FunctionReports({ write: (text) => console.error(text) }));
  readonly #hub: SyncHub;
  readonly #callers: Callers;
  readonly #calls: ClientCalls;
  readonly #showErrors: boolean;
  readonly #origins: AllowedOrigins;
  readonly #collector = new IdleCollector();
  #supervisor: TransactorSupervisor | null = null;
  #pool: ActionPool | null = null;
  #push: PushApi | null = null;
  #verifier: TokenVerifier | null = null;
  readonly #fetchOfIssuers = createIssuerFetch({
    allowed: () => this.#pool?.outboundList() ?? [],
    deniedPorts: () => this.#ports,
  });
  /** Both ports, once they are bound. */
  #ports: number[] = [];
  #state: DeploymentState = {
    manifest: EMPTY_MANIFEST,
    env: {},
    storedEnv: {},
    cloudUrl: "",
    siteUrl: "",
    tables: [],
    uploadSecret: "",
    publicKeys: { keys: [] },
  };
  readonly #runningJobs = new Set<string>();
  /** Settled unless code is being changed: until then workers may not know the functions of jobs. */
  #codeChange: Promise<unknown> = Promise.resolve();
  #nextConnection = 1;
  /** Ports are bound first, so that a busy one is noticed at once; what arrives before the rest stands waits for this. */
  readonly #started: Promise<void>;
  #settleStart: (error: unknown) => void = () => undefined;

  constructor(options: DeploymentOptions) {
    this.#options = options;
    const start = Promise.withResolvers<void>();
    this.#started = start.promise;
    this.#settleStart = (error) => (error === null ? start.resolve() : start.reject(error));
    this.#started.catch(() => undefined);
    const { promise, reject } = Promise.withResolvers<never>();
    this.failed = promise;
    this.#fail = reject;
    this.failed.catch(() => undefined);
    this.#files = new FileStore(path.join(options.dataFolder, "storage"));
    this.#deletions = new HeldDeletions((file) => this.#files.delete(file));
    this.#transfers = new Transfers({
      dataFolder: options.dataFolder,
      transactor: () => this.#transactor(),
      connect: () => this.#supervisor!.connect(),
      deletions: this.#deletions,
      now: Date.now,
    });
    this.#callers = new Callers({ adminKey: options.adminKey, verifier: () => this.#requireVerifier() });
    this.#showErrors = options.showErrors ?? false;
    this.#origins = new AllowedOrigins(options.allowOrigins ?? null);
    this.#calls = new ClientCalls({
      transactor: () => this.#transactor(),
      pool: () => this.#pool!,
      onLog: (entry) => this.#logs.add(entry),
    });
    this.#hub = new SyncHub({
      subscribe: (call) => this.#transactor().call("subscribe", call),
      unsubscribe: (call) => this.#transactor().notify("unsubscribe", call),
      catchUp: (call) => this.#transactor().notify("catchUp", call),
    });
    this.#apiServer = createServer((request, response) => void this.#handleApi(request, response));
    this.#siteServer = createServer((request, response) => void this.#handleSite(request, response));
    this.#sockets = new WebSocketServer({ noServer: true, maxPayload: MAX_MESSAGE_BYTES, perMessageDeflate: false });
    this.#apiServer.on("upgrade", (request, socket, head) => {
      const client = clientOf(request.url ?? "");
      if (client === null) return socket.end("HTTP/1.1 404 Not Found\r\nConnection: close\r\n\r\n");
      if (!this.#origins.allows(request.headers.origin))
        return socket.end("HTTP/1.1 403 Forbidden\r\nConnection: close\r\n\r\n");
      const accept = () =>
        this.#sockets.handleUpgrade(request, socket, head, (webSocket) => {
          const connectionId = `connection ${this.#nextConnection++}`;
          new Session(webSocket, this.#sessionServices(), { connectionId, source: this.#sourceOf(request), ...client });
        });
      // A client that goes away meanwhile must not become an uncaught error.
      const abandon = () => socket.destroy();
      socket.on("error", abandon);
      this.#started.then(accept, abandon).finally(() => socket.off("error", abandon));
    });
  }

  async start(): Promise<void> {
    try {
      await this.#startAll();
      this.#settleStart(null);
    } catch (error) {
      this.#settleStart(error);
      throw error;
    }
  }

  async #startAll(): Promise<void> {
    const { dataFolder, host, port, sitePort } = this.#options;
    const apiPort = await listen(this.#apiServer, port, host);
    const boundSitePort = await listen(this.#siteServer, sitePort, host);
    this.ports = { port: apiPort, sitePort: boundSitePort };
    this.cloudUrl = this.#options.publicCloudUrl ?? `http://${host}:${apiPort}`;
    this.siteUrl = this.#options.publicSiteUrl ?? `http://${host}:${boundSitePort}`;
    this.#folder = DataFolder.take(dataFolder);
    this.#folder.assertWhole();
    this.#supervisor = this.#createSupervisor();
    await this.#supervisor.start();
    this.#ports = [apiPort, boundSitePort];
    this.#pool = this.#createPool(this.#ports);
    this.#pool.start();
    await this.#pool.changeOutbound({ add: this.#options.allowOutbound ?? [], remove: [], ttlMs: null });
    const pool = this.#pool;
    this.#push = new PushApi({
      transactor: () => this.#transactor(),
      pool,
      changeCode: (change) => this.#changeCode(change),
      reload: () => this.#reload(),
      state: () => this.#state,
    });
    await this.#reload();
    this.#collector.start();
    await this.#transfers.start();
    const known = new Set(await this.#transactor().call("knownFiles"));
    await this.#files.sweep((key) => known.has(key));
    this.#folder.announce(`http://${localHost(host)}:${apiPort}`);
  }

  async stop(): Promise<void> {
    this.#collector.stop();
    for (const client of this.#sockets.clients) client.close(1001);
    const closing = [this.#apiServer, this.#siteServer].map(
      (server) => new Promise((resolve) => server.close(resolve)),
    );
    const drained = setTimeout(() => {
      for (const client of this.#sockets.clients) client.terminate();
      this.#apiServer.closeAllConnections();
      this.#siteServer.closeAllConnections();
    }, DRAIN_MS);
    this.#apiServer.closeIdleConnections();
    this.#siteServer.closeIdleConnections();
    await Promise.all(closing);
    clearTimeout(drained);
    await this.#transfers.stop();
    await this.#pool?.stop();
    await this.#supervisor?.stop();
    this.#folder?.release();
  }

  #createSupervisor(): TransactorSupervisor {
    const timeLimitMs = this.#options.timeLimitMs ?? DEFAULT_TIME_LIMIT_MS;
    return new TransactorSupervisor({
      transactor: {
        folder: this.#options.dataFolder,
        sync: this.#options.sync ?? "full",
        cloudUrl: this.cloudUrl,
        siteUrl: this.siteUrl,
        envOverlay: this.#options.env ?? {},
        timeLimitMs,
        coalesceMs: this.#options.coalesceMs ?? 150,
        logSwitch: this.#logs.watched.buffer,
      },
      runningJobs: () => [...this.#runningJobs],
      events: this.#transactorEvents(),
      hardLimitMs: timeLimitMs * 1.5,
      heapLimitMb: this.#options.heapLimitMb ?? DEFAULT_HEAP_LIMIT_MB,
      onRestart: (loss) => {
        this.#pool?.reconnect(loss);
        this.#hub.restart(loss.guilty);
        void this.#transfers.interrupt();
      },
      onStuck: () => this.#fail(new StuckError()),
      onFatal: (message) => this.#fail(new Error(message)),
    });
  }

  #createPool(ports: number[]): ActionPool {
    return new ActionPool({
      size: this.#options.actionWorkers ?? 2,
      idleMs: this.#options.actionIdleMs ?? DEFAULT_ACTION_IDLE_MS,
      worker: {
        storageFolder: path.join(this.#options.dataFolder, "storage"),
        deniedPorts: ports,
        logSwitch: this.#logs.watched.buffer,
        timeLimitMs: ACTION_TIME_LIMIT_MS,
      },
      heapLimitMb: this.#options.heapLimitMb ?? DEFAULT_HEAP_LIMIT_MB,
      hangLimitMs: this.#options.actionHangLimitMs ?? DEFAULT_ACTION_HANG_LIMIT_MS,
      connectTransactor: () => this.#supervisor!.connect(),
      onLog: (entry) => this.#logs.add(entry),
    });
  }

  #transactorEvents(): TransactorEvents {
    return {
      sync: this.#hub.onSync,
      liveDropped: this.#hub.onLiveDropped,
      runAction: (event) => void this.#runJob(event),
      deleteFiles: ({ files }) => void this.#deletions.delete(files).catch(report),
      tablesChanged: ({ tables }) => this.#pool?.tables(tables),
      log: (entry) => this.#logs.add(entry),
    };
  }

  #transactor() {
    if (this.#supervisor === null) throw new Error("The deployment is starting.");
    return this.#supervisor.rpc;
  }

  /** Takes over code and environment from the transactor, after the code has changed. */
  async #reload(): Promise<void> {
    this.#state = await this.#transactor().call("describe");
    const modules = await this.#transactor().call("modules", { hashes: hashesOf(this.#state.manifest) });
    await this.#pool!.load(this.#state, modules);
    this.#createVerifier();
  }

  /** The same after a change of environment variables. */
  async #reloadEnvironment(): Promise<void> {
    this.#state = await this.#transactor().call("describe");
    await this.#pool!.changeEnvironment(this.#state);
    this.#createVerifier();
  }

  #createVerifier(): void {
    this.#verifier = deploymentVerifier({
      state: () => this.#state,
      cloudUrl: this.cloudUrl,
      siteUrl: this.siteUrl,
      http: (call) => this.#pool!.http(call),
      fetch: this.#fetchOfIssuers,
    });
  }

  #requireVerifier(): TokenVerifier {
    if (this.#verifier === null) throw new Error("The deployment is starting.");
    return this.#verifier;
  }

  async #handleApi(request: IncomingMessage, response: ServerResponse): Promise<void> {
    try {
      await this.#started;
      if (this.#push === null || this.#pool === null) throw new Error("The deployment is starting.");
      await handleApiRequest(
        {
          cloudUrl: this.cloudUrl,
          siteUrl: this.siteUrl,
          push: this.#push,
          variables: {
            transactor: () => this.#transactor(),
            pool: this.#pool,
            state: () => this.#state,
            reload: () => this.#reload(),
            environmentChanged: () => this.#reloadEnvironment(),
          },
          transfers: this.#transfers,
          pool: this.#pool,
          logs: this.#logs,
          callers: this.#callers,
          origins: this.#origins,
          publicKeys: () => this.#state.publicKeys,
          memory: () => this.#memory(),
          work: () => this.#work(),
          observeTs: () => this.#transactor().call("observeTs", { ts: null }),
          functions: {
            caller: ({ headers }) => this.#callers.fromHeader(headers.authorization),
            source: (incoming) => this.#sourceOf(incoming),
            showErrors: this.#showErrors,
            query: (call) => this.#calls.query(call),
            inlineQuery: (call, source) => this.#calls.inlineQuery(call, source),
            systemQuery: ({ component, path: name, args }) =>
              this.#transactor().call("systemQuery", { component, path: name, args }),
            mutation: (call) => this.#calls.mutation(call, null),
            action: (call) => this.#calls.action(call),
            manifest: () => this.#state.manifest,
          },
          storage: {
            files: this.#files,
            uploadTokens: () => new UploadTokens(Buffer.from(this.#state.uploadSecret, "base64")),
            add: (component, file) => this.#transactor().call("storageAdd", { component, file }),
            locate: (uuid) => this.#transactor().call("storageLocate", { uuid }),
          },
        },
        request,
        response,
      );
    } catch (error) {
      sendError(response, error);
    }
  }

  #work(): WorkReport {
    return {
      ...(this.#supervisor?.work() ?? { functions: 0, transactions: 0, commits: 0 }),
      actions: this.#pool!.begun,
    };
  }

  async #memory(): Promise<MemoryReport> {
    const [transactor, actionWorkers] = await Promise.all([this.#supervisor?.memory() ?? null, this.#pool!.memory()]);
    return { rssMb: residentMb(), main: mainMemory(), transactor, actionWorkers };
  }

  async #handleSite(request: IncomingMessage, response: ServerResponse): Promise<void> {
    try {
      await this.#started;
    } catch {
      // The reason is the operator's, and is told where the process ends.
      return void response.writeHead(503).end("The deployment could not start.");
    }
    await handleSiteRequest(
      {
        caller: (authorization) => this.#callers.fromHeader(authorization),
        source: (incoming) => this.#sourceOf(incoming),
        showErrors: this.#showErrors,
        run: (call) => this.#pool!.http(call),
        origin: this.siteUrl,
      },
      request,
      response,
    );
  }

  #sessionServices(): SessionServices {
    return {
      hub: this.#hub,
      showErrors: this.#showErrors,
      report,
      mutation: (call, number) => this.#calls.mutation(call, number),
      action: (call) => this.#calls.action(call),
      observeTs: async (ts) => void (await this.#transactor().call("observeTs", { ts: String(ts) })),
      authenticate: async (message) => {
        if (message.tokenType === "None") return NOBODY;
        if (message.tokenType === "User") return this.#callers.fromToken(message.value);
        this.#callers.requireAdminKey(message.value);
        const identity = message.impersonating === null ? null : JSON.stringify(message.impersonating);
        return { ...NOBODY, identity, admin: true };
      },
    };
  }

  #sourceOf(request: IncomingMessage): RequestSource {
    return sourceOf(request, this.#options.trustedProxies ?? 0);
  }

  #changeCode<Result>(change: () => Promise<Result>): Promise<Result> {
    const changing = change();
    this.#codeChange = changing.catch(() => undefined);
    return changing;
  }

  async #runJob(job: Parameters<TransactorEvents["runAction"]>[0]): Promise<void> {
    const { jobId } = job;
    this.#runningJobs.add(jobId);
    try {
      await this.#started;
    } catch {
      // The deployment ends. The job is recorded as interrupted by the next one.
      return;
    }
    await this.#codeChange;
    const result = await this.#calls.actionJob(job);
    try {
      await this.#transactor().call("actionJobFinished", { jobId, error: result.ok ? null : result.error });
    } finally {
      // Not earlier: a transactor that takes over meanwhile would record it as interrupted.
      this.#runningJobs.delete(jobId);
    }
  }
}

function report(error: unknown): void {
  console.error(error instanceof Error ? error.message : String(error));
}
