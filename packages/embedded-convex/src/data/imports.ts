import { randomUUID } from "node:crypto";
import type { Catalog, TableInfo } from "../store/catalog.ts";
import { documentKey } from "../store/catalog.ts";
import type { Statement } from "../store/sqlite.ts";
import type { Store } from "../store/store.ts";
import type { Executor } from "../transaction/executor.ts";
import type { Transaction } from "../transaction/transaction.ts";
import { decodeId } from "../values/ids.ts";
import type { ConvexJsonObject } from "../values/json.ts";
import { DroppedTables } from "./droppedTables.ts";
import type { AppendedRow, StagingOperations } from "./messages.ts";
import { StagedTables } from "./stagedTables.ts";
import type { TransferStates } from "./transferStates.ts";

export interface ImportServices {
  store: Store;
  catalog: Catalog;
  executor: Executor;
  /** Tables have been replaced: validators must be attached anew, and a push that is being prepared must start over. */
  tablesReplaced(): void;
  /** Deletes the entries of dropped indexes. */
  cleanUpIndexes(): Promise<void>;
  deleteFiles(files: string[]): void;
}

const LABEL = "import";
const CLEANUP_ROWS = 1000;
const UNDO_ROWS = 200;
const INTERRUPTED =
  "The import was interrupted, because the database was restarted. Nothing was changed; import again.";

/**
 * Imports, on the side of the database. Tables that are replaced, or were empty, are filled aside and put in place at once; rows
 * that are appended to a table in use go straight into it, with a journal (`appended`) by which they are taken back if the import
 * fails or the process dies. Each portion is a transaction of its own, so that others wait for milliseconds only.
 */
export class Imports {
  readonly #services: ImportServices;
  readonly #states: TransferStates;
  readonly #staged: StagedTables;
  readonly #dropped: DroppedTables;
  readonly #journal: Statement;
  readonly #journalled: Statement;
  readonly #forget: Statement;
  readonly #forgetAll: Statement;
  readonly #putFile: Statement;
  #session: string | null = null;
  #cleaning: Promise<void> = Promise.resolve();

  constructor(services: ImportServices, states: TransferStates) {
    this.#services = services;
    this.#states = states;
    const { store, catalog } = services;
    this.#staged = new StagedTables(store, catalog);
    this.#dropped = new DroppedTables(store);
    this.#journal = store.database.prepare("INSERT INTO appended(k) VALUES(?)");
    this.#journalled = store.database.prepare("SELECT k FROM appended LIMIT ?");
    this.#forget = store.database.prepare("DELETE FROM appended WHERE k = ?");
    this.#forgetAll = store.database.prepare("DELETE FROM appended");
    this.#putFile = store.database.prepare("INSERT INTO files(k, file, uuid) VALUES(?, ?, ?)");
  }

  /** Takes back what an import has left that was running when the process ended. Inside a write transaction. */
  recover(): void {
    this.#staged.dropHidden();
  }

  /** What the importing thread may call. */
  operations(): StagingOperations {
    return {
      beginImport: (call) => this.#begin(call),
      importIds: ({ count }) =>
        this.#services.executor.read(LABEL, () =>
          Array.from({ length: count }, () => this.#services.store.clock.nextDocument()),
        ),
      stageRows: ({ session, target, rows }) => this.#write(session, () => this.#staged.addRows(target, rows)),
      appendRows: ({ session, component, name, rows }) =>
        this.#write(session, (transaction) => this.#append(transaction, component, name, rows)),
      finishImport: (call) => this.#finish(call),
      abortImport: ({ session }) => this.#abort(session),
    };
  }

  /** Deletes, in the background, what is no longer needed. */
  cleanUp(): Promise<void> {
    this.#cleaning = this.#cleaning.then(() => this.#cleanUp());
    return this.#cleaning;
  }

