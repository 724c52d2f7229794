import { BODY_MARK, MAX_INLINE } from "./bodies.ts";
import { Clock, type ClockState } from "./clock.ts";
import { isStorageFailure, storageFailureOf } from "./failures.ts";
import { databaseFile, openDatabase } from "./format.ts";
import { KeyValues } from "./keyValues.ts";
import { SessionRequests } from "./sessionRequests.ts";
import { type SqliteDatabase, SqliteReader, type Statement, type SyncMode } from "./sqlite.ts";

/** A row of a range scan: its place in the index, and the document as Convex JSON text. */
export type ScanRow = [key: Uint8Array, json: string];

/** Where documents are read from: the open transaction's state, or what is committed. */
export interface DocumentSource {
  getDocument(key: Uint8Array): string | null;
  scan(index: number, low: Uint8Array, high: Uint8Array, order: "asc" | "desc", limit: number): ScanRow[];
  countDocuments(low: Uint8Array, high: Uint8Array): number;
  /** A statement that reads the same state. */
  prepare(sql: string): Statement;
}

/** The key space a range belongs to: the documents themselves, or one developer index. */
export const DOCUMENTS = 0;

/**
 * Documents and index entries as bytes, inside one write transaction at a time. Knows nothing of tables, schemas or functions;
 * the catalog and the transaction give the keys their meaning.
 */
export class Store implements DocumentSource {
  readonly database: SqliteDatabase;
  readonly clock: Clock;
  readonly kv: KeyValues;
  readonly requests: SessionRequests;
  readonly #statements: ReturnType<typeof prepareStatements>;
  readonly #file: string;
  #committed: CommittedDocuments | null = null;
  #changesBefore = 0;
  /** The time of the last commit. */
  committedTs: bigint;
  readonly #savepoints: { open: Statement; release: Statement; rollback: Statement }[] = [];

  constructor(options: { folder: string; sync: SyncMode; now: () => number }) {
    this.#file = databaseFile(options.folder);
    this.database = openDatabase(options.folder, options.sync);
    this.#statements = prepareStatements(this.database);
    this.kv = new KeyValues(this.database);
    this.requests = new SessionRequests(this.database, options.now);
    this.clock = new Clock(this.kv.getJson<ClockState>("clock"), options.now);
    this.committedTs = this.clock.lastTs;
  }

  begin(): void {
    this.#changesBefore = this.#totalChanges();
    this.#statements.begin.run();
  }

  /**
   * Durable when it returns (nothing is synced if nothing was written).
   *
   * @throws StorageFailure when the disk is full: nothing was written and the transaction is over. Any other failure is fatal:
   * nobody can tell what reached the disk, so the process must end.
   */
  commit(): void {
    try {
      this.#commit();
    } catch (error) {
      const failure = isStorageFailure(error) ? error : storageFailureOf(error);
      if (failure === null) throw error;
      this.rollback();
      // Most of what a full disk holds is of others, but the log may have shrunk for the next one.
      this.database.checkpoint("TRUNCATE");
      throw failure;
    }
  }

  #commit(): void {
    if (this.database.failure !== null) throw this.database.failure;
    if (this.#totalChanges() === this.#changesBefore) {
      this.rollback();
      return;
    }
    this.kv.setJson("clock", this.clock.state());
    this.#statements.commit.run();
    this.committedTs = this.clock.lastTs;
    this.database.afterCommit();
  }

  rollback(): void {
    this.database.rollback();
  }

  /** Runs `body` in a transaction of its own, for start-up and tests. */
  write<Result>(body: () => Result): Result {
    this.begin();
    try {
      const result = body();
      this.commit();
      return result;
    } catch (error) {
      this.rollback();
      throw error;
    }
  }

  openSavepoint(depth: number): void {
    this.#savepoint(depth).open.run();
  }

  releaseSavepoint(depth: number): void {
    this.#savepoint(depth).release.run();
  }

  rollbackSavepoint(depth: number): void {
    this.#savepoint(depth).rollback.run();
    this.#savepoint(depth).release.run();
  }

  getDocument(key: Uint8Array): string | null {
    return documentOf(this.#statements, this.#statements.getDocument.get<[string]>(key)?.[0]);
  }

  putDocument(key: Uint8Array, json: string): void {
    this.#statements.putDocument.run(key, json.length > MAX_INLINE ? this.#putBody(json) : json);
  }

  /** Stores a long text apart, and returns what takes its place; it goes with that place (by a trigger). */
  #putBody(json: string): string {
    return BODY_MARK + this.#statements.putBody.get<[number]>(json)![0];
  }

  removeDocument(key: Uint8Array): void {
    this.#statements.removeDocument.run(key);
  }

  putIndexEntry(index: number, key: Uint8Array, document: Uint8Array): void {
    this.#statements.putIndexEntry.run(index, key, document);
  }

  removeIndexEntry(index: number, key: Uint8Array): void {
    this.#statements.removeIndexEntry.run(index, key);
  }

  /** Removes up to `limit` entries of an index; returns how many. */
  removeIndexEntries(index: number, limit: number): number {
    const before = this.#totalChanges();
    this.#statements.removeIndexEntries.run(index, index, limit);
    return this.#totalChanges() - before;
  }

  /** Up to `limit` rows with `low <= key < high`; `index` DOCUMENTS scans the documents themselves. */
  scan(index: number, low: Uint8Array, high: Uint8Array, order: "asc" | "desc", limit: number): ScanRow[] {
    return scanRows(this.#statements, index, low, high, order, limit);
  }

  countDocuments(low: Uint8Array, high: Uint8Array): number {
    return this.#statements.countDocuments.get<[number]>(low, high)?.[0] ?? 0;
  }

  prepare(sql: string): Statement {
    return this.database.prepare(sql);
  }

  /** The documents without what the open transaction has written. */
  committed(): DocumentSource {
    return (this.#committed ??= new CommittedDocuments(this.#file));
  }

  close(): void {
    this.#committed?.close();
    this.database.close();
  }

  #totalChanges(): number {
    return this.#statements.totalChanges.get<[number]>()?.[0] ?? 0;
  }

  #savepoint(depth: number) {
    return (this.#savepoints[depth] ??= {
      open: this.database.prepare(`SAVEPOINT s${depth}`),
      release: this.database.prepare(`RELEASE s${depth}`),
      rollback: this.database.prepare(`ROLLBACK TO s${depth}`),
    });
  }
}

