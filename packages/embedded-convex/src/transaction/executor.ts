import { isStorageFailure, type StorageFailure } from "../store/failures.ts";
import type { Store } from "../store/store.ts";
import { WriteSet } from "./readSet.ts";
import { type AuditEntry, Transaction, type TransactionHost } from "./transaction.ts";

/** Told what runs, so that a watchdog on another thread can name the culprit when it has to end this one. */
export interface Heartbeat {
  enter(label: string): void;
  /** From now on until `leave` it is unknown to others whether the batch was committed and answered. */
  committing(): void;
  /** It was committed, and is being answered. */
  answering(): void;
  leave(): void;
}

/** One committed batch. */
export interface Commit {
  ts: bigint;
  writes: WriteSet;
  /** When jobs that were scheduled in it are due. */
  due: number[];
  obsoleteFiles: string[];
  audits: AuditEntry[];
  /** Sessions whose mutations are in it. */
  sessions: Set<string>;
}

export interface ExecutorOptions {
  store: Store;
  host: TransactionHost;
  heartbeat: Heartbeat;
  /** Whether a function's end waits for a turn of the event loop, so that what it leaves behind is known for its own. */
  isCareful?: () => boolean;
  /** A function that waits longer than this (on a promise that nobody fulfils, say) fails. */
  timeLimitMs: number;
  /** Sends the answers of the batch on their way. */
  flush(): void;
  /** Runs between batches, with nothing else running, after the answers of the batch were given. */
  afterCommit(commit: Commit): Promise<void>;
  /** A batch was not written because the disk is full: what is held in memory must be read again. */
  afterRollback(): void;
  /** A commit failed: nobody can know what is on the disk. Must end the process. */
  onFatal: (error: unknown) => never;
}

/** A unit of writing. */
export interface WriteWork<Result> {
  label: string;
  /** The WebSocket session it belongs to, if any. */
  session?: string | null;
  run(transaction: Transaction): Promise<Result> | Result;
}

interface QueuedWrite {
  work: WriteWork<unknown>;
  resolve: (value: unknown) => void;
  reject: (error: unknown) => void;
}

interface QueuedRead {
  run(): Promise<void>;
}

const MAX_BATCH = 256;
const BUSY_BATCH = 8;
const GATHER_MS = 1;

/**
 * Runs all transactions, one after another, on this thread: queries and mutations do no I/O, so this is serializable and loses
 * nothing. Mutations that wait together are committed together (one disk sync), each in its own savepoint; answers are given
 * after the commit, and only then what depends on the writes runs again.
 */
export class Executor {
  readonly #options: ExecutorOptions;
  #writes: QueuedWrite[] = [];
  #reads: QueuedRead[] = [];
  #running = false;
  #stopped = false;
  #current: { startedAt: number; abort(error: Error): void } | null = null;
  readonly #deadlineTimer: NodeJS.Timeout;

  constructor(options: ExecutorOptions) {
    this.#options = options;
    this.#deadlineTimer = setInterval(() => this.#checkDeadline(), Math.max(20, options.timeLimitMs / 10));
    this.#deadlineTimer.unref();
  }

  /** Runs `work` in a transaction; settles after its commit. A rejection means that nothing was written. */
  write<Result>(work: WriteWork<Result>): Promise<Result> {
    return new Promise((resolve, reject) => {
      this.#writes.push({ work, resolve: resolve as (value: unknown) => void, reject });
      this.#wake();
    });
  }

  /** Runs `body` between batches, on committed data. */
  read<Result>(label: string, body: (transaction: Transaction) => Promise<Result> | Result): Promise<Result> {
    return new Promise((resolve, reject) => {
      this.#reads.push({ run: () => this.runRead(label, body).then(resolve, reject) });
      this.#wake();
    });
  }

  /** Runs `body` between batches; it may use `runRead`. */
  exclusive<Result>(body: () => Promise<Result>): Promise<Result> {
    return new Promise((resolve, reject) => {
      this.#reads.push({ run: () => body().then(resolve, reject) });
      this.#wake();
    });
  }

