import { type DocumentLocation, isHiddenTable, tableEnd } from "../store/catalog.ts";
import { DOCUMENTS } from "../store/store.ts";
import type { Transaction } from "../transaction/transaction.ts";
import { decodeId } from "../values/ids.ts";
import type { ConvexJson, ConvexJsonObject } from "../values/json.ts";
import { checkFields, checkTableName, refusedId } from "./documentArgs.ts";
import type { CallContext, TransactionContext } from "./context.ts";
import type { PageCursors } from "./pageCursors.ts";
import { type PageRequest, readPage } from "./pagination.ts";
import { type Plan, planQuery } from "./plan.ts";
import { openCursor } from "./queryCursor.ts";
import type { SerializedQuery } from "./queryTypes.ts";

/** The database operations of `convex/server`, on the transaction of the running call. Arguments and results are Convex JSON. */

interface DocumentArgs {
  id: string;
  table?: string;
}

/** There is one journal per function, so a second paged query could not be pinned. */
const SECOND_PAGING =
  "This query or mutation function ran multiple paginated queries. Convex only supports a single paginated query in each function.";

/** Cursors and pinned ends are for clients, whom components do not talk to. */
const PAGING_IN_COMPONENT =
  "paginate() is only supported in the app. Learn more at https://docs.convex.dev/components/authoring#pagination";

const READ_ONLY = "System tables (prefixed with `_`) are read-only.";

type Operation = (call: CallContext, state: TransactionContext, args: never) => string;

/** Operations that answer at once. */
export const syncDatabaseOperations = {
  "1.0/queryStream"(call: CallContext, state: TransactionContext, { query }: { query: SerializedQuery }): string {
    const plan = planVisible(state.transaction, call.component, query);
    const queryId = state.nextCursor++;
    if (plan !== null) state.cursors.set(queryId, openCursor(state.transaction, plan));
    return `{"queryId":${queryId}}`;
  },

  "1.0/queryCleanup"(_call: CallContext, state: TransactionContext, { queryId }: { queryId: number }): string {
    state.cursors.delete(queryId);
    return "null";
  },

  "1.0/db/normalizeId"(
    call: CallContext,
    state: TransactionContext,
    { table, idString }: { table: string; idString: string },
  ): string {
    const matches = state.transaction.catalog.locate(call.component, idString)?.table.name === table;
    return JSON.stringify({ id: matches ? idString : null });
  },
} satisfies Record<string, Operation>;

