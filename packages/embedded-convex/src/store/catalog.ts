import type { ConvexJsonObject, ValidatorJson } from "../values/json.ts";
import { decodeId, encodeId } from "../values/ids.ts";
import { encodeKey, indexKey } from "../values/keys.ts";
import { DOCUMENTS, type Store } from "./store.ts";
import type { Statement } from "./sqlite.ts";

/** `building` indexes are maintained by every write, but not read before the push that wants them is finished. */
export type IndexState = "active" | "building";

/** Stored for an index that is used no more, until its entries are deleted. */
const DROPPED = "dropped";

/** One developer index. Keys are the encoded field values followed by the 16 bytes of the internal document id. */
export interface IndexInfo {
  num: number;
  name: string;
  fields: readonly string[];
  state: IndexState;
}

/** One table of one component. Its documents are the range of `docs` that starts with `prefix`. */
export interface TableInfo {
  num: number;
  component: string;
  name: string;
  prefix: Buffer;
  /** Readable indexes by name. */
  indexes: Map<string, IndexInfo>;
  /** All indexes that a write must maintain. */
  maintained: IndexInfo[];
  /** Checked on every write if the schema enforces it. */
  validator: ValidatorJson | null;
}

/** An index as a schema names it. */
export interface IndexSpec {
  name: string;
  fields: readonly string[];
}

/** A table as other threads know it. */
export interface TableNumber {
  component: string;
  name: string;
  num: number;
}

/** Tables that exist in every component and that only this package writes. */
export const SYSTEM_TABLES = ["_scheduled_functions", "_storage"] as const;

const FIRST_TABLE_NUMBER = 10001;
const TABLE_PREFIX_BYTES = 4;

/** Which tables and indexes exist, per component path; the in-memory side of `tables` and `indexes`. */
export class Catalog {
  readonly #store: Store;
  readonly #byComponent = new Map<string, Map<string, TableInfo>>();
  readonly #byNumber = new Map<number, TableInfo>();
  readonly #addTable: Statement;
  readonly #addIndex: Statement;
  readonly #setIndexState: Statement;
  readonly #dropped: Statement;
  readonly #forgetIndex: Statement;

  constructor(store: Store) {
    this.#store = store;
    this.#addTable = store.database.prepare("INSERT INTO tables(num, component, name) VALUES(?, ?, ?)");
    this.#addIndex = store.database.prepare("INSERT INTO indexes(num, tbl, name, fields, state) VALUES(?, ?, ?, ?, ?)");
    this.#setIndexState = store.database.prepare("UPDATE indexes SET state = ? WHERE num = ?");
    this.#dropped = store.database.prepare(`SELECT num FROM indexes WHERE state = '${DROPPED}' LIMIT 1`);
    this.#forgetIndex = store.database.prepare("DELETE FROM indexes WHERE num = ?");
    this.reload();
  }

