import { randomBytes } from "node:crypto";
import { createReadStream } from "node:fs";
import { mkdir, rm, stat } from "node:fs/promises";
import path from "node:path";
import type { Readable } from "node:stream";
import { type MessagePort, Worker } from "node:worker_threads";
import { encodeInt64 } from "../functions/databaseSyscalls.ts";
import { HttpError } from "../http/responses.ts";
import type { RpcPort } from "../process/rpc.ts";
import type { FileStore } from "../storage/files.ts";
import type { ConvexJsonObject } from "../values/json.ts";
import type { DatabaseCopy } from "./backupArchive.ts";
import type { HeldDeletions } from "./heldDeletions.ts";
import type { ImportPlan } from "./importAnalysis.ts";
import type { TransferOperations, TransferTable } from "./messages.ts";
import type { ImportJob, TransferNews, TransferTask, TransferWorkerData } from "./transferWorker.ts";
import { Uploads } from "./uploads.ts";

export interface TransferServices {
  dataFolder: string;
  transactor(): Pick<RpcPort<TransferOperations>, "call">;
  /** A port for a worker to talk to the transactor. */
  connect(): MessagePort;
  deletions: HeldDeletions;
  now(): number;
}

interface Reports {
  progress?: (message: string) => void;
  checkpoint?: (message: string) => void;
}

interface WaitingImport {
  job: ImportJob;
  plan: ImportPlan;
}

const HEAP_MB = 256;
const SETTLE_AGAIN_MS = 500;
/** Exports stay for download for a day. */
const EXPORT_LIFETIME_MS = 24 * 60 * 60 * 1000;
const INTERRUPTED =
  "The import was interrupted, because the database was restarted. Nothing was changed; import again.";

/**
 * Exports and imports, on the main thread: keeps their files and states, and starts a worker for each piece of work. One export
 * and one import run at a time. Nothing of it survives a restart: what was running has failed then.
 */
export class Transfers {
  readonly #services: TransferServices;
  readonly #folder: string;
  readonly #uploads: Uploads;
  readonly #exports = new Map<string, string>();
  readonly #imports = new Map<string, WaitingImport>();
  readonly #workers = new Map<Worker, (reason: Error) => void>();
  #exporting = false;
  #importing: Promise<void> = Promise.resolve();
  #stopped = false;

  constructor(services: TransferServices) {
    this.#services = services;
    this.#folder = path.join(services.dataFolder, "transfers");
    this.#uploads = new Uploads(this.#folder, () => services.now());
  }

  /** Deletes what the last process has left. */
  async start(): Promise<void> {
    await rm(this.#folder, { recursive: true, force: true });
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    await this.interrupt();
  }

  /** The transactor was replaced: the workers have lost their connection to it. */
  async interrupt(): Promise<void> {
    this.#imports.clear();
    await Promise.all(
      [...this.#workers].map(async ([worker, fail]) => {
        fail(new Error(INTERRUPTED));
        await worker.terminate();
      }),
    );
  }

