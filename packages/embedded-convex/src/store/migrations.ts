import type { SqliteDatabase } from "./sqlite.ts";

/**
 * What leads from each older format to the next one, by the older version's number. Each runs in one transaction together with
 * the change of the version, so a crash leaves either format and never something in between. They must stay as they are: a
 * folder may come from any version that was ever released.
 */
export const MIGRATIONS: Readonly<Record<number, string>> = {
  // Tables get tablets; the address of a file may, for a while, belong to an old and a new row.
  1: `
    ALTER TABLE tables RENAME TO tables1;
    CREATE TABLE tables(tablet INTEGER PRIMARY KEY, num INTEGER NOT NULL, component TEXT NOT NULL, name TEXT NOT NULL, state TEXT NOT NULL);
    INSERT INTO tables SELECT num, num, component, name, 'active' FROM tables1;
    DROP TABLE tables1;
    CREATE UNIQUE INDEX active_tables ON tables(component, name) WHERE state = 'active';
    ALTER TABLE files RENAME TO files1;
    CREATE TABLE files(k BLOB PRIMARY KEY, file TEXT NOT NULL, uuid TEXT NOT NULL) WITHOUT ROWID;
    INSERT INTO files SELECT k, file, uuid FROM files1;
    DROP TABLE files1;
    CREATE INDEX files_by_uuid ON files(uuid);`,
  // Text and vector indexes; a journal of imports.
  2: `
    CREATE TABLE appended(k BLOB PRIMARY KEY) WITHOUT ROWID;
    CREATE TABLE search_terms(ix INTEGER NOT NULL, t BLOB NOT NULL, n INTEGER NOT NULL, tail BLOB NOT NULL, PRIMARY KEY(ix, t)) WITHOUT ROWID;
    CREATE TABLE search_blocks(ix INTEGER NOT NULL, t BLOB NOT NULL, first BLOB NOT NULL, data BLOB NOT NULL, PRIMARY KEY(ix, t, first)) WITHOUT ROWID;
    CREATE TABLE search_stats(ix INTEGER PRIMARY KEY, documents INTEGER NOT NULL, words INTEGER NOT NULL);
    CREATE TABLE vectors(ix INTEGER NOT NULL, d BLOB NOT NULL, filters TEXT NOT NULL, data BLOB NOT NULL, PRIMARY KEY(ix, d)) WITHOUT ROWID;`,
  // Long documents are stored apart from now on; those that are there already stay where they are until they are written.
  3: `
    CREATE TABLE bodies(id INTEGER PRIMARY KEY, j TEXT NOT NULL);
    CREATE TRIGGER body_removed AFTER DELETE ON docs WHEN substr(old.j, 1, 1) = '@' BEGIN
      DELETE FROM bodies WHERE id = CAST(substr(old.j, 2) AS INTEGER);
    END;
    CREATE TRIGGER body_replaced AFTER UPDATE OF j ON docs WHEN substr(old.j, 1, 1) = '@' BEGIN
      DELETE FROM bodies WHERE id = CAST(substr(old.j, 2) AS INTEGER);
    END;`,
};

/** Brings a database from an older format to `version`. */
export function migrate(database: SqliteDatabase, version: number): void {
  for (let from = Number(database.pragma("user_version")); from < version; from++) {
    database.exec("BEGIN IMMEDIATE");
    database.exec(MIGRATIONS[from]!);
    database.exec(`PRAGMA user_version = ${from + 1}`);
    database.exec("COMMIT");
  }
}
