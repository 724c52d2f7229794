import { type JsonWebKey, randomBytes } from "node:crypto";
import path from "node:path";
import { SigningKey } from "../auth/signingKey.ts";
import type { TransferOperations } from "../data/messages.ts";
import { type DataOperations, openData } from "../data/openData.ts";
import { LogSwitch } from "../deploy/logSwitch.ts";
import type { StoredModule } from "../deploy/manifest.ts";
import { ModuleStore } from "../deploy/moduleStore.ts";
import { SchemaRollout } from "../deploy/schemaRollout.ts";
import { SystemQueries } from "../deploy/systemQueries.ts";
import { auditLogEntry } from "../functions/auditLog.ts";
import type { FunctionCall } from "../functions/invoke.ts";
import { PageCursors } from "../functions/pageCursors.ts";
import { type CallResult, failureOf } from "../functions/results.ts";
import { decodeUndefined } from "../functions/queryTypes.ts";
import { StoredFiles } from "../functions/storedFiles.ts";
import { createTransactionHost } from "../functions/transactionHost.ts";
import { UploadTokens } from "../functions/uploadTokens.ts";
import { Jobs } from "../scheduler/jobs.ts";
import { Scheduler } from "../scheduler/scheduler.ts";
import { VectorSearches } from "../search/vectorSearches.ts";
import { FileStore } from "../storage/files.ts";
import { Catalog, SYSTEM_TABLES } from "../store/catalog.ts";
import { databaseFile } from "../store/format.ts";
import { isStorageFailure } from "../store/failures.ts";
import { Store } from "../store/store.ts";
import type { SyncMode } from "../store/sqlite.ts";
import { type Commit, Executor, type Heartbeat } from "../transaction/executor.ts";
import type { Transaction } from "../transaction/transaction.ts";
import type { ConvexJson } from "../values/json.ts";
import { type CodeOperations, DeployedCode } from "./deployedCode.ts";
import { Environment } from "./environment.ts";
import { type FileControl, type FileOperations, fileOperations } from "./fileOperations.ts";
import { FunctionRunner } from "./functionRunner.ts";
import { type LiveOperations, LivePushes } from "./livePushes.ts";
import { CAREFUL_MS } from "./loss.ts";
import type { DeploymentState, MutationCall, ScheduleCall, TransactorControl, TransactorEvents } from "./messages.ts";

export interface TransactorOptions {
  folder: string;
  sync: SyncMode;
  cloudUrl: string;
  siteUrl: string;
  /** Variables from the operator's file. */
  envOverlay: Record<string, string>;
  timeLimitMs: number;
  coalesceMs: number;
  /** Of a `LogSwitch`. */
  logSwitch?: SharedArrayBuffer;
  /** The last one was ended by what some function had left behind; see `lossOf`. */
  careful: boolean;
  /** Jobs during which the last transactor had to be ended. */
  guiltyJobs: string[];
  /** Action jobs that run on in other threads, although a new transactor takes over. */
  runningJobs: string[];
  heartbeat: Heartbeat;
  events: TransactorEvents;
  /** Sends answers that are waiting to be sent: before the events that follow from them. */
  flush: () => void;
  onFatal: (error: unknown) => never;
  report: (message: string) => void;
}

/**
 * Owns the database and runs every query and mutation. Its operations are plain messages, so that it can live in a worker; it
 * is created by `open` and does nothing outside of them but run due jobs.
 */
export class Transactor implements Omit<
  TransactorControl,
  keyof (TransferOperations & FileOperations & FileControl & LiveOperations & CodeOperations)