/** Operations that answer with a promise, and that wait while a nested call runs. */
export function databaseOperations(cursors: PageCursors) {
  return {
    "1.0/queryStreamNext"(_call: CallContext, state: TransactionContext, { queryId }: { queryId: number }): string {
      const row = state.cursors.get(queryId)?.next() ?? null;
      return row === null ? '{"value":null,"done":true}' : `{"value":${row.json},"done":false}`;
    },

    "1.0/queryPage"(
      call: CallContext,
      state: TransactionContext,
      args: PageRequest & { query: SerializedQuery },
    ): string {
      if (call.component !== "") throw new Error(PAGING_IN_COMPONENT);
      if (state.journal.next !== null) throw new Error(SECOND_PAGING);
      const plan = planVisible(state.transaction, call.component, args.query);
      if (state.journal.next !== null) {
        throw new Error(
          "This query or mutation function ran multiple paginated queries. Convex only supports a single paginated query in each function.",
        );
      }
      const page = readPage(state.transaction, cursors, plan, args, state.journal.last);
      state.journal.next = page.journal;
      return page.json;
    },

    "1.0/count"(call: CallContext, state: TransactionContext, { table }: { table: string }): string {
      const info = state.transaction.catalog.table(call.component, table);
      if (info === undefined || isHiddenTable(table)) return "0";
      state.transaction.reads.addRange(DOCUMENTS, info.prefix, tableEnd(info));
      return String(state.transaction.source.countDocuments(info.prefix, tableEnd(info)));
    },

    "1.0/get"(
      call: CallContext,
      { transaction }: TransactionContext,
      args: DocumentArgs & { isSystem?: boolean },
    ): string {
      // An id of another component, or of a table that is gone, is found nowhere; only what is no id at all is refused.
      if (transaction.catalog.locate(call.component, args.id) === null && decodeId(args.id) !== null) return "null";
      const { key, table } = locate(transaction, call.component, args, "get");
      if (isHiddenTable(table.name)) return "null";
      const isSystem = args.isSystem ?? false;
      if (isSystem && !table.name.startsWith("_")) throw new Error("User tables cannot be accessed with db.system.");
      if (!isSystem && table.name.startsWith("_"))
        throw new Error("System tables can only be accessed with db.system.");
      return transaction.get(key) ?? "null";
    },

    "1.0/insert"(
      call: CallContext,
      { transaction }: TransactionContext,
      args: { table: string; value: ConvexJsonObject },
    ): string {
      checkTableName(args.table, "insert");
      const value = checkFields(args.value, "insert");
      const table = transaction.catalog.ensureTable(call.component, args.table);
      const id = transaction.insert(table, resolveCommitTs(transaction, value) as ConvexJsonObject);
      return `{"_id":"${id}"}`;
    },

    "1.0/shallowMerge"(
      call: CallContext,
      { transaction }: TransactionContext,
      args: DocumentArgs & { value: ConvexJsonObject },
    ): string {
      const at = locateForWrite(transaction, call.component, args, "patch");
      const value = checkFields(args.value, "patch");
      transaction.update(at, "Update", (old) => merge(old, resolveCommitTs(transaction, value) as ConvexJsonObject));
      return "{}";
    },

    "1.0/replace"(
      call: CallContext,
      { transaction }: TransactionContext,
      args: DocumentArgs & { value: ConvexJsonObject },
    ): string {
      const at = locateForWrite(transaction, call.component, args, "replace");
      const value = checkFields(args.value, "replace");
      transaction.update(at, "Replace", () => resolveCommitTs(transaction, value) as ConvexJsonObject);
      return "{}";
    },

    "1.0/remove"(call: CallContext, { transaction }: TransactionContext, args: DocumentArgs): string {
      transaction.remove(locateForWrite(transaction, call.component, args, "delete"));
      return "{}";
    },
  } satisfies Record<string, Operation>;
}

/** As `planQuery`, but the tables of this package are empty for functions. */
function planVisible(transaction: Transaction, component: string, query: SerializedQuery): Plan | null {
  const { source } = query;
  const tableName = source.type === "FullTableScan" ? source.tableName : source.indexName.split(".")[0]!;
  return isHiddenTable(tableName) ? null : planQuery(transaction.catalog, component, query);
}

function locate(transaction: Transaction, component: string, args: DocumentArgs, method: string): DocumentLocation {
  const found = transaction.catalog.locate(component, args.id);
  if (found === null) throw refusedId(args.id, method);
  if (args.table !== undefined && args.table !== found.table.name) {
    throw new Error(
      `Invalid argument \`id\` for \`db.${method}\`: expected an ID for table '${args.table}', got an ID for table '${found.table.name}'`,
    );
  }
  return found;
}

function locateForWrite(
  transaction: Transaction,
  component: string,
  args: DocumentArgs,
  method: string,
): DocumentLocation {
  const found = locate(transaction, component, args, method);
  if (found.table.name.startsWith("_")) throw new Error(READ_ONLY);
  return found;
}

function merge(old: ConvexJsonObject, patch: ConvexJsonObject): ConvexJsonObject {
  const next = { ...old };
  for (const [field, value] of Object.entries(patch)) {
    if (typeof value === "object" && value !== null && "$undefined" in value) delete next[field];
    else next[field] = value;
  }
  return next;
}

/** Replaces `{ $commitTs: null }` by the timestamp at which the transaction will be committed. */
export function resolveCommitTs(transaction: Transaction, value: ConvexJson): ConvexJson {
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map((item) => resolveCommitTs(transaction, item));
  if ("$commitTs" in value) return { $integer: encodeInt64(transaction.commitTs) };
  let changed: ConvexJsonObject | null = null;
  for (const [field, item] of Object.entries(value)) {
    const resolved = resolveCommitTs(transaction, item);
    if (resolved !== item) (changed ??= { ...value })[field] = resolved;
  }
  return changed ?? value;
}

/** An int64 in Convex's JSON encoding: little-endian bytes in base64. */
export function encodeInt64(value: bigint): string {
  const bytes = Buffer.allocUnsafe(8);
  bytes.writeBigInt64LE(value);
  return bytes.toString("base64");
}
