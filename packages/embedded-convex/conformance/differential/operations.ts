import type { Value } from "convex/values";

/**
 * What a differential case is made of. Everything is plain Convex values, so that it can be sent as arguments to the
 * interpreter, and everything that only exists at run time (ids, creation times, cursors) is named by its number.
 */

/** A value that an operation uses. Rows are counted over the whole case, in the order of their insertion. */
export type Operand =
  | { kind: "value"; value: Value }
  | { kind: "undefined" }
  /** The id of a row of a table, or of any row. */
  | { kind: "row"; row: number; of: string | null }
  /** The creation time of a row. */
  | { kind: "time"; row: number }
  | { kind: "list"; items: Operand[] }
  | { kind: "object"; fields: Field[] };

/** One field of a document. */
export interface Field {
  name: string;
  value: Operand;
}

export type RangeOperator = "eq" | "gt" | "gte" | "lt" | "lte";

/** One step of an index range. */
export interface RangeStep {
  operator: RangeOperator;
  field: string;
  value: Operand;
}

export type BinaryOperator = "eq" | "neq" | "lt" | "lte" | "gt" | "gte" | "add" | "sub" | "mul" | "div" | "mod";

/** A filter expression. */
export type FilterExpression =
  | { kind: "field"; path: string }
  | { kind: "literal"; value: Operand }
  | { kind: "binary"; operator: BinaryOperator; left: FilterExpression; right: FilterExpression }
  | { kind: "neg" | "not"; operand: FilterExpression }
  | { kind: "and" | "or"; operands: FilterExpression[] };

/** What a query reads, without how its rows are taken. */
export interface QuerySpec {
  table: string;
  /** Null for a scan of the table. */
  index: string | null;
  /** The fields of the index as its key has them, creation time and id included. */
  keyFields: string[];
  range: RangeStep[];
  order: "asc" | "desc" | null;
  filters: FilterExpression[];
}

/** How rows are taken. */
export type Taking =
  { kind: "collect" | "first" | "unique" | "iterate" | "count" } | { kind: "take" | "break"; count: number };

/** How the method of `ctx.db` is called: by id alone, with the table's name first, or through `ctx.db.table(name)`. */
export type CallForm = "id" | "tableFirst" | "scoped";

/** A row as an operation names it: of the table that it says, or any row at all. */
export interface RowOf {
  row: number;
  table: string;
  any: boolean;
}

/** One operation of a case. */
export type Operation =
  | { kind: "insert"; table: string; fields: Field[]; form: CallForm }
  | ({ kind: "patch" | "replace"; fields: Field[]; form: CallForm } & RowOf)
  | ({ kind: "remove"; form: CallForm } & RowOf)
  | ({ kind: "get"; form: CallForm } & RowOf)
  | ({ kind: "normalize" } & RowOf)
  | { kind: "query"; query: QuerySpec; taking: Taking }
  /** The next page of a list (`slot` counts the lists of the case), or the last one again, pinned to its end. */
  | { kind: "page"; slot: number; query: QuerySpec; numItems: number; again: boolean }
  /** A nested mutation, which throws at its end if `fails`; or a nested query. */
  | { kind: "nested"; operations: Operation[]; fails: boolean }
  | { kind: "nestedQuery"; operations: Operation[]; stale: boolean };

/** One call of a function from outside: its operations are one transaction. */
export interface CallSpec {
  kind: "query" | "mutation";
  operations: Operation[];
  /** Throws at the end, so that nothing is written. */
  fails: boolean;
}

/** What one reference knows of the case so far; the interpreter gets it and gives it back. */
export interface CaseState {
  ids: string[];
  /** Tables by row. */
  tables: string[];
  /** Creation times by row. */
  times: number[];
  /** Per list: where the last page began and where it ended. */
  lists: { start: string | null; end: string | null }[];
}

/** What the interpreter gives back. */
export interface CallOutcome {
  state: CaseState;
  results: Value[];
}
