import { Readable } from "node:stream";
import type { RpcPort } from "../process/rpc.ts";
import { FileTooLargeError, type FileStore } from "../storage/files.ts";
import type { ConvexJsonObject } from "../values/json.ts";
import { inComponent } from "./archivePaths.ts";
import { checkRow, type ImportMode, type ImportPlan, type TablePlan } from "./importAnalysis.ts";
import type { ImportFormat, ImportSource, SourceFile, SourceTable } from "./importSource.ts";
import { AppendSink, PORTION_ROWS, type Sink, StagingSink } from "./importSinks.ts";
import { ImportError } from "./lineReader.ts";
import type { StagingOperations } from "./messages.ts";

export interface ImportRun {
  /** The document that tells how it is doing. */
  importId: string;
  source: ImportSource;
  plan: ImportPlan;
  mode: ImportMode;
  format: ImportFormat;
  files: FileStore;
  database: Pick<RpcPort<StagingOperations>, "call">;
  progress: (message: string) => void;
  checkpoint: (message: string) => void;
}

const MAX_FILE_BYTES = 4 * 1024 * 1024 * 1024;

/**
 * Carries an import out. Everything that can be done without the database (parsing, checking, index keys) is done here, in a
 * thread of its own; what is left for the database is to store bytes.
 *
 * @returns how many documents were written, without those of `_storage`.
 * @throws what is wrong; the database is as it was then.
 */
export async function runImport(run: ImportRun): Promise<number> {
  const { plan, mode } = run;
  const replaced = plan.tables.filter(({ way }) => way === "replace");
  const { session, targets, numbers } = await run.database.call("beginImport", {
    tables: replaced.map(({ component, name, num, needsCreationIndex }) => {
      const mustBeEmpty = mode === "requireEmpty" || mode === "append";
      return { component, name, num, needsCreationIndex, mustBeEmpty };
    }),
    drops: plan.drops,
  });
  try {
    let written = 0;
    for (const table of plan.tables) {
      const position = replaced.indexOf(table);
      const sink =
        position === -1
          ? new AppendSink(run.database, session, table)
          : new StagingSink(run.database, {
              session,
              position,
              target: targets[position]!,
              table,
              numbers,
              format: run.format,
            });
      const count = await importTable(run, table, sink);
      if (table.name !== "_storage") written += count;
    }
    await run.database.call("finishImport", { session, importId: run.importId, rows: written });
    return written;
  } catch (error) {
    try {
      await run.database.call("abortImport", { session });
    } catch (second) {
      // For example because the disk is full. The next import, or the next start, takes back what this one has left.
      console.error(
        `An import could not be taken back yet: ${second instanceof Error ? second.message : String(second)}`,
      );
    }
    throw error;
  }
}

async function importTable(run: ImportRun, table: TablePlan, sink: Sink): Promise<number> {
  const source = run.source.tables.find(({ component, name }) => component === table.component && name === table.name);
  if (source === undefined) return 0;
  const where = `"${table.name}"${inComponent(table.component)}`;
  run.progress(`Importing ${where}`);
  const count =
    table.name === "_storage"
      ? await importFiles(run, source, sink, where)
      : await importRows(run, source, sink, where);
  await sink.flush();
  const unit = table.name === "_storage" ? "files" : "documents";
  run.checkpoint(`Imported ${where} (${count.toLocaleString("en")} ${unit})`);
  return count;
}

async function importRows(run: ImportRun, source: SourceTable, sink: Sink, where: string): Promise<number> {
  let count = 0;
  for await (const row of source.rows()) {
    count++;
    await sink.add(checkRow(source.name, count, row));
    if (count % PORTION_ROWS === 0) run.progress(`Importing ${where} (${count.toLocaleString("en")} documents)`);
  }
  return count;
}

/** Only files whose content is in the archive; what was removed from it by hand is not missed. */
async function importFiles(run: ImportRun, source: SourceTable, sink: Sink, where: string): Promise<number> {
  const contents = new Map<string, SourceFile>();
  for (const file of run.source.files) if (file.component === source.component) contents.set(file.storageId, file);
  let count = 0;
  for await (const row of source.rows()) {
    const entry = row as {
      _id: string;
      _creationTime?: number;
      sha256?: string;
      contentType?: string;
      internalId?: string;
    };
    const content = contents.get(entry._id);
    if (content === undefined) continue;
    const stored = await storeFile(run.files, content, entry);
    const document: ConvexJsonObject = { _id: entry._id, sha256: stored.sha256, size: stored.size };
    if (typeof entry._creationTime === "number") document._creationTime = entry._creationTime;
    if (typeof entry.contentType === "string") document.contentType = entry.contentType;
    await sink.add(document, { file: stored.key, uuid: uuidOf(entry.internalId) });
    run.progress(`Importing ${where} (${(++count).toLocaleString("en")} files)`);
  }
  return count;
}

async function storeFile(files: FileStore, content: SourceFile, entry: { _id: string; sha256?: string }) {
  try {
    const stream = Readable.toWeb(await content.open()) as ReadableStream<Uint8Array>;
    const stored = await files.put(stream, { maxBytes: MAX_FILE_BYTES });
    if (typeof entry.sha256 === "string" && entry.sha256 !== stored.sha256) {
      await files.delete(stored.key);
      throw new ImportError(`The content of file ${entry._id} does not have the SHA-256 that _storage says.`);
    }
    return stored;
  } catch (error) {
    if (error instanceof ImportError || error instanceof FileTooLargeError) throw error;
    throw new ImportError(
      `File ${entry._id} cannot be stored: ${error instanceof Error ? error.message : String(error)}`,
    );
  }
}

function uuidOf(internalId: unknown): string | null {
  return typeof internalId === "string" && /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(internalId)
    ? internalId
    : null;
}
