import type { Catalog, DocumentLocation, IndexInfo, TableInfo } from "../store/catalog.ts";
import { documentKey, indexEntryKey } from "../store/catalog.ts";
import { DOCUMENTS, type DocumentSource, type Store } from "../store/store.ts";
import { encodeId } from "../values/ids.ts";
import { type ConvexJson, type ConvexJsonObject, sortedFields } from "../values/json.ts";
import { documentProblem, validateValue } from "../values/validator.ts";
import { Usage } from "./limits.ts";
import { ReadSet, WriteSet } from "./readSet.ts";
import { checkSystemFields } from "./systemFields.ts";

/** What a transaction works on; shared by all of them. */
export interface TransactionHost {
  readonly store: Store;
  readonly catalog: Catalog;
  /** Told about every written document, for schemas that are being rolled out. */
  onDocumentWritten(table: TableInfo, document: ConvexJsonObject): void;
}

/** A job to arm once the transaction is committed. */
export interface ScheduledJob {
  due: number;
}

/** What a function has said by `log.audit`, with its variables filled in; for the operator, once the transaction is committed. */
export interface AuditEntry {
  /** The function, with its component (`vault/notes:add`). */
  function: string;
  requestId: string;
  /** Milliseconds since 1970. */
  atMs: number;
  body: ConvexJson;
}

/** A file to delete once the transaction is committed. */
export type ObsoleteFile = string;

/**
 * One query or mutation with everything it calls. Writes go straight into SQLite, inside a savepoint, so reads see them; the
 * transaction itself records what was touched, and enforces schemas and limits.
 */
export class Transaction {
  readonly usage: Usage;
  readonly reads: ReadSet;
  readonly writes = new WriteSet();
  readonly scheduled: ScheduledJob[] = [];
  readonly obsoleteFiles: ObsoleteFile[] = [];
  /** Files that were stored for rows of this transaction, and are obsolete if it is rolled back. */
  readonly newFiles: ObsoleteFile[] = [];
  /** Of these, the files of parts that were rolled back. */
  readonly abandonedFiles: ObsoleteFile[] = [];
  /** Entries for the operator that stand for what is committed. */
  readonly audits: AuditEntry[] = [];
  readonly writable: boolean;
  /** What was committed at this time or before is seen, and nothing that is committed later. */
  readonly snapshotTs: bigint;
  /** When its own writes will count as committed, in nanoseconds: later than those of all transactions before it. */
  readonly commitTs: bigint;
  /** Where documents are read from. */
  readonly source: DocumentSource;
  /** Set by the executor when the function has returned or was given up on: code that goes on must not touch the database. */
  ended = false;
  #depth = 0;
  readonly #host: TransactionHost;

  constructor(host: TransactionHost, options: { writable: boolean; source?: DocumentSource; usage?: Usage }) {
    this.#host = host;
    this.writable = options.writable;
    this.source = options.source ?? host.store;
    this.usage = options.usage ?? new Usage();
    this.reads = new ReadSet();
    const { clock, committedTs } = host.store;
    this.snapshotTs = options.source === undefined ? clock.lastTs : committedTs;
    this.commitTs = this.writable ? clock.nextTs() : this.snapshotTs;
  }