  /** Like `read`, for code that is called by the executor itself. */
  async runRead<Result>(label: string, body: (transaction: Transaction) => Promise<Result> | Result): Promise<Result> {
    const transaction = new Transaction(this.#options.host, { writable: false });
    this.#options.heartbeat.enter(label);
    try {
      return await this.#bounded(() => body(transaction));
    } finally {
      transaction.ended = true;
      await this.#seeWhatIsLeft();
      this.#options.heartbeat.leave();
    }
  }

  /** Begins nothing more. What still waits stays unanswered: the database is about to be closed. */
  stop(): void {
    this.#stopped = true;
    clearInterval(this.#deadlineTimer);
  }

  #wake(): void {
    if (this.#running || this.#stopped) return;
    this.#running = true;
    setImmediate(() => {
      // Whatever a function throws is answered. Anything else is a mistake in this package: it must end the thread, whose
      // successor starts from the last commit, and not leave it alive with a queue that nobody works on.
      this.#loop().catch((error: unknown) =>
        setImmediate(() => {
          throw error;
        }),
      );
    });
  }

  async #loop(): Promise<void> {
    while (!this.#stopped && (this.#writes.length > 0 || this.#reads.length > 0)) {
      let batch = 0;
      if (this.#writes.length > 0) {
        const writes = this.#writes.splice(0, MAX_BATCH);
        batch = writes.length;
        await this.#commitBatch(writes);
      }
      const reads = this.#reads;
      this.#reads = [];
      for (const read of reads) if (!this.#stopped) await read.run();
      // Lets messages in. Where many write at once, a moment's patience makes fewer and larger commits; a lone writer does not wait.
      await (batch >= BUSY_BATCH && this.#writes.length < batch ? pause(GATHER_MS) : nextTurn());
    }
    this.#running = false;
    if (this.#writes.length > 0 || this.#reads.length > 0) this.#wake();
  }

  async #commitBatch(batch: QueuedWrite[]): Promise<void> {
    const { store } = this.#options;
    const commit: Commit = {
      ts: 0n,
      writes: new WriteSet(),
      due: [],
      obsoleteFiles: [],
      audits: [],
      sessions: new Set(),
    };
    const answers: (() => void)[] = [];
    store.begin();
    for (const item of batch) answers.push(await this.#runWrite(item, commit));
    commit.ts = store.clock.lastTs;
    this.#options.heartbeat.committing();
    try {
      store.commit();
    } catch (error) {
      if (isStorageFailure(error)) return this.#giveUp(batch, error);
      return this.#options.onFatal(error);
    }
    this.#options.heartbeat.answering();
    for (const answer of answers) answer();
    // One turn, in which those who wait for the answers put them into the outgoing message.
    await nextTurn();
    this.#options.flush();
    this.#options.heartbeat.leave();
    await this.#options.afterCommit(commit);
  }

  /** Nothing of the batch was written. All who wait are told so, and the next one may succeed. */
  async #giveUp(batch: QueuedWrite[], failure: StorageFailure): Promise<void> {
    this.#options.afterRollback();
    for (const { reject } of batch) reject(failure);
    await nextTurn();
    this.#options.flush();
    this.#options.heartbeat.leave();
  }

  /** Returns what to do after the commit. */
  async #runWrite({ work, resolve, reject }: QueuedWrite, commit: Commit): Promise<() => void> {
    const transaction = new Transaction(this.#options.host, { writable: true });
    this.#options.heartbeat.enter(work.label);
    try {
      const value = await transaction.nested(() => this.#bounded(() => work.run(transaction)));
      commit.writes.append(transaction.writes);
      for (const job of transaction.scheduled) commit.due.push(job.due);
      commit.obsoleteFiles.push(...transaction.obsoleteFiles);
      commit.audits.push(...transaction.audits);
      if (work.session != null) commit.sessions.add(work.session);
      return () => resolve(value);
    } catch (error) {
      return () => reject(error);
    } finally {
      commit.obsoleteFiles.push(...transaction.abandonedFiles);
      transaction.ended = true;
      await this.#seeWhatIsLeft();
      this.#options.heartbeat.leave();
    }
  }

  /** An endless loop among the microtasks that a function leaves behind never lets this pass. */
  async #seeWhatIsLeft(): Promise<void> {
    if (this.#options.isCareful?.() === true) await nextTurn();
  }

  async #bounded<Result>(body: () => Promise<Result> | Result): Promise<Result> {
    try {
      return await new Promise<Result>((resolve, reject) => {
        this.#current = { startedAt: performance.now(), abort: reject };
        Promise.resolve(body()).then(resolve, reject);
      });
    } finally {
      this.#current = null;
    }
  }

  #checkDeadline(): void {
    const { timeLimitMs } = this.#options;
    if (this.#current === null || performance.now() - this.#current.startedAt < timeLimitMs) return;
    this.#current.abort(new Error(`Function execution timed out (maximum duration: ${timeLimitMs / 1000}s)`));
  }
}

function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
