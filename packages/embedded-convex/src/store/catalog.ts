import type { ConvexJsonObject, ValidatorJson } from "../values/json.ts";
import type { SearchIndex, SearchIndexSpec } from "../search/definitions.ts";
import { type IndexedTable, SearchIndexes } from "../search/searchIndexes.ts";
import { decodeId, encodeId } from "../values/ids.ts";
import { encodeKey, indexKey } from "../values/keys.ts";
import { DOCUMENTS, type Store } from "./store.ts";
import type { Statement } from "./sqlite.ts";

/** `building` indexes are maintained by every write, but not read before the push that wants them is finished. */
export type IndexState = "active" | "building";

/** Stored for an index that is used no more, until its entries are deleted. */
const DROPPED = "dropped";

/** One developer index. Keys are the encoded values of `keyFields` followed by the 16 bytes of the internal document id. */
export interface IndexInfo {
  num: number;
  name: string;
  /** As the schema names them. */
  fields: readonly string[];
  /** What the keys are made of: `fields`, and in a table with a creation index also the creation time. */
  keyFields: readonly string[];
  state: IndexState;
}

/** One table of one component. Its documents are the range of `docs` that starts with `prefix`. */
export interface TableInfo {
  /** Where the documents are: another one after an import has replaced the table. Unique in the database. */
  tablet: number;
  /** What the ids of the documents begin with. Unique in the component only, since imported ids keep their numbers. */
  num: number;
  component: string;
  name: string;
  prefix: Buffer;
  /** Readable indexes by name. */
  indexes: Map<string, IndexInfo>;
  /** All indexes that a write must maintain. */
  maintained: IndexInfo[];
  /** By creation time; null for ordinary tables, whose ids begin with it. Imported ids may be of another kind. */
  creationIndex: IndexInfo | null;
  /** Checked on every write if the schema enforces it. */
  validator: ValidatorJson | null;
}

/** An index as a schema names it. */
export interface IndexSpec {
  name: string;
  fields: readonly string[];
}

/** Where a document is or would be. */
export interface DocumentLocation {
  table: TableInfo;
  /** In `docs`. */
  key: Buffer;
}

/** A table as other threads know it. */
export interface TableNumber {
  component: string;
  name: string;
  num: number;
}

/** Tables that exist in every component and that only this package writes. */
export const SYSTEM_TABLES = ["_scheduled_functions", "_storage"] as const;

/** The index of tables whose ids do not tell when a document was created. */
export const CREATION_INDEX = "by_creation_time";
const CREATION_TIME = "_creationTime";
/** Runs of crons are kept like scheduled functions, but are not shown to functions: Convex does not either. */
export const CRON_RUNS_TABLE = "_cron_runs";
const JOB_TABLES = ["_scheduled_functions", CRON_RUNS_TABLE] as const;

const FIRST_TABLE_NUMBER = 10001;
/**
 * System tables have ranges of their own, so that the numbers of an imported deployment do not meet them. (Convex gives its
 * system tables numbers below 1000 and its users' tables those from 10001.)
 */
const FIRST_SYSTEM_NUMBERS: Readonly<Record<string, number>> = {
  _scheduled_functions: 5000,
  _storage: 6000,
  _snapshot_imports: 7000,
  _exports: 8000,
  [CRON_RUNS_TABLE]: 9000,
};
const SYSTEM_NUMBERS = 1000;
const TABLE_PREFIX_BYTES = 4;

/** Which tables and indexes exist, per component path; the in-memory side of `tables` and `indexes`. */
export class Catalog {
  /** Text and vector indexes. */
  readonly search: SearchIndexes;
  readonly #store: Store;
  readonly #byComponent = new Map<string, { names: Map<string, TableInfo>; numbers: Map<number, TableInfo> }>();
  readonly #byTablet = new Map<number, TableInfo>();
  /** Tables in the order in which they were made, so that a rolled-back transaction can take its own back. */
  readonly #created: TableInfo[] = [];
  #version = 0;
  readonly #addTable: Statement;
  readonly #addIndex: Statement;
  readonly #setIndexState: Statement;
  readonly #dropped: Statement;
  readonly #forgetIndex: Statement;

