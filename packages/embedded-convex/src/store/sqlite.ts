import { DatabaseSync, type SQLInputValue, type StatementSync } from "node:sqlite";
import type { StorageFailure } from "./failures.ts";
import { storageFailureOf } from "./failures.ts";

/** How hard a commit is pushed to the disk. `off` exists for one durability test and loses acknowledged data on power loss. */
export type SyncMode = "full" | "off";

/** Values that can be bound to and read from a column. */
export type SqlValue = string | number | bigint | Uint8Array | null;

/** Shared by the statements of a database: what has failed in the transaction that is open. */
interface TransactionState {
  failure: StorageFailure | null;
}

/** A prepared statement whose rows come back as arrays, in column order. */
export class Statement {
  readonly #statement: StatementSync;
  readonly #state: TransactionState;

  constructor(statement: StatementSync, state: TransactionState) {
    this.#statement = statement;
    this.#state = state;
    statement.setReturnArrays(true);
  }

  /**
   * @throws StorageFailure if the disk takes no more, and from then on for every other statement until the rollback: SQLite may
   * have ended the transaction by itself, and what came afterwards would be committed alone.
   */
  run(...values: SQLInputValue[]): void {
    if (this.#state.failure !== null) throw this.#state.failure;
    try {
      this.#statement.run(...values);
    } catch (error) {
      this.#state.failure = storageFailureOf(error);
      throw this.#state.failure ?? error;
    }
  }

  /** The first row, or undefined. */
  get<Row extends SqlValue[]>(...values: SQLInputValue[]): Row | undefined {
    return this.#statement.get(...values) as unknown as Row | undefined;
  }

  all<Row extends SqlValue[]>(...values: SQLInputValue[]): Row[] {
    return this.#statement.all(...values) as unknown as Row[];
  }
}

/** A second connection to the file of a database, which sees what is committed and nothing of an open transaction. */
export class SqliteReader {
  readonly #database: DatabaseSync;

  constructor(file: string) {
    this.#database = new DatabaseSync(file, { readOnly: true });
  }

  prepare(sql: string): Statement {
    return new Statement(this.#database.prepare(sql), { failure: null });
  }

  close(): void {
    this.#database.close();
  }
}

/**
 * The only file that knows which SQLite binding is used. One connection that writes; the statements of readers (here and on the
 * thread that searches vectors) never outlive a call: a checkpoint therefore hardly ever waits for another reader, and no
 * iterator is kept open across statements (an open one would pin the write-ahead log).
 */
export class SqliteDatabase {
  readonly #database: DatabaseSync;
  readonly #state: TransactionState = { failure: null };
  #commitsSinceCheckpoint = 0;

  /** @throws when the file cannot be opened or is not a database. */
  constructor(file: string, sync: SyncMode) {
    this.#database = new DatabaseSync(file);
    this.exec("PRAGMA journal_mode = WAL");
    this.exec(`PRAGMA synchronous = ${sync === "off" ? "OFF" : "FULL"}`);
    this.exec("PRAGMA cache_size = -65536");
    this.exec("PRAGMA temp_store = MEMORY");
    // The log is copied back by `afterCommit`, in bounded portions; the limit truncates the file after a rare burst.
    this.exec("PRAGMA wal_autocheckpoint = 4000");
    this.exec(`PRAGMA journal_size_limit = ${64 * 1024 * 1024}`);
  }

  exec(sql: string): void {
    this.#database.exec(sql);
  }

  prepare(sql: string): Statement {
    return new Statement(this.#database.prepare(sql), this.#state);
  }

  /** The single value of a pragma such as `user_version`. */
  pragma(name: string): SqlValue {
    return this.prepare(`PRAGMA ${name}`).get()?.[0] ?? null;
  }

  /** What has failed in the open transaction, which can therefore only be rolled back. */
  get failure(): StorageFailure | null {
    return this.#state.failure;
  }

  /** Ends the open transaction without effect, also one that a failure has ended. */
  rollback(): void {
    this.#state.failure = null;
    if (this.#database.isTransaction) this.#database.exec("ROLLBACK");
  }

  /** Keeps the write-ahead log bounded even if automatic checkpoints fall behind. */
  afterCommit(): void {
    if (++this.#commitsSinceCheckpoint >= CHECKPOINT_EVERY_COMMITS) this.checkpoint("RESTART");
  }

  /**
   * Copies the log into the database. When the disk is full the log just stays as it is, and goes on holding what was committed.
   *
   * @throws if the disk fails in another way.
   */
  checkpoint(mode: "RESTART" | "TRUNCATE"): void {
    this.#commitsSinceCheckpoint = 0;
    try {
      this.exec(`PRAGMA wal_checkpoint(${mode})`);
    } catch (error) {
      if (storageFailureOf(error) === null) throw error;
    }
  }

  close(): void {
    this.checkpoint("TRUNCATE");
    this.#database.close();
  }
}

const CHECKPOINT_EVERY_COMMITS = 5000;

/** The database as it is at this moment, on a read-only connection of its own, until it is closed. */
export class SqliteSnapshot {
  readonly #database: DatabaseSync;

  constructor(file: string) {
    this.#database = new DatabaseSync(file, { readOnly: true, timeout: 5000 });
    this.#database.exec("BEGIN");
    // The snapshot is taken by the first read.
    this.#database.exec("SELECT count(*) FROM sqlite_master");
  }

  prepare(sql: string): Statement {
    return new Statement(this.#database.prepare(sql), { failure: null });
  }

  close(): void {
    this.#database.close();
  }
}
