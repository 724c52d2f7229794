import type { ReadRange } from "../transaction/readSet.ts";
import type { Transaction } from "../transaction/transaction.ts";
import { keySuccessor } from "../values/keys.ts";
import type { ScanRow } from "../store/store.ts";
import { OperatorChain } from "./operators.ts";
import type { Plan } from "./plan.ts";
import { SearchCursor } from "./searchCursor.ts";

const FIRST_CHUNK = 16;
const MAX_CHUNK = 512;
/** Roughly what a function does with a row. */
const MICROS_PER_ROW = 5;

/** How much a page may read before it has to end. */
export interface ReadBudget {
  rows: number | null;
  bytes: number | null;
}

/** One row of a result. */
export interface CursorRow {
  key: Uint8Array;
  json: string;
}

/** What was read so far, whether or not it passed the filters. */
export interface ReadProgress {
  rows: number;
  bytes: number;
  /** Places of the rows; only kept for pages, since they cost memory. */
  keys: Uint8Array[];
  /** Whether the end was that of the budget, or of what a transaction may read, and not that of the range. */
  stopped: boolean;
}

export function noProgress(): ReadProgress {
  return { rows: 0, bytes: 0, keys: [], stopped: false };
}

/** A query that is being read. */
export interface RowCursor {
  readonly read: ReadProgress;
  /** The next row that passes all operators, or null at the end. */
  next(): CursorRow | null;
}

/** Starts to read a plan. A page has a budget, if only an unlimited one. */
export function openCursor(transaction: Transaction, plan: Plan, budget: ReadBudget | null = null): RowCursor {
  const { search } = plan;
  if (search !== undefined) return new SearchCursor(transaction, { ...plan, search }, budget);
  return new QueryCursor(transaction, plan, budget);
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
  readonly #budget: ReadBudget | null;
  readonly read: ReadProgress = noProgress();
  #low: Buffer;
  #high: Buffer;
  #chunk: ScanRow[] = [];
  #position = 0;
  #chunkSize: number;
  #exhausted = false;

  constructor(transaction: Transaction, plan: Plan, budget: ReadBudget | null = null) {
    this.#transaction = transaction;
    this.#plan = plan;
    this.#budget = budget;
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
    while (!this.#exhausted && !this.read.stopped && !this.#operators.exhausted) {
      const row = this.#read();
      if (row === null) break;
      if (this.#operators.admit(row[1])) return { key: row[0], json: row[1] };
    }
    return null;
  }

  #read(): ScanRow | null {
    if (this.#isOverBudget()) {
      this.read.stopped = true;
      return null;
    }
    if (this.#position === this.#chunk.length && !this.#fetch()) return null;
    const row = this.#chunk[this.#position]!;
    if (!this.#count(row)) return null;
    this.#position += 1;
    this.#transaction.reads.costMicros += MICROS_PER_ROW;
    const key = toBuffer(row[0]);
    if (this.#plan.order === "asc") this.#range.high = this.#low = keySuccessor(key);
    else this.#range.low = this.#high = key;
    return row;
  }

  /** Only after a row at least, so that every page goes on. */
  #isOverBudget(): boolean {
    const { rows, bytes } = this.#budget ?? { rows: null, bytes: null };
    return (rows !== null && this.read.rows >= rows) || (bytes !== null && this.read.bytes >= bytes);
  }

  /** Counts a row that is about to be read; false if the transaction may not read it and a page has to end before it. */
  #count([key, json]: ScanRow): boolean {
    const { read } = this;
    try {
      this.#transaction.usage.add("documentsRead", 1);
      this.#transaction.usage.add("bytesRead", json.length);
    } catch (error) {
      if (this.#budget === null || read.rows === 0) throw error;
      read.stopped = true;
      return false;
    }
    read.rows += 1;
    read.bytes += json.length;
    if (this.#budget !== null) read.keys.push(key);
    return true;
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
