import { type MessagePort, parentPort, workerData } from "node:worker_threads";
import { RpcPort } from "../process/rpc.ts";
import { FileStore } from "../storage/files.ts";
import { copyDatabase } from "./backupArchive.ts";
import { analyzeImport, type ImportMode, type ImportPlan } from "./importAnalysis.ts";
import { runImport } from "./importRun.ts";
import { type ImportFormat, openImport } from "./importSource.ts";
import { writeExport } from "./exportArchive.ts";
import type { StagingOperations } from "./messages.ts";
import { SnapshotReader } from "./snapshotReader.ts";

/** What an import is about. */
export interface ImportJob {
  /** The uploaded file. */
  file: string;
  format: ImportFormat;
  mode: ImportMode;
  table: string | null;
  component: string;
}

/** What a transfer worker is started for. */
export type TransferTask =
  | { kind: "export"; target: string; includeStorage: boolean }
  | { kind: "backup"; target: string }
  | { kind: "analyze"; job: ImportJob }
  | { kind: "import"; importId: string; job: ImportJob; plan: ImportPlan };

export interface TransferWorkerData {
  databaseFile: string;
  storageFolder: string;
  task: TransferTask;
  /** To the transactor; for imports. */
  database: MessagePort | null;
}

/** What a worker says. `result`: a timestamp (export), `DatabaseCopy` (backup), `ImportPlan` (analyze), or number of documents. */
export type TransferNews =
  | { type: "progress"; message: string }
  | { type: "checkpoint"; message: string }
  | { type: "done"; result: unknown }
  | { type: "failed"; message: string };

const PROGRESS_EVERY_MS = 500;

async function main(): Promise<void> {
  const data = workerData as TransferWorkerData;
  let lastProgress = 0;
  const say = (news: TransferNews): void => parentPort!.postMessage(news);
  const progress = (message: string): void => {
    if (performance.now() - lastProgress < PROGRESS_EVERY_MS) return;
    lastProgress = performance.now();
    say({ type: "progress", message });
  };
  const checkpoint = (message: string): void => say({ type: "checkpoint", message });
  try {
    say({ type: "done", result: await perform(data, { progress, checkpoint }) });
  } catch (error) {
    say({ type: "failed", message: error instanceof Error ? error.message : String(error) });
  }
  // The port to the transactor would keep the thread alive.
  data.database?.close();
}

async function perform(
  { task, databaseFile, storageFolder, database }: TransferWorkerData,
  report: { progress: (message: string) => void; checkpoint: (message: string) => void },
): Promise<unknown> {
  const files = new FileStore(storageFolder);
  if (task.kind === "export") {
    const reader = new SnapshotReader(databaseFile);
    try {
      await writeExport({ reader, files, ...task, progress: report.progress });
      return reader.ts();
    } finally {
      reader.close();
    }
  }
  if (task.kind === "backup") return copyDatabase(databaseFile, task.target, new Date());
  const source = await openImport(task.job);
  try {
    if (task.kind === "import") {
      const port = new RpcPort<StagingOperations & Record<never, never>>(database!, {});
      const { importId, plan, job } = task;
      return await runImport({ importId, source, plan, ...job, files, database: port, ...report });
    }
    const reader = new SnapshotReader(databaseFile);
    try {
      return await analyzeImport(source, task.job.mode, reader);
    } finally {
      reader.close();
    }
  } finally {
    source.close();
  }
}

void main();
