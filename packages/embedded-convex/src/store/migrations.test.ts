import { mkdtempSync, rmSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { StoredFiles } from "../functions/storedFiles.ts";
import { encodeId } from "../values/ids.ts";
import { Catalog, documentKey } from "./catalog.ts";
import { databaseFile } from "./format.ts";
import { APPLICATION_ID, FORMAT_VERSION } from "./inspect.ts";
import { Store } from "./store.ts";

/** As the first release made it. */
const FIRST_FORMAT = `
CREATE TABLE docs(k BLOB PRIMARY KEY, j TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE idx(ix INTEGER NOT NULL, k BLOB NOT NULL, d BLOB NOT NULL, PRIMARY KEY(ix, k)) WITHOUT ROWID;
CREATE TABLE tables(num INTEGER PRIMARY KEY, component TEXT NOT NULL, name TEXT NOT NULL, UNIQUE(component, name));
CREATE TABLE indexes(num INTEGER PRIMARY KEY, tbl INTEGER NOT NULL, name TEXT NOT NULL, fields TEXT NOT NULL, state TEXT NOT NULL);
CREATE TABLE requests(session TEXT NOT NULL, request INTEGER NOT NULL, ts TEXT NOT NULL, result TEXT NOT NULL, at INTEGER NOT NULL,
  PRIMARY KEY(session, request)) WITHOUT ROWID;
CREATE TABLE jobs(state INTEGER NOT NULL, due REAL NOT NULL, k BLOB NOT NULL, target TEXT NOT NULL, PRIMARY KEY(state, due, k)) WITHOUT ROWID;
CREATE TABLE files(k BLOB PRIMARY KEY, file TEXT NOT NULL, uuid TEXT NOT NULL UNIQUE) WITHOUT ROWID;
CREATE TABLE modules(hash TEXT PRIMARY KEY, source TEXT NOT NULL, map TEXT) WITHOUT ROWID;
CREATE TABLE kv(k TEXT PRIMARY KEY, v TEXT NOT NULL) WITHOUT ROWID;`;

const UUID = "1d0c2a5e-8b6f-4c3a-9f7e-2b4d6a8c0e1f";
const internal = Buffer.alloc(16, 3);

let folder: string;
beforeEach(() => (folder = mkdtempSync(path.join(tmpdir(), "embedded-convex-migrations-"))));
afterEach(() => rmSync(folder, { recursive: true, force: true }));

it("leads from the first format to the current one, with all data, ids and files", () => {
  const old = new DatabaseSync(databaseFile(folder));
  old.exec(`PRAGMA journal_mode = WAL; ${FIRST_FORMAT}`);
  old.exec(`PRAGMA application_id = ${APPLICATION_ID}; PRAGMA user_version = 1`);
  const addTable = old.prepare("INSERT INTO tables VALUES(?, ?, ?)");
  for (const [num, component, name] of [
    [10001, "", "_scheduled_functions"],
    [10002, "", "_storage"],
    [10003, "", "notes"],
    [10004, "part", "notes"],
  ] as const) {
    addTable.run(num, component, name);
    const id = encodeId(num, internal);
    const json = JSON.stringify({ _id: id, sha256: "x", size: 1 });
    old.prepare("INSERT INTO docs VALUES(?, ?)").run(documentKey({ tablet: num }, internal), json);
  }
  old.prepare("INSERT INTO files VALUES(?, 'file', ?)").run(documentKey({ tablet: 10002 }, internal), UUID);
  old.exec(`INSERT INTO indexes VALUES(7, 10003, 'by_text', '["text"]', 'active')`);
  old.close();

  const store = new Store({ folder, sync: "off", now: () => 0 });
  const catalog = new Catalog(store);
  expect(store.database.pragma("user_version")).toBe(FORMAT_VERSION);
  expect(catalog.table("", "notes")).toMatchObject({ num: 10003, tablet: 10003, creationIndex: null });
  expect(catalog.table("", "notes")!.indexes.get("by_text")).toMatchObject({ num: 7, fields: ["text"] });
  for (const [num, component] of [
    [10003, ""],
    [10004, "part"],
  ] as const) {
    const at = catalog.locate(component, encodeId(num, internal))!;
    expect(store.getDocument(at.key)).toContain(encodeId(num, internal));
  }
  expect(catalog.locateJob(encodeId(10001, internal))).not.toBeNull();
  expect(new StoredFiles(store, catalog).locateByUuid(UUID)).toMatchObject({
    file: "file",
    storageId: encodeId(10002, internal),
  });
  // What is made from now on does not meet what is there.
  const next = store.write(() => [catalog.ensureTable("", "more"), catalog.ensureTable("", "_exports")]);
  expect(next.map(({ num }) => num)).toEqual([10005, 8000]);
  expect(new Set(next.map(({ tablet }) => tablet))).toEqual(new Set([10005, 10006]));
  store.close();
});
