import type { Catalog, TableInfo } from "../store/catalog.ts";
import type { Executor } from "../transaction/executor.ts";
import type { Transaction } from "../transaction/transaction.ts";
import type { ConvexJsonObject } from "../values/json.ts";
import { planQuery } from "../functions/plan.ts";
import { encodeInt64 } from "../functions/databaseSyscalls.ts";
import { QueryCursor } from "../functions/queryCursor.ts";
import type { TransferOperations, TransferTable } from "./messages.ts";

export const TRANSFER_TABLES = ["_exports", "_snapshot_imports"] as const satisfies TransferTable[];

const UNFINISHED = new Set(["requested", "uploaded", "waiting_for_confirmation", "in_progress"]);
const LISTED = 32;
/** Older ones are deleted. */
const KEPT = 200;

/** Documents that say how exports and imports are doing. The CLI subscribes to them. */
export class TransferStates {
  readonly #catalog: Catalog;
  readonly #executor: Executor;

  constructor(catalog: Catalog, executor: Executor) {
    this.#catalog = catalog;
    this.#executor = executor;
  }

  operations(): TransferOperations {
    return {
      transferInsert: ({ table, fields }) =>
        this.#write((transaction) => {
          this.#forgetOld(transaction, table);
          return transaction.insert(this.#table(table), JSON.parse(fields) as ConvexJsonObject);
        }),
      transferPatch: ({ table, id, fields }) =>
        this.#write((transaction) => this.#patch(transaction, table, id, JSON.parse(fields) as ConvexJsonObject)),
      transferGet: ({ table, id }) =>
        this.#executor.read("transfer", (transaction) => this.get(transaction, table, id)),
    };
  }

  /** What was running when the process ended has failed. Inside a write transaction. */
  recover(transaction: Transaction): void {
    for (const name of TRANSFER_TABLES) {
      for (const json of this.newest(transaction, name, KEPT)) {
        const document = JSON.parse(json) as ConvexJsonObject & { _id: string };
        if (!UNFINISHED.has(kindOf(document))) continue;
        const failed = {
          state: "failed",
          error_message: "The deployment was restarted meanwhile. Nothing was changed; import again.",
        };
        const next = typeof document.state === "string" ? { state: "failed" } : { state: failed };
        transaction.update(this.#catalog.locate("", document._id)!, "Update", (old) => ({ ...old, ...next }));
      }
    }
  }

  /** An import is in place. Inside the transaction that puts it there: the two must not be told apart by a crash. */
  complete(transaction: Transaction, id: string, rows: number): void {
    const state = { state: "completed", num_rows_written: { $integer: encodeInt64(BigInt(rows)) } };
    this.#patch(transaction, "_snapshot_imports", id, { state });
  }

  /** The document as Convex JSON text, or null. */
  get(transaction: Transaction, table: TransferTable, id: string): string | null {
    const at = this.#catalog.locate("", id);
    return at?.table.name === table ? transaction.get(at.key) : null;
  }

  /** The newest documents, newest first. */
  newest(transaction: Transaction, table: TransferTable, limit = LISTED): string[] {
    const source = { type: "FullTableScan" as const, tableName: table, order: "desc" as const };
    const plan = planQuery(this.#catalog, "", { source, operators: [{ limit }] });
    if (plan === null) return [];
    const cursor = new QueryCursor(transaction, plan);
    const rows: string[] = [];
    for (let row = cursor.next(); row !== null; row = cursor.next()) rows.push(row.json);
    return rows;
  }

  #patch(transaction: Transaction, table: TransferTable, id: string, fields: ConvexJsonObject): null {
    const at = this.#catalog.locate("", id);
    if (at?.table.name !== table) throw new Error(`There is no document ${id} in ${table}.`);
    // News of progress may come late, on another way than the end.
    transaction.update(at, "Update", (old) => (UNFINISHED.has(kindOf(old)) ? { ...old, ...fields } : old));
    return null;
  }

  #forgetOld(transaction: Transaction, table: TransferTable): void {
    for (const json of this.newest(transaction, table, KEPT + LISTED).slice(KEPT)) {
      transaction.remove(this.#catalog.locate("", (JSON.parse(json) as { _id: string })._id)!);
    }
  }

  #table(name: TransferTable): TableInfo {
    return this.#catalog.ensureTable("", name);
  }

  #write<Result>(run: (transaction: Transaction) => Result): Promise<Result> {
    return this.#executor.write({ label: "transfer", run });
  }
}

/** Of an export or an import. */
function kindOf({ state }: ConvexJsonObject): string {
  return typeof state === "string" ? state : (state as { state: string }).state;
}