  /** Reads everything again; needed after a rolled-back transaction that changed the catalog. */
  reload(): void {
    this.#byComponent.clear();
    this.#byNumber.clear();
    const tables = this.#store.database.prepare("SELECT num, component, name FROM tables ORDER BY num");
    for (const [num, component, name] of tables.all<[number, string, string]>()) this.#remember(num, component, name);
    const indexes = this.#store.database.prepare(
      "SELECT num, tbl, name, fields, state FROM indexes WHERE state <> 'dropped' ORDER BY num",
    );
    for (const [num, tableNum, name, fields, state] of indexes.all<[number, number, string, string, IndexState]>()) {
      const table = this.#byNumber.get(tableNum);
      if (table !== undefined) this.#attach(table, { num, name, fields: JSON.parse(fields) as string[], state });
    }
  }

  /** The timestamp of the newest commit. */
  get lastTs(): bigint {
    return this.#store.clock.lastTs;
  }

  table(component: string, name: string): TableInfo | undefined {
    return this.#byComponent.get(component)?.get(name);
  }

  tableByNumber(num: number): TableInfo | undefined {
    return this.#byNumber.get(num);
  }

  tables(component: string): TableInfo[] {
    return [...(this.#byComponent.get(component)?.values() ?? [])];
  }

  get size(): number {
    return this.#byNumber.size;
  }

  /** All tables as plain data. */
  numbers(): TableNumber[] {
    return [...this.#byNumber.values()].map(({ component, name, num }) => ({ component, name, num }));
  }

  /** The function that validators use to check `v.id("table")`. */
  tableNumbers(component: string): (name: string) => number | undefined {
    return (name) => this.table(component, name)?.num;
  }

  /** The table, created on first use. Must run inside a write transaction. */
  ensureTable(component: string, name: string): TableInfo {
    const existing = this.table(component, name);
    if (existing !== undefined) return existing;
    const num = Math.max(FIRST_TABLE_NUMBER - 1, ...this.#byNumber.keys()) + 1;
    this.#addTable.run(num, component, name);
    return this.#remember(num, component, name);
  }

  /** Starts an index that is filled later; an equal one (active or building) is reused. Inside a write transaction. */
  ensureIndex(table: TableInfo, spec: IndexSpec): IndexInfo {
    const same = table.maintained.find((index) => index.name === spec.name && sameFields(index.fields, spec.fields));
    if (same !== undefined) return same;
    const highest =
      this.#store.database.prepare("SELECT max(num) FROM indexes").get<[number | null]>()?.[0] ?? DOCUMENTS;
    const index: IndexInfo = {
      num: (highest ?? DOCUMENTS) + 1,
      name: spec.name,
      fields: spec.fields,
      state: "building",
    };
    this.#addIndex.run(index.num, table.num, index.name, JSON.stringify(index.fields), index.state);
    this.#attach(table, index);
    return index;
  }

  /** Makes exactly `specs` readable and drops the table's other indexes. Inside a write transaction. */
  activateIndexes(table: TableInfo, specs: readonly IndexSpec[]): void {
    const wanted = new Set(specs.map((spec) => this.ensureIndex(table, spec)));
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
  }

  /** Drops what an abandoned push has left half built. Inside a write transaction. */
  dropBuildingIndexes(): void {
    for (const table of this.#byNumber.values()) {
      for (const index of table.maintained.filter((candidate) => candidate.state === "building")) {
        this.#setIndexState.run(DROPPED, index.num);
      }
      table.maintained = table.maintained.filter((index) => index.state === "active");
    }
  }

  /** Deletes up to `limit` entries of dropped indexes; false when none is left. Inside a write transaction. */
  removeDroppedEntries(limit: number): boolean {
    const index = this.#dropped.get<[number]>()?.[0];
    if (index === undefined) return false;
    if (this.#store.removeIndexEntries(index, limit) < limit) this.#forgetIndex.run(index);
    return true;
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

  #remember(num: number, component: string, name: string): TableInfo {
    const prefix = Buffer.alloc(TABLE_PREFIX_BYTES);
    prefix.writeUInt32BE(num);
    const table: TableInfo = { num, component, name, prefix, indexes: new Map(), maintained: [], validator: null };
    const tables = this.#byComponent.get(component) ?? new Map<string, TableInfo>();
    this.#byComponent.set(component, tables.set(name, table));
    this.#byNumber.set(num, table);
    return table;
  }

  #attach(table: TableInfo, index: IndexInfo): void {
    table.maintained.push(index);
    if (index.state === "active") table.indexes.set(index.name, index);
  }
}

/** The key in `docs`: 4 bytes of table number, 16 bytes of internal id. */
export function documentKey(tableNum: number, internal: Uint8Array): Buffer {
  const key = Buffer.allocUnsafe(TABLE_PREFIX_BYTES + internal.length);
  key.writeUInt32BE(tableNum);
  key.set(internal, TABLE_PREFIX_BYTES);
  return key;
}

/** The text id of the document behind a key of `docs`. */
export function idOfDocumentKey(key: Uint8Array): string {
  const buffer = Buffer.from(key.buffer, key.byteOffset, key.byteLength);
  return encodeId(buffer.readUInt32BE(0), buffer.subarray(TABLE_PREFIX_BYTES));
}

/** The key in `docs` of a text id, or null if it is not an id. */
export function keyOfId(id: string): { tableNum: number; key: Buffer } | null {
  const decoded = decodeId(id);
  if (decoded === null) return null;
  return { tableNum: decoded.tableNumber, key: documentKey(decoded.tableNumber, decoded.internal) };
}

/** The first key after all documents of a table. */
export function tableEnd(table: TableInfo): Buffer {
  const end = Buffer.allocUnsafe(TABLE_PREFIX_BYTES);
  end.writeUInt32BE(table.num + 1);
  return end;
}

/** The key of a document in an index. */
export function indexEntryKey(index: IndexInfo, document: ConvexJsonObject, key: Uint8Array): Buffer {
  return Buffer.concat([indexKey(document, index.fields), key.subarray(TABLE_PREFIX_BYTES)]);
}

/** The encoded values of an index prefix. */
export const encodeIndexValues = encodeKey;

function sameFields(left: readonly string[], right: readonly string[]): boolean {
  return left.length === right.length && left.every((field, position) => field === right[position]);
}