  constructor(store: Store) {
    this.#store = store;
    this.search = new SearchIndexes(store);
    this.#addTable = store.database.prepare(
      "INSERT INTO tables(tablet, num, component, name, state) VALUES(?, ?, ?, ?, 'active')",
    );
    this.#addIndex = store.database.prepare("INSERT INTO indexes(num, tbl, name, fields, state) VALUES(?, ?, ?, ?, ?)");
    this.#setIndexState = store.database.prepare("UPDATE indexes SET state = ? WHERE num = ?");
    this.#dropped = store.database.prepare(`SELECT num FROM indexes WHERE state = '${DROPPED}' LIMIT 1`);
    this.#forgetIndex = store.database.prepare("DELETE FROM indexes WHERE num = ?");
    this.reload();
  }

  /** Reads everything again; needed after a rolled-back transaction that changed the catalog. */
  reload(): void {
    this.#byComponent.clear();
    this.#byTablet.clear();
    this.#created.length = 0;
    this.#version++;
    const tables = this.#store.database.prepare(
      "SELECT tablet, num, component, name FROM tables WHERE state = 'active' ORDER BY tablet",
    );
    for (const row of tables.all<[number, number, string, string]>()) this.#remember(...row);
    const indexes = this.#store.database.prepare(
      "SELECT num, tbl, name, fields, state FROM indexes WHERE state <> 'dropped' AND fields LIKE '[%' ORDER BY num",
    );
    for (const [num, tablet, name, fields, state] of indexes.all<[number, number, string, string, IndexState]>()) {
      const table = this.#byTablet.get(tablet);
      if (table !== undefined) this.#attach(table, indexInfo(num, name, JSON.parse(fields) as string[], state));
    }
    this.search.reload();
  }

  /** The timestamp of the newest commit. */
  get lastTs(): bigint {
    return this.#store.clock.lastTs;
  }

  table(component: string, name: string): TableInfo | undefined {
    return this.#byComponent.get(component)?.names.get(name);
  }

  /** The table behind the first part of an id; the same number may mean another table in another component. */
  tableByNumber(component: string, num: number): TableInfo | undefined {
    return this.#byComponent.get(component)?.numbers.get(num);
  }

  /** Where a document with this id is or would be in a component, or null if it is not an id of one of its tables. */
  locate(component: string, id: string): DocumentLocation | null {
    const decoded = decodeId(id);
    const table = decoded === null ? undefined : this.tableByNumber(component, decoded.tableNumber);
    return decoded === null || table === undefined ? null : { table, key: documentKey(table, decoded.internal) };
  }

  /** Where a scheduled function, or the run of a cron, is. Their numbers are unique in the database: they are never imported. */
  locateJob(id: string): DocumentLocation | null {
    const num = decodeId(id)?.tableNumber;
    for (const { names } of this.#byComponent.values()) {
      for (const name of JOB_TABLES) {
        const table = names.get(name);
        if (table !== undefined && table.num === num) return this.locate(table.component, id);
      }
    }
    return null;
  }

  /** The table that a key of `docs` belongs to, or undefined if an import has replaced it. */
  tableOfKey(key: Uint8Array): TableInfo | undefined {
    return this.#byTablet.get(Buffer.from(key.buffer, key.byteOffset, key.byteLength).readUInt32BE(0));
  }

  /** The text id of a document of an active table. */
  idOfKey(key: Uint8Array): string {
    const table = this.tableOfKey(key);
    if (table === undefined) throw new Error("The document belongs to a table that no longer exists.");
    return encodeId(table.num, key.subarray(TABLE_PREFIX_BYTES));
  }

  tables(component: string): TableInfo[] {
    return [...(this.#byComponent.get(component)?.names.values() ?? [])];
  }

  /** Changes with every table that comes, goes or gets another number. */
  get version(): number {
    return this.#version;
  }

  /** All tables as plain data. */
  numbers(): TableNumber[] {
    return [...this.#byTablet.values()].map(({ component, name, num }) => ({ component, name, num }));
  }

  /** The function that validators use to check `v.id("table")`. */
  tableNumbers(component: string): (name: string) => number | undefined {
    return (name) => this.table(component, name)?.num;
  }

  /** The function that messages use to name the table of an id. */
  tableNames(component: string): (num: number) => string | undefined {
    return (num) => this.tableByNumber(component, num)?.name;
  }

  /** The table, created on first use. Must run inside a write transaction. */
  ensureTable(component: string, name: string): TableInfo {
    const existing = this.table(component, name);
    if (existing !== undefined) return existing;
    const tablet = this.nextTablet();
    const num = this.nextNumber(name);
    this.#addTable.run(tablet, num, component, name);
    const table = this.#remember(tablet, num, component, name);
    this.#created.push(table);
    return table;
  }

  /** A point to go back to with `rollback`. */
  get mark(): number {
    return this.#created.length;
  }

  /**
   * Forgets the tables that were made since `mark`: their rows are gone with the transaction. Without this they would live on in
   * memory only, and what is written to them would be lost with the process.
   */
  rollback(mark: number): void {
    if (this.#created.length <= mark) return;
    for (const table of this.#created.splice(mark)) {
      const tables = this.#byComponent.get(table.component);
      tables?.names.delete(table.name);
      tables?.numbers.delete(table.num);
      this.#byTablet.delete(table.tablet);
    }
    this.#version++;
  }

  /** A number for a new table. Unique in the database, so that an id of another component is noticed. */
  nextNumber(name: string): number {
    const first = FIRST_SYSTEM_NUMBERS[name] ?? FIRST_TABLE_NUMBER;
    const end = name in FIRST_SYSTEM_NUMBERS ? first + SYSTEM_NUMBERS : Infinity;
    let last = first - 1;
    for (const { num } of this.#byTablet.values()) if (num > last && num < end) last = num;
    return last + 1;
  }

  nextTablet(): number {
    const row = this.#store.database.prepare("SELECT max(tablet) FROM tables").get<[number | null]>();
    return (row?.[0] ?? FIRST_TABLE_NUMBER - 1) + 1;
  }

  /** Starts an index that is filled later; an equal one (active or building) is reused. Inside a write transaction. */
  ensureIndex(table: TableInfo, spec: IndexSpec): IndexInfo {
    const same = table.maintained.find((index) => index.name === spec.name && sameFields(index.fields, spec.fields));
    if (same !== undefined) return same;
    const highest =
      this.#store.database.prepare("SELECT max(num) FROM indexes").get<[number | null]>()?.[0] ?? DOCUMENTS;
    const keyFields = table.creationIndex === null ? spec.fields : [...spec.fields, CREATION_TIME];
    const index = indexInfo((highest ?? DOCUMENTS) + 1, spec.name, keyFields, "building");
    this.#addIndex.run(index.num, table.tablet, index.name, JSON.stringify(index.keyFields), index.state);
    this.#attach(table, index);
    return index;
  }

  /** Makes exactly `specs` readable and drops the table's other indexes. Inside a write transaction. */
  activateIndexes(table: TableInfo, specs: readonly IndexSpec[]): void {
    const wanted = new Set(specs.map((spec) => this.ensureIndex(table, spec)));
    if (table.creationIndex !== null) wanted.add(table.creationIndex);
    for (const index of [...table.maintained]) {
      if (wanted.has(index)) {
        this.#setIndexState.run("active", index.num);
        index.state = "active";
      } else {
        this.#setIndexState.run(DROPPED, index.num);
      }
    }
    table.maintained = table.maintained.filter((index) => wanted.has(index));
    table.indexes = new Map(table.maintained.map((index) => [index.name, index]));
    table.indexes.delete(CREATION_INDEX);
  }

  /** Drops what an abandoned push has left half built. Inside a write transaction. */
  dropBuildingIndexes(): void {
    for (const table of this.#byTablet.values()) {
      for (const index of table.maintained.filter((candidate) => candidate.state === "building")) {
        this.#setIndexState.run(DROPPED, index.num);
      }
      table.maintained = table.maintained.filter((index) => index.state === "active");
    }
    this.search.dropBuilding();
  }

  /** Deletes up to `limit` entries of dropped indexes; false when none is left. Inside a write transaction. */
  removeDroppedEntries(limit: number): boolean {
    const index = this.#dropped.get<[number]>()?.[0];
    if (index === undefined) return false;
    if (this.#store.removeIndexEntries(index, limit) < limit && !this.search.removeContent(index, limit)) {
      this.#forgetIndex.run(index);
    }
    return true;
  }

  /** Starts a text or vector index that is filled later; an equal one is reused. Inside a write transaction. */
  ensureSearchIndex(table: TableInfo, spec: SearchIndexSpec): SearchIndex {
    return this.search.ensure(indexedTable(table), spec);
  }

  /** Makes exactly `specs` searchable and drops the table's other text and vector indexes. Inside a write transaction. */
  activateSearchIndexes(table: TableInfo, specs: readonly SearchIndexSpec[]): void {
    this.search.activate(indexedTable(table), specs);
  }

  /** Adds the entries of up to `limit` documents to an index; returns where to go on, or null at the end. */
  backfill(table: TableInfo, index: IndexInfo, from: Uint8Array | null, limit: number): Uint8Array | null {
    const rows = this.#store.scan(DOCUMENTS, from ?? table.prefix, tableEnd(table), "asc", limit);
    for (const [key, json] of rows) {
      const document = JSON.parse(json) as ConvexJsonObject;
      this.#store.putIndexEntry(index.num, indexEntryKey(index, document, key), key);
    }
    const last = rows.at(-1)?.[0];
    return rows.length < limit || last === undefined ? null : Buffer.concat([last, Buffer.from([0])]);
  }

  #remember(tablet: number, num: number, component: string, name: string): TableInfo {
    const shared = { indexes: new Map<string, IndexInfo>(), maintained: [], creationIndex: null, validator: null };
    const table: TableInfo = { tablet, num, component, name, prefix: tabletPrefix(tablet), ...shared };
    const tables = this.#byComponent.get(component) ?? { names: new Map(), numbers: new Map() };
    tables.names.set(name, table);
    tables.numbers.set(num, table);
    this.#byComponent.set(component, tables);
    this.#byTablet.set(tablet, table);
    this.#version++;
    return table;
  }

  #attach(table: TableInfo, index: IndexInfo): void {
    table.maintained.push(index);
    if (index.name === CREATION_INDEX) table.creationIndex = index;
    else if (index.state === "active") table.indexes.set(index.name, index);
  }
}

/** Is it a table of this package that functions do not see, not even as a system table? */
export function isHiddenTable(name: string): boolean {
  return name.startsWith("_") && !(SYSTEM_TABLES as readonly string[]).includes(name);
}

/** The key in `docs`: 4 bytes of tablet number, 16 bytes of internal id. */
export function documentKey(table: Pick<TableInfo, "tablet">, internal: Uint8Array): Buffer {
  const key = Buffer.allocUnsafe(TABLE_PREFIX_BYTES + internal.length);
  key.writeUInt32BE(table.tablet);
  key.set(internal, TABLE_PREFIX_BYTES);
  return key;
}

/** What the keys of the documents in a tablet begin with. */
export function tabletPrefix(tablet: number): Buffer {
  const prefix = Buffer.allocUnsafe(TABLE_PREFIX_BYTES);
  prefix.writeUInt32BE(tablet);
  return prefix;
}

/** The first key after all documents of a table. */
export function tableEnd(table: Pick<TableInfo, "tablet">): Buffer {
  return tabletPrefix(table.tablet + 1);
}

function indexedTable(table: TableInfo): IndexedTable {
  return { tablet: table.tablet, from: table.prefix, to: tableEnd(table) };
}

/** The key of a document in an index. */
export function indexEntryKey(
  index: Pick<IndexInfo, "keyFields">,
  document: ConvexJsonObject,
  key: Uint8Array,
): Buffer {
  return Buffer.concat([indexKey(document, index.keyFields), key.subarray(TABLE_PREFIX_BYTES)]);
}

/** The encoded values of an index prefix. */
export const encodeIndexValues = encodeKey;

/** An index as it is stored: a schema cannot name the creation time, so at the end of the fields it tells the kind of the index. */
function indexInfo(num: number, name: string, keyFields: readonly string[], state: IndexState): IndexInfo {
  const fields = keyFields.at(-1) === CREATION_TIME ? keyFields.slice(0, -1) : keyFields;
  return { num, name, fields, keyFields, state };
}

function sameFields(left: readonly string[], right: readonly string[]): boolean {
  return left.length === right.length && left.every((field, position) => field === right[position]);
}
