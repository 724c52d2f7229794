import fs from "node:fs";
import path from "node:path";
import { BODIES_SCHEMA } from "./bodies.ts";
import { storageFailureOf } from "./failures.ts";
import { APPLICATION_ID, FORMAT_VERSION, inspectDatabase, UnusableDatabaseError } from "./inspect.ts";
import { migrate } from "./migrations.ts";
import { SqliteDatabase, type SyncMode } from "./sqlite.ts";

const QUICK_CHECK_MAX_BYTES = 64 * 1024 * 1024;

/**
 * - `tables`: the documents of an active table are those of its tablet; an import fills a hidden tablet and then takes the table
 *   over, which leaves the old one dropped, to be deleted in portions.
 * - `docs`: one row per document; the key is tablet number and time-ordered internal id, so a table is one contiguous range in
 *   creation order and needs no further index for that.
 * - `bodies`: the texts of long documents, see `bodies.ts`.
 * - `idx`: every developer index in one ordered table; `d` is the key in `docs`.
 * - `requests`: answers of mutations by session and request number, so that a resent mutation is not applied twice.
 * - `jobs`: pending, running and finished scheduled functions in due order; the target is kept outside the user's document.
 * - `files`: the file behind a `_storage` document.
 * - `appended`: rows of a running import that are already visible, to be taken back if it fails.
 * - `modules`: pushed code, by hash.
 * - `search_terms`, `search_blocks`, `search_stats`: words and filter values of text search indexes (`search/postingLists.ts`).
 * - `vectors`: vectors of vector indexes, by the internal id of their documents (`search/vectorRows.ts`).
 */
const SCHEMA = `
CREATE TABLE docs(k BLOB PRIMARY KEY, j TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE idx(ix INTEGER NOT NULL, k BLOB NOT NULL, d BLOB NOT NULL, PRIMARY KEY(ix, k)) WITHOUT ROWID;
CREATE TABLE tables(tablet INTEGER PRIMARY KEY, num INTEGER NOT NULL, component TEXT NOT NULL, name TEXT NOT NULL, state TEXT NOT NULL);
CREATE UNIQUE INDEX active_tables ON tables(component, name) WHERE state = 'active';
CREATE TABLE indexes(num INTEGER PRIMARY KEY, tbl INTEGER NOT NULL, name TEXT NOT NULL, fields TEXT NOT NULL, state TEXT NOT NULL);
CREATE TABLE requests(session TEXT NOT NULL, request INTEGER NOT NULL, ts TEXT NOT NULL, result TEXT NOT NULL, at INTEGER NOT NULL,
  PRIMARY KEY(session, request)) WITHOUT ROWID;
CREATE TABLE jobs(state INTEGER NOT NULL, due REAL NOT NULL, k BLOB NOT NULL, target TEXT NOT NULL, PRIMARY KEY(state, due, k)) WITHOUT ROWID;
CREATE TABLE files(k BLOB PRIMARY KEY, file TEXT NOT NULL, uuid TEXT NOT NULL) WITHOUT ROWID;
CREATE INDEX files_by_uuid ON files(uuid);
CREATE TABLE appended(k BLOB PRIMARY KEY) WITHOUT ROWID;
CREATE TABLE modules(hash TEXT PRIMARY KEY, source TEXT NOT NULL, map TEXT) WITHOUT ROWID;
CREATE TABLE kv(k TEXT PRIMARY KEY, v TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE search_terms(ix INTEGER NOT NULL, t BLOB NOT NULL, n INTEGER NOT NULL, tail BLOB NOT NULL, PRIMARY KEY(ix, t)) WITHOUT ROWID;
CREATE TABLE search_blocks(ix INTEGER NOT NULL, t BLOB NOT NULL, first BLOB NOT NULL, data BLOB NOT NULL, PRIMARY KEY(ix, t, first)) WITHOUT ROWID;
CREATE TABLE search_stats(ix INTEGER PRIMARY KEY, documents INTEGER NOT NULL, words INTEGER NOT NULL);
CREATE TABLE vectors(ix INTEGER NOT NULL, d BLOB NOT NULL, filters TEXT NOT NULL, data BLOB NOT NULL, PRIMARY KEY(ix, d)) WITHOUT ROWID;
${BODIES_SCHEMA}`;

/** The database in a data folder. */
export function databaseFile(folder: string): string {
  return path.join(folder, "convex.sqlite");
}

/**
 * Opens or creates the database in a folder.
 *
 * @throws UnusableDatabaseError if the file is damaged, foreign or written by a newer version; the file is not changed then.
 */
export function openDatabase(folder: string, sync: SyncMode): SqliteDatabase {
  const file = databaseFile(folder);
  const size = fs.existsSync(file) ? fs.statSync(file).size : 0;
  const exists = inspectDatabase(file, size <= QUICK_CHECK_MAX_BYTES ? "quick" : "header");
  let database: SqliteDatabase;
  try {
    database = new SqliteDatabase(file, sync);
    if (!exists) {
      create(database);
      // The names of the file and of its folder must survive a power loss as its content does.
      for (const directory of [folder, path.dirname(folder)]) syncDirectory(directory);
    }
    migrate(database, FORMAT_VERSION);
    // After a failed sync the last process ended, but the kernel may take the pages it could not write for written. What follows
    // them in the log would not survive a power loss; so nothing follows them: all is written once more, to the database.
    database.checkpoint("TRUNCATE");
  } catch (error) {
    if (error instanceof UnusableDatabaseError) throw error;
    const reason = storageFailureOf(error) ?? error;
    throw new UnusableDatabaseError(
      `The database ${file} cannot be opened: ${reason instanceof Error ? reason.message : String(reason)}`,
    );
  }
  return database;
}

function syncDirectory(directory: string): void {
  const descriptor = fs.openSync(directory, "r");
  try {
    fs.fsyncSync(descriptor);
  } finally {
    fs.closeSync(descriptor);
  }
}

function create(database: SqliteDatabase): void {
  // A crash between creating the file and committing the schema leaves an empty database behind: start over in that case.
  if (database.pragma("user_version") !== 0) return;
  database.exec("BEGIN IMMEDIATE");
  database.exec(SCHEMA);
  database.exec(`PRAGMA application_id = ${APPLICATION_ID}`);
  database.exec(`PRAGMA user_version = ${FORMAT_VERSION}`);
  database.exec("COMMIT");
}
