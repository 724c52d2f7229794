import type { FunctionInfo } from "../functions/codebase.ts";
import { isStorageFailure } from "../store/failures.ts";
import type { Executor } from "../transaction/executor.ts";
import type { Transaction } from "../transaction/transaction.ts";
import { type Job, type JobLane, type Jobs, LANES } from "./jobs.ts";

export interface JobRunnerOptions {
  jobs: Jobs;
  executor: Executor;
  /** Finds the target of a job; throws if the deployed code has it no more. */
  resolve(target: string): FunctionInfo;
  /** Runs a mutation in the given transaction; rejects with a message for the job's state. */
  runMutation(transaction: Transaction, info: FunctionInfo, job: Job, args: string): Promise<void>;
  /** Hands an action to a worker; `actionFinished` is called later. */
  runAction(job: Job, args: string): void;
  /** The message to record for what a function has thrown. */
  describe(error: unknown): string;
  /** There is room for more jobs. */
  onRoom(): void;
  /** Jobs could not be written; they are to be tried again after this time, ms. */
  retryIn(delayMs: number): void;
}

/**
 * How many jobs of a lane are under way at once. Jobs and calls of clients share one queue: with few mutations in it a call never
 * waits behind more than these, however many are due. Actions mostly wait for others, so there may be more of them.
 */
const CONCURRENCY: Readonly<Record<JobLane, number>> = { mutation: 32, action: 64 };
const RETRY_MS = 1000;

/**
 * Runs due jobs, mutations and actions each in a lane of their own, so that neither hides the other. Invariants: a job is
 * claimed at most once at a time; a mutation's state changes in the transaction that runs it; an action is marked as running,
 * durably, before it starts; what could not be written is not lost but tried again.
 */
export class JobRunner {
  readonly #options: JobRunnerOptions;
  readonly #claimed: Readonly<Record<JobLane, Set<string>>> = { mutation: new Set(), action: new Set() };

  constructor(options: JobRunnerOptions) {
    this.#options = options;
  }

  /** Counts actions in that another transactor has started and that run on. */
  adopt(jobIds: readonly string[]): void {
    for (const id of jobIds) this.#claimed.action.add(id);
  }

  /** Starts jobs that are due, oldest first, as far as there is room. */
  startDue(nowMs: number): void {
    for (const lane of LANES) {
      const claimed = this.#claimed[lane];
      if (claimed.size >= CONCURRENCY[lane]) continue;
      // Claimed jobs may still be among the due ones: this many rows always hold a job for each free place.
      for (const job of this.#options.jobs.due(lane, nowMs, CONCURRENCY[lane])) {
        if (claimed.size >= CONCURRENCY[lane]) break;
        if (claimed.has(job.id)) continue;
        claimed.add(job.id);
        void this.#run(lane, job);
      }
    }
  }

  /** An action job has ended; `error` is null on success. Resolves when that is recorded. */
  async actionFinished(jobId: string, error: string | null): Promise<void> {
    const { jobs, executor } = this.#options;
    const outcome = error === null ? ({ kind: "success" } as const) : ({ kind: "failed", error } as const);
    await this.#untilWritten(() =>
      executor.write({ label: "scheduler", run: (transaction) => jobs.finish(transaction, jobId, outcome) }),
    );
    this.#release("action", jobId);
  }

  /** Never rejects: whatever happens becomes the job's state, or the job is tried again. */
  async #run(lane: JobLane, job: Job): Promise<void> {
    try {
      const info = this.#options.resolve(job.target);
      // After a push a job's target may be of another kind than when it was scheduled.
      const actual = laneOf(info.kind);
      if (actual !== lane) await this.#changeLane(job, actual);
      else if (lane === "mutation") await this.#runMutation(job, info);
      else if (await this.#startAction(job)) return;
    } catch (error) {
      if (isStorageFailure(error)) return this.#tryAgain(lane, job);
      const failure = { kind: "failed", error: this.#options.describe(error) } as const;
      try {
        await this.#options.executor.write({
          label: "scheduler",
          run: (transaction) => this.#options.jobs.finish(transaction, job.id, failure),
        });
      } catch {
        // The job is still pending: it runs once more, and fails once more, when there is room on the disk.
        return this.#tryAgain(lane, job);
      }
    }
    this.#release(lane, job.id);
  }

  async #runMutation(job: Job, info: FunctionInfo): Promise<void> {
    const { executor, jobs } = this.#options;
    await executor.write({
      label: `job ${job.id}`,
      run: async (transaction) => {
        const loaded = jobs.isPending(job.id) ? jobs.load(job) : null;
        if (loaded === null) return;
        await this.#options.runMutation(transaction, info, job, loaded.args);
        jobs.finish(transaction, job.id, { kind: "success" });
      },
    });
  }

  /** Whether it was started; not if it was cancelled meanwhile. */
  async #startAction(job: Job): Promise<boolean> {
    const { executor, jobs } = this.#options;
    const args = await executor.write({
      label: "scheduler",
      run: (transaction) => {
        const loaded = jobs.isPending(job.id) ? jobs.load(job) : null;
        if (loaded !== null) jobs.markRunning(transaction, job);
        return loaded?.args ?? null;
      },
    });
    if (args !== null) this.#options.runAction(job, args);
    return args !== null;
  }

  async #changeLane(job: Job, lane: JobLane): Promise<void> {
    const { executor, jobs } = this.#options;
    await executor.write({ label: "scheduler", run: () => jobs.changeLane(job, lane) });
  }

  #release(lane: JobLane, jobId: string): void {
    const claimed = this.#claimed[lane];
    claimed.delete(jobId);
    // Mutations follow each other fast: half a lane at a time, or each would cost a search for the next one.
    if (lane === "action" || claimed.size <= CONCURRENCY.mutation / 2) this.#options.onRoom();
  }

  #tryAgain(lane: JobLane, job: Job): void {
    this.#claimed[lane].delete(job.id);
    this.#options.retryIn(RETRY_MS);
  }

  async #untilWritten(write: () => Promise<void>): Promise<void> {
    for (;;) {
      try {
        return await write();
      } catch (error) {
        if (!isStorageFailure(error)) throw error;
        await new Promise((resolve) => setTimeout(resolve, RETRY_MS).unref());
      }
    }
  }
}

/** Where jobs of a kind of function wait. */
export function laneOf(kind: FunctionInfo["kind"]): JobLane {
  return kind === "mutation" ? "mutation" : "action";
}
