/**
 * The functions that both references run: they interpret the operations of a case. Pushed to the embedded deployment as a
 * module of the app, and given to convex-test as one.
 */
import { type FunctionReference, makeFunctionReference, mutationGeneric, queryGeneric } from "convex/server";
import { ConvexError, convexToJson, jsonToConvex, type JSONValue, type Value } from "convex/values";
import { fieldAt, passes } from "./filterModel.ts";
import type {
  CallForm,
  CallOutcome,
  CaseState,
  FilterExpression,
  Operand,
  Operation,
  QuerySpec,
  Taking,
} from "./operations.ts";
import { matches, type ValidatorSpec } from "./schemas.ts";

/** What stays the same for all calls of a case. */
export interface CaseSettings {
  /** Before the names of all tables. */
  prefix: string;
  /** This is convex-test, whose known mistakes are made good here. */
  corrected: boolean;
  /** Validators of tables that convex-test cannot check, by table. */
  validators: Record<string, ValidatorSpec>;
}

interface RunArgs {
  settings: CaseSettings;
  state: CaseState;
  operations: Operation[];
  fails: boolean;
}

/** The context of a query or mutation, without the types of a schema. */
interface Context {
  db: Database;
  runQuery: RunNested;
  /** Only in mutations. */
  runMutation?: RunNested;
}

interface Database extends ScopedWriter {
  get(table: string, id: string): Promise<Document | null>;
  get(id: string): Promise<Document | null>;
  insert(table: string, value: Document): Promise<string>;
  patch(table: string, id: string, value: Document): Promise<void>;
  patch(id: string, value: Document): Promise<void>;
  replace(table: string, id: string, value: Document): Promise<void>;
  replace(id: string, value: Document): Promise<void>;
  delete(table: string, id: string): Promise<void>;
  delete(id: string): Promise<void>;
  table(
    name: string,
  ): ScopedWriter & { insert(value: Document): Promise<string>; get(id: string): Promise<Document | null> };
  query(table: string): Table;
  normalizeId(table: string, id: string): string | null;
}

interface ScopedWriter {
  patch(id: string, value: Document): Promise<void>;
  replace(id: string, value: Document): Promise<void>;
  delete(id: string): Promise<void>;
}

type RunNested = (
  reference: FunctionReference<"query" | "mutation", "public", Record<string, Value>, CallOutcome>,
  args: Record<string, Value>,
  options?: { useStaleSnapshot: boolean },
) => Promise<CallOutcome>;

interface Run {
  ctx: Context;
  settings: CaseSettings;
  state: CaseState;
}

type Document = Record<string, Value>;

const runReference = makeFunctionReference<"mutation", Record<string, Value>, CallOutcome>("interpreter:run");
const readReference = makeFunctionReference<"query", Record<string, Value>, CallOutcome>("interpreter:read");

/** Interprets operations in a mutation. An intended failure carries the outcome in its data, as nothing else leaves it. */
export const run = mutationGeneric({
  handler: (ctx, args) => interpret(ctx as unknown as Context, args as unknown as RunArgs),
});

/** Interprets operations in a query. */
export const read = queryGeneric({
  handler: (ctx, args) => interpret(ctx as unknown as Context, args as unknown as RunArgs),
});

async function interpret(ctx: Context, { settings, state, operations, fails }: RunArgs): Promise<CallOutcome> {
  const running: Run = { ctx, settings, state };
  const results: Value[] = [];
  for (const operation of operations) {
    try {
      results.push(normalize(running, await perform(running, operation)));
    } catch (error) {
      if (error instanceof Bug) throw error;
      results.push("refused");
    }
  }
  const outcome = { state: running.state, results };
  if (fails) throw new ConvexError([JSON.stringify(convexToJson(outcome as unknown as Value))]);
  return outcome;
}

/**
 * The outcome that an intended failure carries, or null for another error. It travels as text: convex-test decodes the data of
 * an error twice on its way out of a nested call, which int64 values do not survive.
 */
