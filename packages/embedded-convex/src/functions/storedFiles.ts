import { randomUUID } from "node:crypto";
import type { Catalog, DocumentLocation } from "../store/catalog.ts";
import type { Statement } from "../store/sqlite.ts";
import type { Store } from "../store/store.ts";
import type { Transaction } from "../transaction/transaction.ts";
import type { ConvexJsonObject } from "../values/json.ts";

/** A file that is on disk and not yet known to the database. */
export interface NewFile {
  /** Its key in the FileStore. */
  file: string;
  /** Base64, as Convex shows it. */
  sha256: string;
  size: number;
  contentType: string | null;
}

/** What is needed to serve a file. */
export interface FileLocation {
  storageId: string;
  file: string;
  sha256: string;
  size: number;
  contentType: string | null;
}

const TABLE = "_storage";

/** `_storage` documents and the files behind them. URLs carry a random uuid, so that knowing an id does not give access. */
export class StoredFiles {
  readonly #store: Store;
  readonly #catalog: Catalog;
  readonly #add: Statement;
  readonly #remove: Statement;
  readonly #byKey: Statement;
  readonly #byUuid: Statement;
  readonly #all: Statement;

  constructor(store: Store, catalog: Catalog) {
    this.#store = store;
    this.#catalog = catalog;
    this.#add = store.database.prepare("INSERT INTO files(k, file, uuid) VALUES(?, ?, ?)");
    this.#remove = store.database.prepare("DELETE FROM files WHERE k = ?");
    this.#byKey = store.database.prepare("SELECT file, uuid FROM files WHERE k = ?");
    this.#byUuid = store.database.prepare("SELECT k, file FROM files WHERE uuid = ?");
    this.#all = store.database.prepare("SELECT file FROM files");
  }

  /** Adds the document of a stored file and returns its storage id. */
  add(transaction: Transaction, component: string, file: NewFile): string {
    const document: ConvexJsonObject = { sha256: file.sha256, size: file.size };
    if (file.contentType !== null) document.contentType = file.contentType;
    const id = transaction.insert(transaction.catalog.ensureTable(component, TABLE), document);
    this.#add.run(this.#catalog.locate(component, id)!.key, file.file, randomUUID());
    return id;
  }

  /** Removes the document; the file itself goes after the commit. @throws if there is none. */
  remove(transaction: Transaction, component: string, storageId: string): void {
    const at = this.#locate(component, storageId);
    const row = at === null ? undefined : this.#byKey.get<[string, string]>(at.key);
    if (at === null || row === undefined) throw new Error(`storage id ${storageId} not found`);
    this.#remove.run(at.key);
    transaction.remove(at);
    transaction.obsoleteFiles.push(row[0]);
  }

  /** The path of a file's URL (without the origin), or null. Makes a query depend on the document. */
  urlPath(transaction: Transaction, component: string, storageId: string): string | null {
    const at = this.#locate(component, storageId);
    if (at === null || transaction.get(at.key) === null) return null;
    const row = this.#byKey.get<[string, string]>(at.key);
    return row === undefined ? null : `/api/storage/${row[1]}`;
  }

  /** In the shape of `storage.getMetadata`, or null. */
  metadata(transaction: Transaction, component: string, storageId: string): ConvexJsonObject | null {
    const at = this.#locate(component, storageId);
    const json = at === null ? null : transaction.get(at.key);
    if (json === null) return null;
    const { sha256, size, contentType } = JSON.parse(json) as ConvexJsonObject;
    // Here the digest is hexadecimal; in the document it is base64.
    const hex = Buffer.from(sha256 as string, "base64").toString("hex");
    return { storageId, sha256: hex, size: size!, contentType: contentType ?? null };
  }

  /** The file behind a storage id of a component. */
  locate(component: string, storageId: string): FileLocation | null {
    const found = this.#locate(component, storageId);
    if (found === null) return null;
    const row = this.#byKey.get<[string, string]>(found.key);
    const json = this.#store.getDocument(found.key);
    if (row === undefined || json === null) return null;
    return locationOf(storageId, row[0], json);
  }

  /** The file behind a URL. */
  locateByUuid(uuid: string): FileLocation | null {
    // After an import that has replaced all files, the old row may not have been deleted yet.
    const rows = this.#byUuid.all<[Uint8Array, string]>(uuid);
    const row = rows.find(([key]) => this.#catalog.tableOfKey(key) !== undefined);
    const json = row === undefined ? null : this.#store.getDocument(row[0]);
    return row === undefined || json === null ? null : locationOf(this.#catalog.idOfKey(row[0]), row[1], json);
  }

  /** Every file that the database knows; others on disk are leftovers. */
  knownFiles(): string[] {
    return this.#all.all<[string]>().map(([file]) => file);
  }

  #locate(component: string, storageId: string): DocumentLocation | null {
    const found = this.#catalog.locate(component, storageId);
    return found?.table.name === TABLE ? found : null;
  }
}

function locationOf(storageId: string, file: string, json: string): FileLocation {
  const { sha256, size, contentType } = JSON.parse(json) as { sha256: string; size: number; contentType?: string };
  return { storageId, file, sha256, size, contentType: contentType ?? null };
}
