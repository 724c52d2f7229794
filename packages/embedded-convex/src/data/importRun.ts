import { randomBytes } from "node:crypto";
import { Readable } from "node:stream";
import type { RpcPort } from "../process/rpc.ts";
import { FileTooLargeError, type FileStore } from "../storage/files.ts";
import { documentKey, indexEntryKey } from "../store/catalog.ts";
import { decodeId, encodeId } from "../values/ids.ts";
import type { ConvexJsonObject, ValidatorJson } from "../values/json.ts";
import { validateValue } from "../values/validator.ts";
import { inComponent } from "./archivePaths.ts";
import { checkRow, type ImportMode, type ImportPlan, type TablePlan } from "./importAnalysis.ts";
import type { ImportFormat, ImportSource, SourceFile, SourceTable } from "./importSource.ts";
import { ImportError } from "./lineReader.ts";
import type { AppendedRow, StagedFile, StagedRow, StagingOperations, StagingTarget } from "./messages.ts";

export interface ImportRun {
  source: ImportSource;
  plan: ImportPlan;
  mode: ImportMode;
  format: ImportFormat;
  files: FileStore;
  database: Pick<RpcPort<StagingOperations>, "call">;
  progress: (message: string) => void;
  checkpoint: (message: string) => void;
}

/** A portion is one transaction: others wait for it, so it ends at whichever comes first. */
const PORTION_ROWS = 200;
const PORTION_BYTES = 256 * 1024;
const ID_PORTION = 200;
const INTERNAL_BYTES = 16;
const TIME_BYTES = 8;
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
          ? new AppendSink(run, session, table)
          : new StagingSink(run, { session, position, target: targets[position]!, table, numbers });
      const count = await importTable(run, table, sink);
      if (table.name !== "_storage") written += count;
    }
    await run.database.call("finishImport", { session });
    return written;
  } catch (error) {
    await run.database.call("abortImport", { session });
    throw error;
  }
}

/** Where the rows of one table go. */
interface Sink {
  add(row: ConvexJsonObject, file?: StagedFile): Promise<void>;
  flush(): Promise<void>;
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

/** Sends rows to the database as they are: it checks them as it checks those of a mutation. */
class AppendSink implements Sink {
  readonly #run: ImportRun;
  readonly #session: string;
  readonly #table: TablePlan;
  #rows: AppendedRow[] = [];
  #bytes = 0;

  constructor(run: ImportRun, session: string, table: TablePlan) {
    this.#run = run;
    this.#session = session;
    this.#table = table;
  }

  async add(row: ConvexJsonObject, file?: StagedFile): Promise<void> {
    const json = JSON.stringify(row);
    this.#rows.push(file === undefined ? { json } : { json, file });
    this.#bytes += json.length;
    if (this.#rows.length >= PORTION_ROWS || this.#bytes >= PORTION_BYTES) await this.flush();
  }

  async flush(): Promise<void> {
    if (this.#rows.length === 0) return;
    const { component, name } = this.#table;
    const rows = this.#rows;
    this.#rows = [];
    this.#bytes = 0;
    await this.#run.database.call("appendRows", { session: this.#session, component, name, rows });
  }
}

interface StagingOptions {
  session: string;
  position: number;
  target: StagingTarget;
  table: TablePlan;
  numbers: Record<string, Record<string, number>>;
}

/** Turns rows into the bytes that the database will store. */
class StagingSink implements Sink {
  readonly #run: ImportRun;
  readonly #options: StagingOptions;
  readonly #tables: (name: string) => number | undefined;
  readonly #optionalFields: Set<string>;
  #rows: StagedRow[] = [];
  #bytes = 0;
  #ids: { creationTime: number; internal: Uint8Array }[] = [];

  constructor(run: ImportRun, options: StagingOptions) {
    this.#run = run;
    this.#options = options;
    const numbers = options.numbers[options.table.component] ?? {};
    this.#tables = (name) => (Object.hasOwn(numbers, name) ? numbers[name] : undefined);
    this.#optionalFields = run.format === "csv" ? optionalFields(options.target.validator) : new Set();
  }

  async add(row: ConvexJsonObject, file?: StagedFile): Promise<void> {
    const { target, table } = this.#options;
    const { _id, _creationTime, ...fields } = row;
    // A cell of a CSV file cannot be absent.
    for (const field of this.#optionalFields) if (fields[field] === "") delete fields[field];
    const violation = target.validator === null ? null : validateValue(target.validator, fields, this.#tables);
    if (violation !== null) {
      throw new ImportError(
        `Failed to insert or update a document in table "${table.name}" because it does not match the schema: ${violation}`,
      );
    }
    const { internal, creationTime } = await this.#place(
      _id as string | undefined,
      _creationTime as number | undefined,
    );
    const key = documentKey(target, internal);
    const document = { ...fields, _creationTime: creationTime, _id: encodeId(target.num, internal) };
    const json = JSON.stringify(document);
    const entries = target.indexes.map((index) => indexEntryKey(index, document, key));
    this.#rows.push(file === undefined ? { key, json, entries } : { key, json, entries, file });
    this.#bytes += json.length;
    if (this.#rows.length >= PORTION_ROWS || this.#bytes >= PORTION_BYTES) await this.flush();
  }

  async flush(): Promise<void> {
    if (this.#rows.length === 0) return;
    const rows = this.#rows;
    this.#rows = [];
    this.#bytes = 0;
    const { session, position } = this.#options;
    await this.#run.database.call("stageRows", { session, target: position, rows });
  }

  async #place(id: string | undefined, creationTime: number | undefined) {
    if (id !== undefined && creationTime !== undefined) return { internal: decodeId(id)!.internal, creationTime };
    if (this.#ids.length === 0) this.#ids = await this.#run.database.call("importIds", { count: ID_PORTION });
    const fresh = this.#ids.shift()!;
    if (id !== undefined) return { internal: decodeId(id)!.internal, creationTime: fresh.creationTime };
    return creationTime === undefined ? fresh : { internal: internalAt(creationTime), creationTime };
  }
}

/** An id that begins with a creation time, as those that are made here do. */
function internalAt(creationTime: number): Buffer {
  const internal = Buffer.allocUnsafe(INTERNAL_BYTES);
  internal.writeDoubleBE(creationTime, 0);
  randomBytes(INTERNAL_BYTES - TIME_BYTES).copy(internal, TIME_BYTES);
  return internal;
}

function optionalFields(validator: ValidatorJson | null): Set<string> {
  if (validator?.type !== "object") return new Set();
  return new Set(Object.entries(validator.value).flatMap(([name, { optional }]) => (optional ? [name] : [])));
}
