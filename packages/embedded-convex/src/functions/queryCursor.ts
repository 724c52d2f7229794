import type { ReadRange } from "../transaction/readSet.ts";
import type { Transaction } from "../transaction/transaction.ts";
import { keySuccessor } from "../values/keys.ts";
import type { ScanRow } from "../store/store.ts";
import { OperatorChain } from "./operators.ts";
import type { Plan } from "./plan.ts";
import { SearchCursor } from "./searchCursor.ts";

const FIRST_CHUNK = 16;
const MAX_CHUNK = 512;

/** One row of a result. */
export interface CursorRow {
  key: Uint8Array;
  json: string;
}

/** A query that is being read. */
export interface RowCursor {
  /** The next row that passes all operators, or null at the end. */
  next(): CursorRow | null;
}

/** Starts to read a plan. */
export function openCursor(transaction: Transaction, plan: Plan): RowCursor {
  const { search } = plan;
  return search === undefined ? new QueryCursor(transaction, plan) : new SearchCursor(transaction, { ...plan, search });
}

/**
 * Reads a plan row by row, in chunks that grow, so that `first()` costs one row and `collect()` few statements. Registers
 * exactly the range it has read, so that rows behind the last one do not wake the query up.
 */
export class QueryCursor implements RowCursor {
  readonly #transaction: Transaction;
  readonly #plan: Plan;
  readonly #range: ReadRange;
  readonly #operators: OperatorChain;
  #low: Buffer;
  #high: Buffer;
  #chunk: ScanRow[] = [];
  #position = 0;
  #chunkSize: number;
  #exhausted = false;

  constructor(transaction: Transaction, plan: Plan) {
    this.#transaction = transaction;
    this.#plan = plan;
    this.#low = plan.low;
    this.#high = plan.high;
    const edge = plan.order === "asc" ? plan.low : plan.high;
    this.#range = transaction.reads.addRange(plan.index, edge, edge);
    this.#operators = new OperatorChain(plan.operators);
    this.#chunkSize = firstChunkSize(plan);
    transaction.usage.add("databaseQueries", 1);
  }

  /** The next row that passes all operators, or null at the end. */
  next(): CursorRow | null {
    while (!this.#exhausted && !this.#operators.exhausted) {
      const row = this.#read();
      if (row === null) break;
      if (this.#operators.admit(row[1])) return { key: row[0], json: row[1] };
    }
    return null;
  }

  #read(): ScanRow | null {
    if (this.#position === this.#chunk.length && !this.#fetch()) return null;
    const row = this.#chunk[this.#position++]!;
    const { usage } = this.#transaction;
    usage.add("documentsRead", 1);
    usage.add("bytesRead", row[1].length);
    const key = toBuffer(row[0]);
    if (this.#plan.order === "asc") this.#range.high = this.#low = keySuccessor(key);
    else this.#range.low = this.#high = key;
    return row;
  }

  #fetch(): boolean {
    this.#chunk = this.#transaction.source.scan(
      this.#plan.index,
      this.#low,
      this.#high,
      this.#plan.order,
      this.#chunkSize,
    );
    this.#position = 0;
    this.#chunkSize = Math.min(this.#chunkSize * 4, MAX_CHUNK);
    if (this.#chunk.length > 0) return true;
    this.#exhausted = true;
    this.#range.low = this.#plan.low;
    this.#range.high = this.#plan.high;
    return false;
  }
}

function firstChunkSize(plan: Plan): number {
  const filtered = plan.operators.some((operator) => "filter" in operator);
  const limits = plan.operators.flatMap((operator) => ("limit" in operator ? [operator.limit] : []));
  if (filtered || limits.length === 0) return FIRST_CHUNK;
  return Math.min(Math.max(1, ...[Math.min(...limits)]), MAX_CHUNK);
}

function toBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
