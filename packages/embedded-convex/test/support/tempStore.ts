import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { Catalog } from "../../src/store/catalog.ts";
import { Store } from "../../src/store/store.ts";
import { type Commit, Executor, type ExecutorOptions } from "../../src/transaction/executor.ts";
import { Transaction } from "../../src/transaction/transaction.ts";

/** A store in a folder of its own, with everything that transactions need. */
export class TempStore {
  readonly folder = mkdtempSync(path.join(tmpdir(), "embedded-convex-store-"));
  nowMs = Date.UTC(2026, 0, 1);
  store = this.#open();
  catalog = new Catalog(this.store);
  readonly commits: Commit[] = [];
  readonly labels: string[] = [];
  #executors: Executor[] = [];

  get host() {
    return { store: this.store, catalog: this.catalog, onDocumentWritten: () => undefined };
  }

  /** Runs `body` in a committed transaction. */
  write<Result>(body: (transaction: Transaction) => Result): Result {
    return this.store.write(() => body(new Transaction(this.host, { writable: true })));
  }

  /** A transaction that only reads. */
  reader(): Transaction {
    return new Transaction(this.host, { writable: false });
  }

  executor(options: Partial<ExecutorOptions> = {}): Executor {
    const executor = new Executor({
      store: this.store,
      host: this.host,
      heartbeat: {
        enter: (label) => this.labels.push(label),
        committing: () => undefined,
        answering: () => undefined,
        leave: () => undefined,
      },
      timeLimitMs: 5000,
      flush: () => undefined,
      afterCommit: async (commit) => void this.commits.push(commit),
      afterRollback: () => this.catalog.reload(),
      onFatal: (error) => {
        throw error;
      },
      ...options,
    });
    this.#executors.push(executor);
    return executor;
  }

  /** As a restart of the process. */
  reopen(): void {
    this.store.close();
    this.store = this.#open();
    this.catalog = new Catalog(this.store);
  }

  dispose(): void {
    for (const executor of this.#executors) executor.stop();
    this.store.close();
    rmSync(this.folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
  }

  #open(): Store {
    return new Store({ folder: this.folder, sync: "off", now: () => this.nowMs });
  }
}