  async #begin({ tables, drops }: Parameters<StagingOperations["beginImport"]>[0]) {
    // What a failed import has appended must be gone before the journal is used again, also if that one could not be aborted.
    this.#session = null;
    await this.cleanUp();
    const session = randomUUID();
    const targets = await this.#services.executor.write({ label: LABEL, run: () => this.#staged.begin(tables, drops) });
    this.#session = session;
    const components = [...new Set(["", ...tables.map(({ component }) => component)])];
    const numbers = Object.fromEntries(components.map((component) => [component, this.#staged.numbers(component)]));
    return { session, targets, numbers };
  }

  async #finish({ session, importId, rows }: Parameters<StagingOperations["finishImport"]>[0]): Promise<null> {
    const { catalog } = this.#services;
    try {
      await this.#write(session, (transaction) => {
        this.#staged.finish();
        this.#forgetAll.run();
        this.#services.tablesReplaced();
        transaction.writes.everything = true;
        this.#states.complete(transaction, importId, rows);
      });
    } catch (error) {
      // The transaction was rolled back; the catalog in memory was not.
      catalog.reload();
      this.#services.tablesReplaced();
      throw error;
    }
    this.#session = null;
    void this.cleanUp();
    return null;
  }

  async #abort(session: string): Promise<null> {
    if (session !== this.#session) return null;
    this.#session = null;
    await this.#services.executor.write({ label: LABEL, run: () => this.#staged.dropHidden() });
    await this.cleanUp();
    return null;
  }

  async #cleanUp(): Promise<void> {
    const { executor } = this.#services;
    if (this.#session === null) {
      while (await executor.write({ label: LABEL, run: (transaction) => this.#undo(transaction) }));
    }
    for (;;) {
      const files = await executor.write({ label: LABEL, run: () => this.#dropped.deletePortion(CLEANUP_ROWS) });
      if (files === null) break;
      if (files.length > 0) this.#services.deleteFiles(files);
    }
    await this.#services.cleanUpIndexes();
  }

  /** Takes some appended rows back; false when there are none. */
  #undo(transaction: Transaction): boolean {
    const { catalog, store } = this.#services;
    const keys = this.#journalled.all<[Uint8Array]>(UNDO_ROWS).map(([key]) => Buffer.from(key));
    for (const key of keys) {
      this.#forget.run(key);
      const table = catalog.tableOfKey(key);
      if (table === undefined || store.getDocument(key) === null) continue;
      transaction.remove({ table, key });
      this.#removeFile(transaction, key);
    }
    return keys.length > 0;
  }

  #removeFile(transaction: Transaction, key: Buffer): void {
    const { database } = this.#services.store;
    const file = database.prepare("SELECT file FROM files WHERE k = ?").get<[string]>(key)?.[0];
    if (file === undefined) return;
    database.prepare("DELETE FROM files WHERE k = ?").run(key);
    transaction.obsoleteFiles.push(file);
  }

  #append(transaction: Transaction, component: string, name: string, rows: readonly AppendedRow[]): void {
    const table = this.#services.catalog.table(component, name);
    if (table === undefined) throw new Error(`Table "${name}" was deleted while the import was running.`);
    for (const { json, file } of rows) {
      const { key, document } = this.#placed(table, JSON.parse(json) as ConvexJsonObject);
      transaction.insertImported(table, key, document);
      this.#journal.run(key);
      if (file !== undefined) this.#putFile.run(key, file.file, file.uuid ?? randomUUID());
    }
  }

  /** Where a row goes. @throws if its id cannot be one of this table. */
  #placed(table: TableInfo, row: ConvexJsonObject): { key: Buffer; document: ConvexJsonObject } {
    const fresh = this.#services.store.clock.nextDocument();
    const id = typeof row._id === "string" ? decodeId(row._id) : null;
    const internal = id?.internal ?? fresh.internal;
    const creationTime = typeof row._creationTime === "number" ? row._creationTime : fresh.creationTime;
    if (id !== null && id.tableNumber !== table.num) {
      throw new Error(
        `_id "${row._id as string}" has the table number ${id.tableNumber}, but table "${table.name}" has ${table.num}. Leave _id out, or import with --replace.`,
      );
    }
    if (table.creationIndex === null && Buffer.from(internal).readDoubleBE(0) !== creationTime) {
      throw new Error(
        `_id "${row._id as string}" comes from another deployment, and can only be imported into table "${table.name}" with --replace.`,
      );
    }
    const document = { ...row, _creationTime: creationTime, _id: row._id ?? "" };
    return {
      key: documentKey(table, internal),
      document: id === null ? this.#withId(table, document, internal) : document,
    };
  }

  #withId(table: TableInfo, document: ConvexJsonObject, internal: Uint8Array): ConvexJsonObject {
    return { ...document, _id: this.#services.catalog.idOfKey(documentKey(table, internal)) };
  }

  #write(session: string, run: (transaction: Transaction) => void): Promise<null> {
    if (session !== this.#session) return Promise.reject(new Error(INTERRUPTED));
    return this.#services.executor.write({ label: LABEL, run: (transaction) => (run(transaction), null) });
  }
}