  /** Begins an export; its state is in `_exports`. @throws HttpError `ExportInProgress`. */
  async requestExport(includeStorage: boolean): Promise<void> {
    if (this.#exporting)
      throw new HttpError(400, "ExportInProgress", "There is already an export requested or in progress.");
    this.#exporting = true;
    try {
      const id = await this.#insert("_exports", { state: "requested", includeStorage });
      void this.#export(id, includeStorage).finally(() => (this.#exporting = false));
    } catch (error) {
      this.#exporting = false;
      throw error;
    }
  }

  /** A finished export. @throws HttpError 404. */
  async openExport(ts: string): Promise<{ name: string; size: number; open: () => Readable }> {
    const file = this.#exports.get(ts);
    if (file === undefined) {
      throw new HttpError(
        404,
        "ExportNotFound",
        `There is no export of timestamp ${ts}: exports are deleted after a day and at a restart`,
      );
    }
    return { name: `snapshot_${ts}.zip`, size: (await stat(file)).size, open: () => createReadStream(file) };
  }

  /** Writes a backup to `target`; what is written meanwhile is not in it. `begin` is called before the first byte. */
  async backup(files: FileStore, target: NodeJS.WritableStream, begin: () => void): Promise<void> {
    const release = this.#services.deletions.hold();
    try {
      await mkdir(this.#folder, { recursive: true, mode: 0o700 });
      const copy = path.join(this.#folder, `backup-${randomBytes(16).toString("hex")}.sqlite`);
      const made = (await this.#work({ kind: "backup", target: copy })) as DatabaseCopy;
      // Loaded on demand: it is needed rarely.
      const { writeBackup } = await import("./backupArchive.ts");
      begin();
      await writeBackup(made, files, target);
    } finally {
      await release();
    }
  }

  startUpload(): Promise<string> {
    return this.#uploads.start();
  }

  uploadPart(token: string, part: number, body: Readable): Promise<string> {
    return this.#uploads.add(token, part, body);
  }

  /** Begins to look at an uploaded file; what comes of it is in `_snapshot_imports`. Returns the id of the import. */
  async finishUpload(token: string, options: Omit<ImportJob, "file">): Promise<string> {
    const file = this.#uploads.finish(token);
    const job = { ...options, file };
    const id = await this.#insert("_snapshot_imports", {
      state: { state: "uploaded" },
      mode: job.mode,
      format: job.table === null ? { format: job.format } : { format: job.format, table: job.table },
      component: job.component,
    });
    void this.#analyze(id, job);
    return id;
  }

  /** Carries out an import that waits for confirmation. @throws HttpError if there is none. */
  async performImport(id: string): Promise<void> {
    const waiting = this.#imports.get(id);
    if (waiting === undefined) {
      throw new HttpError(400, "ImportNotWaiting", `Import ${id} does not wait for confirmation`);
    }
    // At once, so that it cannot be confirmed twice; when it cannot begin, it waits again.
    this.#imports.delete(id);
    try {
      await this.#setImport(id, { state: "in_progress", progress_message: "Importing", checkpoint_messages: [] });
    } catch (error) {
      this.#imports.set(id, waiting);
      throw error;
    }
    this.#importing = this.#importing.then(() => this.#import(id, waiting));
  }

  /** Gives up an import that waits for confirmation. */
  async cancelImport(id: string): Promise<void> {
    const waiting = this.#imports.get(id);
    if (waiting === undefined)
      throw new HttpError(400, "ImportNotWaiting", `Import ${id} does not wait for confirmation`);
    await this.#setImport(id, { state: "failed", error_message: "Import canceled" });
    this.#imports.delete(id);
    await rm(waiting.job.file, { force: true });
  }

  async #export(id: string, includeStorage: boolean): Promise<void> {
    const release = this.#services.deletions.hold();
    const target = path.join(this.#folder, `export-${randomBytes(16).toString("hex")}.zip`);
    try {
      await mkdir(this.#folder, { recursive: true, mode: 0o700 });
      await this.#patch("_exports", id, { state: "in_progress" });
      const ts = (await this.#work({ kind: "export", target, includeStorage })) as string;
      this.#exports.set(ts, target);
      this.#expire(ts, target);
      await this.#patch("_exports", id, {
        state: "completed",
        start_ts: int64(ts),
        complete_ts: int64(String(BigInt(Math.floor(this.#services.now())) * 1_000_000n)),
        expiration_ts: int64(String(BigInt(Math.floor(this.#services.now()) + EXPORT_LIFETIME_MS) * 1_000_000n)),
        zip_object_key: path.basename(target),
      });
    } catch (error) {
      console.error(`An export failed: ${messageOf(error)}`);
      await rm(target, { force: true });
      await this.#settle("_exports", id, { state: "failed" });
    } finally {
      await release();
    }
  }

  #expire(ts: string, target: string): void {
    const timer = setTimeout(() => {
      this.#exports.delete(ts);
      rm(target, { force: true }).catch((error: unknown) => console.error(messageOf(error)));
    }, EXPORT_LIFETIME_MS);
    timer.unref();
  }

  async #analyze(id: string, job: ImportJob): Promise<void> {
    try {
      const plan = (await this.#work({ kind: "analyze", job })) as ImportPlan;
      this.#imports.set(id, { job, plan });
      await this.#setImport(id, {
        state: "waiting_for_confirmation",
        message_to_confirm: plan.message,
        require_manual_confirmation: plan.needsConfirmation,
      });
    } catch (error) {
      await this.#failImport(id, job, error);
    }
  }

  async #import(id: string, { job, plan }: WaitingImport): Promise<void> {
    const checkpoints: string[] = [];
    let message = "Importing";
    const report = (): void => {
      const state = { state: "in_progress", progress_message: message, checkpoint_messages: [...checkpoints] };
      this.#setImport(id, state).catch((error: unknown) => console.error(messageOf(error)));
    };
    try {
      // Its last transaction also records that it is complete.
      await this.#work(
        { kind: "import", importId: id, job, plan },
        {
          progress: (text) => ((message = text), report()),
          checkpoint: (text) => (checkpoints.push(text), report()),
        },
      );
      await rm(job.file, { force: true });
    } catch (error) {
      await this.#failImport(id, job, error);
    }
  }

  async #failImport(id: string, job: ImportJob, error: unknown): Promise<void> {
    await rm(job.file, { force: true });
    const state = { state: "failed", error_message: `Hit an error while importing:\n${messageOf(error)}` };
    await this.#settle("_snapshot_imports", id, { state });
  }

  /** Runs a task in a worker, and resolves with its result. */
  async #work(task: TransferTask, reports: Reports = {}): Promise<unknown> {
    if (this.#stopped) throw new Error("The deployment is stopping.");
    const database = task.kind === "import" ? this.#services.connect() : null;
    const data: TransferWorkerData = {
      databaseFile: path.join(this.#services.dataFolder, "convex.sqlite"),
      storageFolder: path.join(this.#services.dataFolder, "storage"),
      task,
      database,
    };
    const worker = new Worker(new URL("./transferWorker.ts", import.meta.url), {
      workerData: data,
      transferList: database === null ? [] : [database],
      resourceLimits: { maxOldGenerationSizeMb: HEAP_MB },
    });
    try {
      return await new Promise((resolve, reject) => {
        this.#workers.set(worker, reject);
        worker.on("message", (news: TransferNews) => {
          if (news.type === "done") resolve(news.result);
          else if (news.type === "failed") reject(new Error(news.message));
          else reports[news.type]?.(news.message);
        });
        worker.once("error", reject);
        worker.once("exit", () => reject(new Error("The worker ended before its work was done.")));
      });
    } finally {
      this.#workers.delete(worker);
      await worker.terminate();
    }
  }

  #insert(table: TransferTable, fields: ConvexJsonObject): Promise<string> {
    return this.#services.transactor().call("transferInsert", { table, fields: JSON.stringify(fields) });
  }

  #patch(table: TransferTable, id: string, fields: ConvexJsonObject): Promise<null> {
    return this.#services.transactor().call("transferPatch", { table, id, fields: JSON.stringify(fields) });
  }

  #setImport(id: string, state: ConvexJsonObject): Promise<null> {
    return this.#patch("_snapshot_imports", id, { state });
  }

  /**
   * Records an outcome: those who wait for it would wait for ever otherwise. On a full disk, when there is room again. If the
   * deployment stops before, its next start records that the work was interrupted.
   */
  async #settle(table: TransferTable, id: string, fields: ConvexJsonObject): Promise<void> {
    for (let attempt = 1; !this.#stopped; attempt++) {
      try {
        return void (await this.#patch(table, id, fields));
      } catch (error) {
        if (attempt === 1) console.error(`The end of a transfer could not be recorded yet: ${messageOf(error)}`);
        await new Promise<void>((resolve) => void setTimeout(resolve, SETTLE_AGAIN_MS).unref());
      }
    }
  }
}

function int64(decimal: string): ConvexJsonObject {
  return { $integer: encodeInt64(BigInt(decimal)) };
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