> {
  readonly #options: TransactorOptions;
  readonly #store: Store;
  readonly #catalog: Catalog;
  readonly #executor: Executor;
  readonly #jobs: Jobs;
  readonly #environment: Environment;
  readonly #scheduler: Scheduler;
  readonly #rollout: SchemaRollout;
  readonly #vectors: VectorSearches;
  readonly #runner: FunctionRunner;
  readonly #uploadSecret: Buffer;
  /** Operations of exports and imports. */
  readonly data: DataOperations;
  /** Operations on stored files. */
  readonly files: ReturnType<typeof fileOperations>;
  readonly live: LivePushes;
  readonly code: DeployedCode;
  readonly #signingKey: SigningKey;
  #announcedTables = 0;

  /** @throws UnusableDatabaseError; see `openDatabase`. */
  static async open(options: TransactorOptions): Promise<Transactor> {
    const transactor = new Transactor(options);
    const { guiltyJobs: guilty, runningJobs: running } = options;
    // Before jobs run: on a full disk they fail the batch that they share, and what is recovered mostly has nothing to write.
    await transactor.#settle(() => transactor.data.recover());
    await transactor.#settle(() => transactor.#scheduler.start({ guilty, running }));
    void transactor.data.cleanUp();
    return transactor;
  }

  private constructor(options: TransactorOptions) {
    this.#options = options;
    const { folder, sync, cloudUrl, siteUrl } = options;
    const store = new Store({ folder, sync, now: Date.now });
    this.#store = store;
    this.#catalog = new Catalog(store);
    this.#jobs = new Jobs(store, this.#catalog);
    const files = new StoredFiles(store, this.#catalog);
    this.#environment = new Environment(
      store,
      { CONVEX_CLOUD_URL: cloudUrl, CONVEX_SITE_URL: siteUrl },
      options.envOverlay,
    );
    const secrets = this.#prepareStore();
    this.#uploadSecret = secrets;
    this.#signingKey = new SigningKey(store.kv.getJson<JsonWebKey>(SIGNING_KEY)!);
    const pageCursors = new PageCursors(secrets);
    const carefulUntilMs = options.careful ? performance.now() + CAREFUL_MS : 0;
    this.#executor = new Executor({
      store,
      host: {
        store,
        catalog: this.#catalog,
        onDocumentWritten: (table, document) => this.#rollout.onDocumentWritten(table, document),
      },
      heartbeat: options.heartbeat,
      isCareful: () => performance.now() < carefulUntilMs,
      timeLimitMs: options.timeLimitMs,
      flush: options.flush,
      afterCommit: (commit) => this.#afterCommit(commit),
      afterRollback: () => this.#afterRollback(),
      onFatal: options.onFatal,
    });
    this.#vectors = new VectorSearches({ file: databaseFile(folder), catalog: this.#catalog, decode: decodeUndefined });
    this.#rollout = new SchemaRollout({ store, catalog: this.#catalog, executor: this.#executor });
    this.data = openData({
      store,
      catalog: this.#catalog,
      executor: this.#executor,
      tablesReplaced: () => {
        this.#rollout.abandon("An import has replaced tables while this push was prepared. Push again.");
        this.#rollout.applyValidators(this.code.manifest);
      },
      cleanUpIndexes: () => this.#rollout.cleanUp(),
      deleteFiles: (files) => options.events.deleteFiles({ files }),
    });
    const codebase = () => this.code.codebase;
    const uploadTokens = new UploadTokens(secrets);
    const host = createTransactionHost({
      codebase,
      catalog: this.#catalog,
      jobs: this.#jobs,
      files,
      fileStore: new FileStore(path.join(folder, "storage")),
      pageCursors,
      uploadTokens,
      cloudUrl,
      signingKey: this.#signingKey,
      onAudit: (entry) => options.events.log(auditLogEntry(entry)),
    });
    const manifest = () => this.code.manifest;
    const storedEnv = () => ({ ...this.#environment.stored });
    this.#runner = new FunctionRunner({
      executor: this.#executor,
      store,
      catalog: this.#catalog,
      codebase,
      systemQueries: new SystemQueries({
        transfers: this.data.states,
        manifest,
        storedEnv,
        pageCursors,
        cloudUrl,
        siteUrl,
      }),
      onLog: (entry) => options.events.log(entry),
      watched: new LogSwitch(options.logSwitch),
    });
    this.files = fileOperations(this.#executor, files);
    this.live = new LivePushes({
      executor: this.#executor,
      run: (request, journal) => this.#runner.live(request, journal),
      coalesceMs: options.coalesceMs,
      lastTs: () => store.clock.lastTs,
      events: options.events,
    });
    this.code = new DeployedCode({
      store,
      catalog: this.#catalog,
      executor: this.#executor,
      modules: new ModuleStore(store),
      environment: this.#environment,
      rollout: this.#rollout,
      scheduler: () => this.#scheduler,
      host,
      secret: secrets,
      refreshAll: () => this.live.refreshAll(),
    });
    this.#scheduler = this.#createScheduler();
  }

  query(call: FunctionCall): Promise<CallResult> {
    return this.#runner.query(call);
  }

  mutation(call: MutationCall): Promise<CallResult> {
    return this.#runner.mutation(call);
  }

  systemQuery(call: { component: string; path: string; args: string }): Promise<CallResult> {
    return this.#runner.systemQuery(call);
  }

  inlineQuery({ call, module }: { call: FunctionCall; module: StoredModule }): Promise<CallResult> {
    return this.code.withModule(call.component, module, (code) => this.#runner.query(call, code));
  }

  async describe(): Promise<DeploymentState> {
    const { cloudUrl, siteUrl } = this.#options;
    return {
      manifest: this.code.manifest,
      env: { ...this.#environment.effective },
      storedEnv: { ...this.#environment.stored },
      cloudUrl,
      siteUrl,
      tables: this.#catalog.numbers(),
      uploadSecret: this.#uploadSecret.toString("base64"),
      publicKeys: this.#signingKey.publicKeys,
    };
  }

  async observeTs({ ts }: { ts: string | null }): Promise<string> {
    if (ts !== null) this.#store.clock.observe(BigInt(ts));
    return String(this.#store.clock.lastTs);
  }

  async actionJobFinished({ jobId, error }: { jobId: string; error: string | null }): Promise<null> {
    await this.#scheduler.actionFinished(jobId, error);
    return null;
  }

  schedule(call: ScheduleCall): Promise<string> {
    return this.#write((transaction) =>
      this.#jobs.schedule(transaction, { ...call, kind: "scheduled", args: JSON.parse(call.args) as ConvexJson }),
    );
  }

  async cancelJob({ component, id }: { component: string; id: string }): Promise<null> {
    await this.#write((transaction) => this.#jobs.cancel(transaction, component, id));
    return null;
  }

  async vectorSearch({ component, query }: Parameters<TransactorControl["vectorSearch"]>[0]): Promise<string> {
    // Asked for between batches, when the last one has been announced; answered while the next ones run.
    const { results } = await this.#executor.read("vector search", () => ({
      results: this.#vectors.search(component, query),
    }));
    return JSON.stringify({ results: await results });
  }

  async close(): Promise<null> {
    this.#scheduler.stop();
    this.live.stop();
    await this.#executor.exclusive(async () => {
      await this.#vectors.close();
      this.#executor.stop();
      this.#store.close();
    });
    return null;
  }

  /** Settles what the last process has left behind. A full disk must not keep the deployment from reading: then later. */
  async #settle(work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      if (!isStorageFailure(error)) throw error;
      this.#options.report(`${error.message} The start is not finished; trying again.`);
      setTimeout(() => void this.#settle(work), SETTLE_AGAIN_MS).unref();
    }
  }

  #prepareStore(): Buffer {
    return this.#store.write(() => {
      for (const name of SYSTEM_TABLES) this.#catalog.ensureTable("", name);
      this.#catalog.dropBuildingIndexes();
      if (this.#store.kv.getJson(SIGNING_KEY) === null) this.#store.kv.setJson(SIGNING_KEY, SigningKey.generate());
      const stored = this.#store.kv.getJson<string>("secret");
      if (stored !== null) return Buffer.from(stored, "base64");
      const secret = randomBytes(48);
      this.#store.kv.setJson("secret", secret.toString("base64"));
      return secret;
    });
  }

  #createScheduler(): Scheduler {
    return new Scheduler({
      store: this.#store,
      jobs: this.#jobs,
      executor: this.#executor,
      resolve: (target) => this.code.codebase.resolve("", { target }),
      runMutation: (transaction, info, job, args) => this.#runner.job(transaction, info, { job, args }),
      runAction: ({ id, target, isCronRun }, args) =>
        this.#options.events.runAction({ jobId: id, target, args, isCronRun }),
      describe: (error) => failureOf(error, []).error,
      now: Date.now,
      report: this.#options.report,
    });
  }

  #write<Result>(run: (transaction: Transaction) => Result): Promise<Result> {
    return this.#executor.write({ label: "host", run });
  }

  #afterRollback(): void {
    this.#catalog.reload();
    this.#rollout.applyValidators(this.code.manifest);
    this.#rollout.abandon("The push was given up: the disk of the deployment is full.");
    this.#environment.reload();
    this.#scheduler.reload();
  }

  async #afterCommit(commit: Commit): Promise<void> {
    const { events } = this.#options;
    this.#vectors.committed(commit.writes);
    if (commit.obsoleteFiles.length > 0) events.deleteFiles({ files: commit.obsoleteFiles });
    this.#announceTables();
    for (const entry of commit.audits) events.log(auditLogEntry(entry));
    this.#scheduler.wake(commit.due);
    await this.live.committed(commit);
  }

  /** Other threads check ids in arguments by the numbers of tables. */
  #announceTables(): void {
    if (this.#announcedTables === this.#catalog.version) return;
    this.#announcedTables = this.#catalog.version;
    this.#options.events.tablesChanged({ tables: this.#catalog.numbers() });
  }
}

const SETTLE_AGAIN_MS = 1000;
/** The private key of `ctx.auth.signJwt`. */
const SIGNING_KEY = "signingKey";
