import type { ConvexJson, ConvexJsonObject } from "../values/json.ts";
import { filterValue, type VectorIndex } from "./definitions.ts";
import type { FilterRead } from "../transaction/readSet.ts";

/** The query of the `vectorSearch` operation; `convex/server` is its specification. */
export interface VectorRequest {
  /** `table.index` */
  indexName: string;
  limit?: number | null;
  vector: number[];
  /** `$eq` of a `$field` and a `$literal`, or `$or` of such. */
  expressions: ConvexJson;
}

/** A vector search that fits its index. */
export interface VectorQuery {
  index: number;
  dimensions: number;
  /** How many filter fields the index has. */
  filterFields: number;
  limit: number;
  vector: Float32Array;
  /** A document must have one of these values; null if it need not. */
  filters: FilterRead[] | null;
}

const MAX_DIMENSIONS = 4096;
const DEFAULT_LIMIT = 10;
const MAX_LIMIT = 256;
const MAX_CONDITIONS = 64;

/**
 * Checks a vector search against the definition of its index.
 *
 * @param decode turns the encoding of `undefined` into undefined.
 * @throws with Convex's messages if it does not fit.
 */
export function compileVectorQuery(
  index: VectorIndex,
  request: VectorRequest,
  decode: (value: ConvexJson) => ConvexJson | undefined,
): VectorQuery {
  const { indexName: name, vector } = request;
  if (vector.length > MAX_DIMENSIONS) throw new Error(dimensionsMismatch(MAX_DIMENSIONS, vector.length));
  if (!vector.every((number) => Number.isFinite(number)))
    throw new Error(`Vector query against ${name} has a vector with values that are not finite numbers.`);
  const limit = limitOf(request);
  const conditions = request.expressions === null ? [] : conditionsOf(request.expressions);
  const filters = new Map<string, FilterRead>();
  for (const { field, literal } of conditions) {
    const position = index.filterFields.indexOf(field);
    if (position < 0) {
      throw new Error(
        `Vector query against ${name} contains a filter on "${field}" but that field isn't indexed for filtering in \`filterFields\`.`,
      );
    }
    const value = filterValue(decode(literal));
    filters.set(`${position} ${value}`, { position, value });
  }
  if (filters.size > MAX_CONDITIONS) {
    throw new Error(
      `Vector query against ${name} has too many conditions. Max: ${MAX_CONDITIONS} Actual: ${filters.size}`,
    );
  }
  if (vector.length !== index.dimensions) throw new Error(dimensionsMismatch(index.dimensions, vector.length));
  return {
    index: index.num,
    dimensions: index.dimensions,
    filterFields: index.filterFields.length,
    limit,
    vector: Float32Array.from(vector),
    filters: filters.size === 0 ? null : [...filters.values()],
  };
}

function limitOf({ limit }: VectorRequest): number {
  const wanted = limit ?? DEFAULT_LIMIT;
  if (!Number.isInteger(wanted) || wanted < 1)
    throw new Error(`The limit of a vector query must be an integer between 1 and ${MAX_LIMIT}, requested ${wanted}.`);
  if (wanted > MAX_LIMIT)
    throw new Error(`Vector queries can fetch at most ${MAX_LIMIT} results, requested ${wanted}.`);
  return wanted;
}

interface Condition {
  field: string;
  literal: ConvexJson;
}

function conditionsOf(expression: ConvexJson): Condition[] {
  const [operator, operands] = Object.entries((expression ?? {}) as ConvexJsonObject)[0] ?? ["", null];
  if (operator === "$or" && Array.isArray(operands)) return operands.flatMap(conditionsOf);
  if (operator !== "$eq" || !Array.isArray(operands))
    throw new Error("Filters should be a combination of `q.eq` and `q.or`.");
  const [left, right] = operands as [ConvexJsonObject, ConvexJsonObject];
  if (typeof left?.$field !== "string" || right?.$literal === undefined)
    throw new Error("`q.eq` must take a field path as its first argument and a value as its second");
  return [{ field: left.$field, literal: right.$literal }];
}

function dimensionsMismatch(expected: number, received: number): string {
  return `Expected a vector with dimensions ${expected}, received ${received}.`;
}
