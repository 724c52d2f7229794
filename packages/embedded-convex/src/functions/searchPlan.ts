import type { TextIndex } from "../search/definitions.ts";
import { compileTextQuery, type SearchFilterExpression, type TextQuery } from "../search/textQuery.ts";
import type { Catalog, TableInfo } from "../store/catalog.ts";
import { decodeUndefined } from "./queryTypes.ts";

/** A text search that fits its index. */
export interface SearchPlan {
  table: TableInfo;
  index: TextIndex;
  query: TextQuery;
}

/** @throws if the index is unknown, still being built, of another kind, or does not have the fields that are searched. */
export function planSearch(
  catalog: Catalog,
  component: string,
  { indexName: name, filters }: { indexName: string; filters: SearchFilterExpression[] },
): SearchPlan {
  const separator = name.indexOf(".");
  const table = catalog.table(component, name.slice(0, separator));
  const indexName = name.slice(separator + 1);
  const index = table === undefined ? undefined : catalog.search.find(table.tablet, indexName);
  if (table === undefined || index?.kind !== "text") {
    const otherKind = index !== undefined || table?.indexes.has(indexName) === true;
    throw new Error(otherKind ? `Index ${name} is not a search index` : `Index ${name} not found.`);
  }
  return { table, index, query: compileTextQuery(index, name, filters, decodeUndefined) };
}