  /** A transaction beside this one that reads what was committed before it began, at the expense of its limits. */
  atSnapshot(): Transaction {
    return new Transaction(this.#host, { writable: false, source: this.store.committed(), usage: this.usage });
  }

  get store(): Store {
    return this.#host.store;
  }

  get catalog(): Catalog {
    return this.#host.catalog;
  }

  /** Runs `body` so that its writes vanish if it throws. */
  async nested<Result>(body: () => Promise<Result>): Promise<Result> {
    const depth = this.#depth++;
    const marks = {
      writes: this.writes.length,
      scheduled: this.scheduled.length,
      files: this.obsoleteFiles.length,
      newFiles: this.newFiles.length,
    };
    const [audits, usage] = [this.audits.length, this.usage.mark()];
    const catalogMark = this.catalog.mark;
    this.store.openSavepoint(depth);
    try {
      const result = await body();
      this.assertRunning();
      this.store.releaseSavepoint(depth);
      return result;
    } catch (error) {
      // The savepoints of a transaction that was given up on are gone; others may have the same names by now.
      this.assertRunning();
      this.store.rollbackSavepoint(depth);
      this.catalog.rollback(catalogMark);
      this.writes.truncate(marks.writes);
      this.scheduled.length = marks.scheduled;
      this.obsoleteFiles.length = marks.files;
      this.abandonedFiles.push(...this.newFiles.splice(marks.newFiles));
      this.audits.length = audits;
      this.usage.undoWrites(usage);
      throw error;
    } finally {
      this.#depth--;
    }
  }

  /** The document as Convex JSON text, or null. */
  get(key: Uint8Array): string | null {
    const json = this.source.getDocument(key);
    if (!this.writable) this.reads.addDocument(key);
    this.usage.add("databaseQueries", 1);
    if (json !== null) this.#countRead(json);
    return json;
  }

  /** Inserts a document with a new id and returns that. @throws if `fields` contain system fields, which cannot be right. */
  insert(table: TableInfo, fields: ConvexJsonObject): string {
    const { creationTime, internal } = this.store.clock.nextDocument();
    const id = encodeId(table.num, internal);
    checkSystemFields(fields, { _id: id, _creationTime: creationTime });
    this.#write(table, documentKey(table, internal), null, { ...fields, _creationTime: creationTime, _id: id });
    return id;
  }

  /** Inserts a document that was created elsewhere, with all its fields. @throws if its id is taken. */
  insertImported(table: TableInfo, key: Buffer, document: ConvexJsonObject): void {
    if (this.store.getDocument(key) !== null) throw new Error(`Duplicate _id ${document._id as string}`);
    this.#write(table, key, null, document);
  }

  /** Replaces all fields but the system ones; `change` gets the stored document. @throws if there is none. */
  update(at: DocumentLocation, verb: string, change: (old: ConvexJsonObject) => ConvexJsonObject): void {
    const document = this.#load(at, verb);
    const system = { _id: document._id as string, _creationTime: document._creationTime as number };
    const changed = change(document);
    checkSystemFields(changed, system);
    const next: ConvexJsonObject = { ...changed, ...system };
    this.#write(at.table, at.key, document, next);
  }

  remove(at: DocumentLocation): void {
    this.#write(at.table, at.key, this.#load(at, "Delete"), null);
  }

  /** @throws if the function has been given up on. */
  assertRunning(): void {
    if (this.ended) throw new Error("This function has ended; it cannot use the database any more.");
  }

  #load({ key }: DocumentLocation, verb: string): ConvexJsonObject {
    const json = this.store.getDocument(key);
    if (json === null) throw new Error(`${verb} on nonexistent document ID ${this.catalog.idOfKey(key)}`);
    this.#countRead(json);
    return JSON.parse(json) as ConvexJsonObject;
  }

  #countRead(json: string): void {
    this.usage.add("documentsRead", 1);
    this.usage.add("bytesRead", json.length);
  }

  #write(table: TableInfo, key: Buffer, old: ConvexJsonObject | null, written: ConvexJsonObject | null): void {
    if (!this.writable) throw new Error("Queries cannot write to the database.");
    const next = written === null ? null : sortedFields(written);
    if (next !== null) this.#check(table, next);
    const json = next === null ? null : JSON.stringify(next);
    // Everything that may throw comes before the first change: the function may catch it and go on.
    if (!isSystemTable(table)) {
      this.usage.add("documentsWritten", 1);
      this.usage.add("bytesWritten", json?.length ?? 0);
    }
    this.writes.add(DOCUMENTS, key);
    for (const index of table.maintained) this.#writeIndex(index, key, old, next);
    this.catalog.search.update(table.tablet, key, old, next, this.writes);
    if (json === null) this.store.removeDocument(key);
    else this.store.putDocument(key, json);
  }

  #writeIndex(index: IndexInfo, key: Buffer, old: ConvexJsonObject | null, next: ConvexJsonObject | null): void {
    const oldKey = old === null ? null : indexEntryKey(index, old, key);
    const nextKey = next === null ? null : indexEntryKey(index, next, key);
    if (oldKey !== null) this.writes.add(index.num, oldKey);
    if (oldKey !== null && nextKey !== null && oldKey.equals(nextKey)) return;
    if (oldKey !== null) this.store.removeIndexEntry(index.num, oldKey);
    if (nextKey === null) return;
    this.writes.add(index.num, nextKey);
    this.store.putIndexEntry(index.num, nextKey, key);
  }

  #check(table: TableInfo, document: ConvexJsonObject): void {
    // What this package writes for a function, such as the arguments of a job, has limits of its own.
    const problem = isSystemTable(table) ? null : documentProblem(document);
    if (problem !== null) throw new Error(problem);
    const violation = schemaViolation(this.catalog, table, document);
    if (violation !== null) {
      throw new Error(
        `Failed to insert or update a document in table "${table.name}" because it does not match the schema: ${violation}`,
      );
    }
    this.#host.onDocumentWritten(table, document);
  }
}

function isSystemTable({ name }: TableInfo): boolean {
  return name.startsWith("_");
}

/** Why a document does not fit its table's validator, or null. */
export function schemaViolation(
  catalog: Catalog,
  table: TableInfo,
  document: ConvexJsonObject,
  validator = table.validator,
): string | null {
  if (validator === null) return null;
  const { _id, _creationTime, ...fields } = document;
  const { component } = table;
  return validateValue(validator, fields, catalog.tableNumbers(component), catalog.tableNames(component));
}
