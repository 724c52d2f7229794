import {
  CREATION_INDEX,
  type Catalog,
  type IndexInfo,
  type TableInfo,
  documentKey,
  encodeIndexValues,
  tableEnd,
} from "../store/catalog.ts";
import { DOCUMENTS } from "../store/store.ts";
import { decodeId } from "../values/ids.ts";
import type { ConvexJson } from "../values/json.ts";
import { compareJson, keyPrefixEnd } from "../values/keys.ts";
import {
  decodeUndefined,
  type Order,
  type QueryOperator,
  type RangeExpression,
  type SerializedQuery,
} from "./queryTypes.ts";
import { planSearch, type SearchPlan } from "./searchPlan.ts";

/** A query as one range of keys, to be read in one direction and filtered. */
export interface Plan {
  /** A developer index, or 0 for the documents themselves. */
  index: number;
  low: Buffer;
  high: Buffer;
  order: Order;
  operators: QueryOperator[];
  /** Only in searches: `low` and `high` then bound the places of results in their order of relevance. */
  search?: SearchPlan;
}

const CREATION_TIME = "_creationTime";
const ID = "_id";
/** Above every key: tags and times never start with it. */
const END = Buffer.from([0xff]);

/**
 * Translates a query into a key range.
 *
 * @returns null for a table that does not exist (yet): it is empty.
 * @throws if the index is unknown, still being built, or not used in the order of its fields.
 */
export function planQuery(catalog: Catalog, component: string, query: SerializedQuery): Plan | null {
  const { source, operators } = query;
  if (source.type === "Search") {
    const search = planSearch(catalog, component, source);
    return { index: search.index.num, low: Buffer.alloc(0), high: END, order: "asc", operators, search };
  }
  const order = source.order ?? "asc";
  if (source.type === "FullTableScan") {
    const table = catalog.table(component, source.tableName);
    return table === undefined ? null : { ...wholeTable(table), order, operators };
  }
  const separator = source.indexName.indexOf(".");
  const tableName = source.indexName.slice(0, separator);
  const indexName = source.indexName.slice(separator + 1);
  const table = catalog.table(component, tableName);
  const range = rangeOf(catalog, table, tableName, indexName, source.range);
  return range === null ? null : { ...range, order, operators };
}

type KeyRange = Pick<Plan, "index" | "low" | "high">;

function wholeTable(table: TableInfo): KeyRange {
  if (table.creationIndex !== null) return { index: table.creationIndex.num, low: Buffer.alloc(0), high: END };
  return { index: DOCUMENTS, low: table.prefix, high: tableEnd(table) };
}

function rangeOf(
  catalog: Catalog,
  table: TableInfo | undefined,
  tableName: string,
  indexName: string,
  range: RangeExpression[],
): KeyRange | null {
  if (indexName === CREATION_INDEX || indexName === "by_id") {
    if (table === undefined) return null;
    if (indexName === CREATION_INDEX && table.creationIndex !== null)
      return forIndex(table, table.creationIndex, range);
    const fields = indexName === "by_id" ? [ID] : [CREATION_TIME, ID];
    return new RangeBuilder(table.prefix, tableEnd(table), fields, table).build(
      DOCUMENTS,
      `${tableName}.${indexName}`,
      range,
    );
  }
  const index = table?.indexes.get(indexName);
  if (table !== undefined && index === undefined && catalog.search.find(table.tablet, indexName) !== undefined)
    throw new Error(`Index ${tableName}.${indexName} is not a database index`);
  if (table === undefined || index === undefined) throw new Error(`Index ${tableName}.${indexName} not found.`);
  return forIndex(table, index, range);
}

function forIndex(table: TableInfo, index: IndexInfo, range: RangeExpression[]): KeyRange {
  const fields = [...index.fields, CREATION_TIME, ID];
  return new RangeBuilder(Buffer.alloc(0), END, fields, table).build(index.num, `${table.name}.${index.name}`, range);
}

/** Collects equalities into a prefix, then at most one lower and one upper bound on the next field. */
class RangeBuilder {
  #prefix: Buffer;
  #prefixEnd: Buffer;
  #empty = false;
  readonly #fields: string[];
  readonly #table: TableInfo;