export function outcomeOfFailure(error: unknown): CallOutcome | null {
  const data = error instanceof ConvexError ? (error.data as unknown) : null;
  const text: unknown = Array.isArray(data) ? data[0] : null;
  return typeof text === "string" ? (jsonToConvex(JSON.parse(text) as JSONValue) as unknown as CallOutcome) : null;
}

/** A mistake in this file, which must not look like a refusal. */
class Bug extends Error {}

async function perform(running: Run, operation: Operation): Promise<unknown> {
  switch (operation.kind) {
    case "insert":
    case "patch":
    case "replace":
    case "remove":
      return write(running, operation);
    case "get":
      return get(running, operation);
    case "normalize":
      return running.ctx.db.normalizeId(
        running.settings.prefix + operation.table,
        idOf(running, operation.row, operation.any ? null : operation.table),
      );
    case "query":
      return takeRows(running, operation.query, operation.taking);
    case "page":
      return page(running, operation);
    case "nested":
    case "nestedQuery":
      return nested(running, operation);
  }
}

type WriteOperation = Extract<Operation, { kind: "insert" | "patch" | "replace" | "remove" }>;
async function write(running: Run, operation: WriteOperation): Promise<unknown> {
  const { db } = running.ctx;
  const table = running.settings.prefix + operation.table;
  if (operation.kind === "insert") {
    const document = documentOf(running, operation);
    checkDocument(running, operation.table, document);
    const { form } = operation;
    const id = await (form === "scoped" ? db.table(table).insert(document) : db.insert(table, document));
    running.state.ids.push(id);
    running.state.tables.push(operation.table);
    const stored = (await db.get(id))!;
    running.state.times.push(stored._creationTime as number);
    return "inserted";
  }
  const id = idOf(running, operation.row, operation.any ? null : operation.table);
  const writer = writerFor(db, table, operation.form);
  if (operation.kind === "remove") await writer.delete(id);
  else if (operation.kind === "replace") {
    const document = documentOf(running, operation);
    checkDocument(running, tableOf(running, id), document);
    await writer.replace(id, document);
  } else await patch(running, writer, id, documentOf(running, operation));
  return "written";
}

async function patch(running: Run, writer: ScopedWriter, id: string, fields: Document): Promise<void> {
  if (!running.settings.corrected) return writer.patch(id, fields);
  const { _id, _creationTime, ...old } = (await running.ctx.db.get(id)) ?? {};
  const merged = { ...old, ...fields };
  checkDocument(running, tableOf(running, id), merged);
  // convex-test takes a field that is removed for one that is there when it looks for fields that the schema does not have.
  const removes = Object.values(fields).includes(undefined as never);
  return removes ? writer.replace(id, merged) : writer.patch(id, fields);
}

/** What convex-test does not check, see `isBeyondConvexTest`. */
function checkDocument(running: Run, table: string, document: Document): void {
  const validator = running.settings.validators[table];
  if (validator === undefined || matches(validator, document, (id) => tableOf(running, id))) return;
  throw new Error("does not match the schema");
}

function tableOf({ state }: Run, id: string): string {
  return state.tables[state.ids.indexOf(id)] ?? "";
}

function writerFor(db: Database, table: string, form: CallForm): ScopedWriter {
  if (form === "scoped") return db.table(table);
  if (form === "tableFirst") {
    return {
      patch: (id, value) => db.patch(table, id, value),
      replace: (id, value) => db.replace(table, id, value),
      delete: (id) => db.delete(table, id),
    };
  }
  return {
    patch: (id, value) => db.patch(id, value),
    replace: (id, value) => db.replace(id, value),
    delete: (id) => db.delete(id),
  };
}