/** Reads over a connection of its own. */
class CommittedDocuments implements DocumentSource {
  readonly #reader: SqliteReader;
  readonly #statements: ReturnType<typeof prepareReads>;

  constructor(file: string) {
    this.#reader = new SqliteReader(file);
    this.#statements = prepareReads(this.#reader);
  }

  getDocument(key: Uint8Array): string | null {
    return documentOf(this.#statements, this.#statements.getDocument.get<[string]>(key)?.[0]);
  }

  scan(index: number, low: Uint8Array, high: Uint8Array, order: "asc" | "desc", limit: number): ScanRow[] {
    return scanRows(this.#statements, index, low, high, order, limit);
  }

  countDocuments(low: Uint8Array, high: Uint8Array): number {
    return this.#statements.countDocuments.get<[number]>(low, high)?.[0] ?? 0;
  }

  prepare(sql: string): Statement {
    return this.#reader.prepare(sql);
  }

  close(): void {
    this.#reader.close();
  }
}

function scanRows(
  statements: ReturnType<typeof prepareReads>,
  index: number,
  low: Uint8Array,
  high: Uint8Array,
  order: "asc" | "desc",
  limit: number,
): ScanRow[] {
  let rows: ScanRow[];
  if (index === DOCUMENTS) {
    const statement = order === "asc" ? statements.documentsAscending : statements.documentsDescending;
    rows = statement.all<ScanRow>(low, high, limit);
  } else {
    const statement = order === "asc" ? statements.indexAscending : statements.indexDescending;
    rows = statement.all<ScanRow>(index, low, high, limit);
  }
  for (const row of rows) if (row[1].startsWith(BODY_MARK)) row[1] = documentOf(statements, row[1])!;
  return rows;
}

/** The text of a document, which may be stored apart. */
function documentOf(statements: ReturnType<typeof prepareReads>, stored: string | undefined): string | null {
  if (stored === undefined) return null;
  if (!stored.startsWith(BODY_MARK)) return stored;
  return statements.getBody.get<[string]>(Number(stored.slice(BODY_MARK.length)))![0];
}

function prepareReads(database: Pick<SqliteDatabase, "prepare">) {
  const indexScan = (order: string) =>
    `SELECT i.k, d.j FROM idx i CROSS JOIN docs d ON d.k = i.d WHERE i.ix = ? AND i.k >= ? AND i.k < ? ORDER BY i.k ${order} LIMIT ?`;
  const documentScan = (order: string) => `SELECT k, j FROM docs WHERE k >= ? AND k < ? ORDER BY k ${order} LIMIT ?`;
  return {
    getDocument: database.prepare("SELECT j FROM docs WHERE k = ?"),
    documentsAscending: database.prepare(documentScan("ASC")),
    documentsDescending: database.prepare(documentScan("DESC")),
    indexAscending: database.prepare(indexScan("ASC")),
    indexDescending: database.prepare(indexScan("DESC")),
    getBody: database.prepare("SELECT j FROM bodies WHERE id = ?"),
    countDocuments: database.prepare("SELECT count(*) FROM docs WHERE k >= ? AND k < ?"),
  };
}

function prepareStatements(database: SqliteDatabase) {
  return {
    ...prepareReads(database),
    begin: database.prepare("BEGIN IMMEDIATE"),
    commit: database.prepare("COMMIT"),
    totalChanges: database.prepare("SELECT total_changes()"),
    putDocument: database.prepare("INSERT INTO docs(k, j) VALUES(?, ?) ON CONFLICT(k) DO UPDATE SET j = excluded.j"),
    putBody: database.prepare("INSERT INTO bodies(j) VALUES(?) RETURNING id"),
    removeDocument: database.prepare("DELETE FROM docs WHERE k = ?"),
    putIndexEntry: database.prepare("INSERT OR REPLACE INTO idx(ix, k, d) VALUES(?, ?, ?)"),
    removeIndexEntry: database.prepare("DELETE FROM idx WHERE ix = ? AND k = ?"),
    removeIndexEntries: database.prepare(
      "DELETE FROM idx WHERE ix = ? AND k IN (SELECT k FROM idx WHERE ix = ? LIMIT ?)",
    ),
  };
}