  constructor(prefix: Buffer, prefixEnd: Buffer, fields: string[], table: TableInfo) {
    this.#prefix = prefix;
    this.#prefixEnd = prefixEnd;
    this.#fields = fields;
    this.#table = table;
  }

  build(index: number, name: string, range: RangeExpression[]): KeyRange {
    let position = 0;
    let low: Buffer | null = null;
    let high: Buffer | null = null;
    for (const expression of range) {
      const field = this.#fields[position];
      if (field !== expression.fieldPath || (expression.type === "Eq" && (low ?? high) !== null)) {
        const listed = this.#fields.filter((candidate) => candidate !== ID || this.#fields.length === 1);
        throw new Error(
          `Tried to query index ${name} but the query didn't use the index fields in order. Index fields: ${JSON.stringify(listed)}`,
        );
      }
      const [start, end] = this.#bounds(field, decodeUndefined(expression.value));
      if (expression.type === "Eq") {
        this.#prefix = start;
        this.#prefixEnd = end;
        if (start.compare(end) >= 0) this.#empty = true;
        position++;
      } else if (expression.type === "Gt") low = end;
      else if (expression.type === "Gte") low = start;
      else if (expression.type === "Lt") high = start;
      else high = end;
    }
    low ??= this.#prefix;
    high ??= this.#prefixEnd;
    return { index, low, high: this.#empty || low.compare(high) > 0 ? low : high };
  }

  /** The first key with `value` at this position and the first key behind all of them. */
  #bounds(field: string, value: ConvexJson | undefined): [Buffer, Buffer] {
    if (field === CREATION_TIME && this.#table.creationIndex === null) return this.#creationTimeBounds(value);
    if (field === ID) return this.#idBounds(value);
    const key = Buffer.concat([this.#prefix, encodeIndexValues([value])]);
    return [key, keyPrefixEnd(key)];
  }

  /** In an ordinary table, creation times are stored as the first 8 bytes of the internal id: positive doubles sort by their bytes. */
  #creationTimeBounds(value: ConvexJson | undefined): [Buffer, Buffer] {
    if (typeof value !== "number") return this.#beyond(compareJson(value, 0));
    if (value < 0) return this.#beyond(-1);
    const time = Buffer.allocUnsafe(8);
    time.writeDoubleBE(value);
    const start = Buffer.concat([this.#prefix, time]);
    const end = Buffer.concat([this.#prefix, successorOfTime(time)]);
    return [start, end];
  }

  #idBounds(value: ConvexJson | undefined): [Buffer, Buffer] {
    if (typeof value !== "string") return this.#beyond(compareJson(value, ""));
    const decoded = decodeId(value);
    if (decoded === null || decoded.tableNumber !== this.#table.num) {
      throw new Error(`A range over _id of table ${this.#table.name} needs an id of that table, got '${value}'`);
    }
    const whole = this.#fields.length === 1;
    const start = whole ? documentKey(this.#table, decoded.internal) : this.#continueId(decoded.internal);
    return [start, Buffer.concat([start, Buffer.from([0])])];
  }

  /** In an index of an ordinary table, the prefix already holds the time part of the id, which must be the same. */
  #continueId(internal: Uint8Array): Buffer {
    if (this.#table.creationIndex !== null) return Buffer.concat([this.#prefix, internal]);
    const known = this.#prefix.subarray(this.#prefix.length - 8);
    if (known.compare(internal.subarray(0, 8)) !== 0) this.#empty = true;
    return Buffer.concat([this.#prefix, internal.subarray(8)]);
  }

  /** A value that no document has sorts before or behind them all. */
  #beyond(order: number): [Buffer, Buffer] {
    return order < 0 ? [this.#prefix, this.#prefix] : [this.#prefixEnd, this.#prefixEnd];
  }
}

function successorOfTime(time: Buffer): Buffer {
  const next = Buffer.allocUnsafe(8);
  next.writeBigUInt64BE(time.readBigUInt64BE() + 1n);
  return next;
}
