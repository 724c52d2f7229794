import { AsyncLocalStorage } from "node:async_hooks";
import type { RealmHost } from "../isolate/realm.ts";
import type { Transaction } from "../transaction/transaction.ts";
import type { PageJournal } from "./pagination.ts";
import type { RowCursor } from "./queryCursor.ts";
import type { RequestInfo } from "./request.ts";

/** The state of one running function; nested calls have their own. */
export interface CallContext {
  kind: "query" | "mutation" | "action" | "httpAction";
  component: string;
  path: string;
  /** The caller's identity as JSON text, or null. */
  identity: string | null;
  logs: string[];
  request: RequestInfo;
  /** Only in queries and mutations. */
  transaction: TransactionContext | null;
}

/** The part of a call that reads and writes the database. */
export interface TransactionContext {
  transaction: Transaction;
  /** `Date.now()` for the length of the function. */
  nowMs: number;
  random: () => number;
  /** How many calls this one is inside of. */
  depth: number;
  cursors: Map<number, RowCursor>;
  nextCursor: number;
  /** While a nested call runs, all other operations of the calling function wait here, or they would land in its savepoint. */
  gate: Promise<void> | null;
  journal: { last: PageJournal | null; next: PageJournal | null };
}

const storage = new AsyncLocalStorage<CallContext>();

export function runInContext<Result>(context: CallContext, body: () => Result): Result {
  return storage.run(context, body);
}

/** @throws outside a function, and in one that has returned or was given up on. */
export function currentContext(): CallContext {
  const context = storage.getStore();
  if (context === undefined) throw new Error("Convex operations are only available inside a running Convex function.");
  if (context.transaction?.transaction.ended === true)
    throw new Error("This function has ended; it cannot use the database any more.");
  return context;
}

/** @throws in actions. */
export function transactionOf(context: CallContext, operation: string): TransactionContext {
  if (context.transaction === null) throw new Error(`Unknown async operation ${operation}`);
  return context.transaction;
}

/** The parts of a realm's host that only depend on the running call. */
export function ambientHost(): Pick<RealmHost, "now" | "random" | "inTransaction" | "whileRunning"> {
  return {
    now: () => storage.getStore()?.transaction?.nowMs ?? Date.now(),
    random: () => (storage.getStore()?.transaction?.random ?? Math.random)(),
    inTransaction: () => storage.getStore()?.transaction != null,
    whileRunning<Value>(promise: Promise<Value>): Promise<Value> {
      const transaction = storage.getStore()?.transaction?.transaction;
      if (transaction === undefined) return promise;
      return new Promise((resolve, reject) => {
        promise.then(
          (value) => transaction.ended || resolve(value),
          (error: unknown) => transaction.ended || reject(error as Error),
        );
      });
    },
  };
}

/** A small seeded generator (mulberry32): functions must be repeatable, not unpredictable. */
export function seededRandom(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

/** The running call's log, or null when code runs outside of one (for example while a module is evaluated). */
export function currentLogs(): string[] | null {
  return storage.getStore()?.logs ?? null;
}
