import { CREATION_INDEX, type Catalog, type IndexInfo, type TableInfo, tableEnd } from "../store/catalog.ts";
import { DOCUMENTS } from "../store/store.ts";
import { type KeyRange, keyRange } from "./keyRange.ts";
import type { Order, QueryOperator, RangeExpression, SerializedQuery } from "./queryTypes.ts";
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
 * @throws if the index is unknown, still being built, or not used as its fields allow.
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
    const name = `${tableName}.${indexName}`;
    return keyRange({ index: DOCUMENTS, name, table, fields, low: table.prefix, high: tableEnd(table) }, range);
  }
  const index = table?.indexes.get(indexName);
  if (table !== undefined && index === undefined && catalog.search.find(table.tablet, indexName) !== undefined)
    throw new Error(`Index ${tableName}.${indexName} is not a database index`);
  if (table === undefined || index === undefined) throw new Error(`Index ${tableName}.${indexName} not found.`);
  return forIndex(table, index, range);
}

function forIndex(table: TableInfo, index: IndexInfo, range: RangeExpression[]): KeyRange {
  const fields = [...index.fields, CREATION_TIME, ID];
  const name = `${table.name}.${index.name}`;
  return keyRange({ index: index.num, name, table, fields, low: Buffer.alloc(0), high: END }, range);
}