function get(running: Run, operation: Extract<Operation, { kind: "get" }>): Promise<Document | null> {
  const { db } = running.ctx;
  const id = idOf(running, operation.row, operation.any ? null : operation.table);
  const table = running.settings.prefix + operation.table;
  if (operation.form === "scoped") return db.table(table).get(id);
  return operation.form === "tableFirst" ? db.get(table, id) : db.get(id);
}

/** The part of a query's interface that is used here, without the types of a schema. */
interface Rows extends AsyncIterable<Document> {
  order(order: "asc" | "desc"): Rows;
  filter(predicate: (q: never) => unknown): Rows;
  collect(): Promise<Document[]>;
  take(count: number): Promise<Document[]>;
  first(): Promise<Document | null>;
  unique(): Promise<Document | null>;
  paginate(options: object): Promise<{ page: Document[]; isDone: boolean; continueCursor: string }>;
}
interface Table extends Rows {
  withIndex(name: string, range: (q: never) => unknown): Rows;
  count(): Promise<number>;
}

function rowsOf(running: Run, query: QuerySpec): Rows {
  const table = running.ctx.db.query(running.settings.prefix + query.table);
  let rows: Rows = table;
  if (query.index !== null) {
    rows = table.withIndex(query.index, (q: never) => {
      let builder = q as Record<string, (field: string, value: unknown) => never>;
      for (const { operator, field, value } of query.range) {
        builder = builder[operator]!(field, resolve(running, value));
      }
      return builder;
    });
  }
  if (query.order !== null) rows = rows.order(query.order);
  if (running.settings.corrected) return rows;
  for (const filter of query.filters) rows = rows.filter((q: never) => build(running, filter, q));
  return rows;
}

type FilterBuilder = Record<string, (...operands: unknown[]) => unknown>;

function build(running: Run, expression: FilterExpression, q: FilterBuilder): unknown {
  switch (expression.kind) {
    case "field":
      return q.field!(expression.path);
    case "literal":
      return resolve(running, expression.value);
    case "binary":
      return q[expression.operator]!(build(running, expression.left, q), build(running, expression.right, q));
    case "and":
    case "or":
      return q[expression.kind]!(...expression.operands.map((operand) => build(running, operand, q)));
    default:
      return q[expression.kind]!(build(running, expression.operand, q));
  }
}

async function takeRows(running: Run, query: QuerySpec, taking: Taking): Promise<unknown> {
  if (taking.kind === "count") return running.ctx.db.query(running.settings.prefix + query.table).count();
  const rows = rowsOf(running, query);
  if (!running.settings.corrected) return await takeFrom(rows, taking);
  return await takeFiltered(running, rows, query.filters, taking);
}

async function takeFrom(rows: Rows, taking: Taking): Promise<unknown> {
  switch (taking.kind) {
    case "take":
      return await rows.take(taking.count);
    case "iterate":
    case "break": {
      const taken: Document[] = [];
      for await (const row of rows) {
        if (taking.kind === "break" && taken.length >= taking.count) break;
        taken.push(row);
      }
      return taken;
    }
    case "collect":
    case "first":
    case "unique":
      return await rows[taking.kind]();
    case "count":
      throw new Bug("counted elsewhere");
  }
}

/** The same over rows that were read without the filters: only as far as the answer needs them, as errors may follow. */
async function takeFiltered(running: Run, rows: Rows, filters: FilterExpression[], taking: Taking): Promise<unknown> {
  const limit =
    taking.kind === "first" ? 1 : taking.kind === "unique" ? 2 : taking.kind === "take" ? taking.count : Infinity;
  const stopAt = taking.kind === "break" ? taking.count + 1 : limit;
  const taken: Document[] = [];
  for (const row of await rows.collect()) {
    if (taken.length >= stopAt) break;
    if (filters.every((filter) => passes(row, filter, (operand) => resolve(running, operand)))) taken.push(row);
  }
  if (taking.kind === "first") return taken[0] ?? null;
  if (taking.kind === "break") return taken.slice(0, taking.count);
  if (taking.kind !== "unique") return taken;
  if (taken.length > 1) throw new Error("more than one");
  return taken[0] ?? null;
}

