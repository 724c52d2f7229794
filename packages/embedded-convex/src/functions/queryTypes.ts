import type { SearchFilterExpression } from "../search/textQuery.ts";
import type { ConvexJson } from "../values/json.ts";

/** The serialized query of the `queryStream` and `queryPage` operations; `convex/server` is its specification. */
export interface SerializedQuery {
  source: QuerySource;
  operators: QueryOperator[];
}

export type Order = "asc" | "desc";

export type QuerySource =
  | { type: "FullTableScan"; tableName: string; order: Order | null }
  | { type: "IndexRange"; indexName: string; range: RangeExpression[]; order: Order | null }
  | { type: "Search"; indexName: string; filters: SearchFilterExpression[] };

export interface RangeExpression {
  type: "Eq" | "Gt" | "Gte" | "Lt" | "Lte";
  fieldPath: string;
  /** `{ $undefined: null }` stands for a missing field. */
  value: ConvexJson;
}

export type QueryOperator = { filter: ConvexJson } | { limit: number };

/** Turns the encoding of `undefined` that queries use into undefined itself. */
export function decodeUndefined(value: ConvexJson): ConvexJson | undefined {
  return typeof value === "object" && value !== null && "$undefined" in value ? undefined : value;
}