async function page(running: Run, operation: Extract<Operation, { kind: "page" }>): Promise<unknown> {
  const { slot, query, numItems, again } = operation;
  const { lists } = running.state;
  while (lists.length <= slot) lists.push({ start: null, end: null });
  const list = lists[slot]!;
  const pinned = again && list.end !== null;
  const start = pinned ? list.start : list.end;
  const options = { cursor: start, numItems, ...(pinned ? { endCursor: list.end } : {}) };
  const result = await rowsOf(running, query).paginate(options);
  if (pinned) return result.page;
  const full = running.settings.corrected && result.isDone && result.page.length === numItems;
  // convex-test looks one row ahead and says that it is done; the backend only knows when it has found no more.
  const end = full ? cursorAfter(query, result.page.at(-1)!) : result.continueCursor;
  lists[slot] = { start, end };
  return { page: result.page, isDone: result.isDone && !full };
}

/** A cursor of convex-test: the values of the index's fields in the last row. */
function cursorAfter({ keyFields }: QuerySpec, row: Document): string {
  const values = keyFields.map((field) => fieldAt(row, field));
  return JSON.stringify(values.map((value) => (value === undefined ? null : JSON.stringify(convexToJson(value)))));
}

async function nested(
  running: Run,
  operation: Extract<Operation, { kind: "nested" | "nestedQuery" }>,
): Promise<unknown> {
  const { state, settings, ctx } = running;
  const fails = operation.kind === "nested" && operation.fails;
  const args = { state, operations: operation.operations, fails, settings } as unknown as Record<string, Value>;
  let outcome: CallOutcome;
  try {
    if (operation.kind === "nested") outcome = await ctx.runMutation!(runReference, args);
    else if (operation.stale && ctx.runMutation !== undefined) {
      outcome = await ctx.runQuery(readReference, args, { useStaleSnapshot: true });
    } else outcome = await ctx.runQuery(readReference, args);
  } catch (error) {
    const carried = fails ? outcomeOfFailure(error) : null;
    if (carried === null) throw error;
    outcome = carried;
  }
  running.state = outcome.state;
  return outcome.results;
}

function idOf({ state }: Run, row: number, table: string | null): string {
  const ids = table === null ? state.ids : state.ids.filter((_, number) => state.tables[number] === table);
  const id = ids[row % Math.max(1, ids.length)];
  if (id === undefined) throw new Error("no rows yet");
  return id;
}

function documentOf(running: Run, { fields }: { fields: { name: string; value: Operand }[] }): Document {
  return Object.fromEntries(fields.map(({ name, value }) => [name, resolve(running, value)])) as Document;
}

function resolve(running: Run, operand: Operand): Value | undefined {
  switch (operand.kind) {
    case "value":
      return operand.value;
    case "undefined":
      return undefined;
    case "row":
      return idOf(running, operand.row, operand.of);
    case "time":
      return running.state.times[operand.row % Math.max(1, running.state.times.length)] ?? 0;
    case "list":
      return operand.items.map((item) => resolve(running, item) as Value);
    case "object":
      return documentOf(running, operand);
  }
}

/** Replaces what differs between references: ids by the number of their row, creation times by their type. */
function normalize({ state }: Run, value: unknown): Value {
  const visit = (part: unknown): Value => {
    if (typeof part === "string") {
      const row = state.ids.indexOf(part);
      return row === -1 ? part : `row ${row}`;
    }
    if (Array.isArray(part)) return part.map(visit);
    if (typeof part !== "object" || part === null || part instanceof ArrayBuffer) return part as Value;
    const entries = Object.entries(part).map(([name, item]): [string, Value] => {
      return [name, name === "_creationTime" && typeof item === "number" ? "a time" : visit(item)];
    });
    return Object.fromEntries(entries);
  };
  return visit(value ?? null);
}
