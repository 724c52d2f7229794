import { handleOf, type FunctionInfo } from "../functions/codebase.ts";
import type { CronSpec } from "../deploy/manifest.ts";
import type { Store } from "../store/store.ts";
import type { Executor } from "../transaction/executor.ts";
import type { Transaction } from "../transaction/transaction.ts";
import type { ConvexJson } from "../values/json.ts";
import { nextRunMs } from "./cronSchedule.ts";
import type { Job, Jobs } from "./jobs.ts";

export interface SchedulerOptions {
  store: Store;
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
  now: () => number;
  /** Tells the operator about a cron that cannot run. */
  report(message: string): void;
}

/** A cron of a push. */
export interface Cron {
  /** Unique in the deployment. */
  name: string;
  component: string;
  spec: CronSpec;
}

interface CronState {
  component: string;
  spec: CronSpec;
  nextRunMs: number | null;
  /** The run that must be over before the next one starts. */
  jobId: string | null;
}

const CRONS_KEY = "crons";
const MAX_CONCURRENT_ACTIONS = 64;
const CLAIM_LIMIT = 512;
const MAX_TIMER_MS = 60 * 60 * 1000;
const PRUNE_EVERY_MS = 10 * 60 * 1000;
const PRUNE_LIMIT = 500;

/**
 * Runs jobs when they are due. Mutations exactly once: their state changes in the transaction that runs them. Actions at most
 * once: they are marked as running, durably, before they start.
 */
export class Scheduler {
  readonly #options: SchedulerOptions;
  readonly #claimed = new Set<string>();
  #runningActions = 0;
  #crons: Record<string, CronState>;
  #timer: NodeJS.Timeout | null = null;
  #timerAt = Infinity;
  #pruneTimer: NodeJS.Timeout | null = null;
  #stopped = false;

  constructor(options: SchedulerOptions) {
    this.#options = options;
    this.#crons = options.store.kv.getJson<Record<string, CronState>>(CRONS_KEY) ?? {};
  }

  /**
   * Settles what the last process has left behind and starts running jobs. `guilty`: jobs that must not be tried again;
   * `running`: action jobs that run on although the transactor was replaced.
   */
  async start({ guilty, running }: { guilty: readonly string[]; running: readonly string[] }): Promise<void> {
    for (const id of running) this.#claimed.add(id);
    this.#runningActions = running.length;
    await this.#options.executor.write({
      label: "scheduler",
      run: (transaction) => {
        this.#options.jobs.failInterrupted(transaction, new Set(running));
        for (const id of guilty)
          this.#options.jobs.finish(transaction, id, { kind: "failed", error: "Function execution timed out" });
      },
    });
    this.#pruneTimer = setInterval(() => void this.#prune(), PRUNE_EVERY_MS);
    this.#pruneTimer.unref();
    this.#tick();
  }

  stop(): void {
    this.#stopped = true;
    if (this.#timer !== null) clearTimeout(this.#timer);
    if (this.#pruneTimer !== null) clearInterval(this.#pruneTimer);
  }

  /** Something was scheduled. */
  wake(due: readonly number[]): void {
    if (due.length > 0) this.#arm(Math.min(...due));
  }

  /** Takes over the crons of a push, inside its transaction. Unchanged ones keep their next run. Returns what changed. */
  setCrons(crons: readonly Cron[]): { added: string[]; updated: string[]; deleted: string[] } {
    const old = this.#crons;
    const now = this.#options.now();
    const next: Record<string, CronState> = {};
    const diff = { added: [] as string[], updated: [] as string[], deleted: [] as string[] };
    for (const { name, component, spec } of crons) {
      const known = old[name];
      if (known !== undefined && JSON.stringify(known.spec) === JSON.stringify(spec)) next[name] = known;
      else {
        next[name] = { component, spec, nextRunMs: nextRunMs(spec.schedule, now, null), jobId: null };
        (known === undefined ? diff.added : diff.updated).push(name);
      }
    }
    diff.deleted = Object.keys(old).filter((name) => next[name] === undefined);
    this.#options.store.kv.setJson(CRONS_KEY, next);
    this.#crons = next;
    return diff;
  }

  /** To be called after the transaction of `setCrons`: arms the timer, or goes back to what is stored if it failed. */
  cronsChanged(): void {
    this.#crons = this.#options.store.kv.getJson<Record<string, CronState>>(CRONS_KEY) ?? {};
    this.#tick();
  }

  /** An action job has ended; `error` is null on success. */
  async actionFinished(jobId: string, error: string | null): Promise<void> {
    if (this.#claimed.delete(jobId)) this.#runningActions--;
    await this.#options.executor.write({
      label: "scheduler",
      run: (transaction) =>
        this.#options.jobs.finish(transaction, jobId, error === null ? { kind: "success" } : { kind: "failed", error }),
    });
    this.#tick();
  }

  #arm(atMs: number): void {
    if (this.#stopped || atMs >= this.#timerAt) return;
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timerAt = atMs;
    const delay = Math.min(Math.max(0, atMs - this.#options.now()), MAX_TIMER_MS);
    this.#timer = setTimeout(() => this.#tick(), delay);
  }

  #tick(): void {
    if (this.#stopped) return;
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    this.#timerAt = Infinity;
    const now = this.#options.now();
    this.#runDueCrons(now);
    const due = this.#options.jobs.due(now, CLAIM_LIMIT + this.#claimed.size);
    for (const job of due) if (!this.#claimed.has(job.id)) this.#start(job);
    const next = Math.min(this.#options.jobs.nextDue(now) ?? Infinity, this.#nextCronMs());
    if (next !== Infinity) this.#arm(next);
  }

  #start(job: Job): void {
    let info: FunctionInfo;
    try {
      info = this.#options.resolve(job.target);
    } catch (error) {
      this.#claimed.add(job.id);
      void this.#fail(job, error);
      return;
    }
    if (info.kind !== "mutation") {
      if (this.#runningActions >= MAX_CONCURRENT_ACTIONS) return;
      this.#runningActions++;
      this.#claimed.add(job.id);
      void this.#startAction(job);
      return;
    }
    this.#claimed.add(job.id);
    void this.#runMutation(job, info);
  }

  async #runMutation(job: Job, info: FunctionInfo): Promise<void> {
    const { executor, jobs } = this.#options;
    try {
      await executor.write({
        label: `job ${job.id}`,
        run: async (transaction) => {
          const loaded = jobs.isPending(job.id) ? jobs.load(job) : null;
          if (loaded === null) return;
          await this.#options.runMutation(transaction, info, job, loaded.args);
          jobs.finish(transaction, job.id, { kind: "success" });
        },
      });
      this.#release(job);
    } catch (error) {
      await this.#fail(job, error);
    }
  }

  async #startAction(job: Job): Promise<void> {
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
    else {
      this.#runningActions--;
      this.#release(job);
    }
  }

  async #fail(job: Job, error: unknown): Promise<void> {
    const message = this.#options.describe(error);
    await this.#options.executor.write({
      label: "scheduler",
      run: (transaction) => this.#options.jobs.finish(transaction, job.id, { kind: "failed", error: message }),
    });
    this.#release(job);
  }

  #release(job: Job): void {
    this.#claimed.delete(job.id);
    // Only actions are left, which may take long: more due jobs than one claim holds must not wait for them.
    if (this.#claimed.size <= this.#runningActions) this.#tick();
  }

  #runDueCrons(now: number): void {
    for (const [name, cron] of Object.entries(this.#crons)) {
      if (cron.nextRunMs === null || cron.nextRunMs > now) continue;
      const lastMs = cron.nextRunMs;
      cron.nextRunMs = nextRunMs(cron.spec.schedule, now, lastMs);
      this.#startCron(name, cron, now).catch((error: unknown) =>
        this.#options.report(`cron ${name}: ${this.#options.describe(error)}`),
      );
    }
  }

  async #startCron(name: string, cron: CronState, now: number): Promise<void> {
    const { executor, jobs, store } = this.#options;
    await executor.write({
      label: "scheduler",
      run: (transaction) => {
        if (this.#crons[name] !== cron) return;
        const busy = cron.jobId !== null && jobs.isUnfinished(cron.jobId);
        if (!busy) {
          const info = this.#options.resolve(`function://${cron.component};${canonical(cron.spec.name)}`);
          const args = (cron.spec.args[0] ?? {}) as ConvexJson;
          cron.jobId = jobs.schedule(transaction, {
            component: cron.component,
            path: info.path,
            target: handleOf(info),
            args,
            dueMs: now,
          });
        }
        store.kv.setJson(CRONS_KEY, this.#crons);
      },
    });
  }

  #nextCronMs(): number {
    return Math.min(...Object.values(this.#crons).map((cron) => cron.nextRunMs ?? Infinity), Infinity);
  }

  async #prune(): Promise<void> {
    const { executor, jobs, store, now } = this.#options;
    const pruneJobs = () =>
      executor.write({ label: "prune", run: (transaction) => jobs.prune(transaction, now(), PRUNE_LIMIT) });
    // In portions, so that functions run in between; until nothing is left, or it would fall behind a busy scheduler.
    while ((await pruneJobs()) === PRUNE_LIMIT);
    await executor.write({ label: "prune", run: () => store.requests.prune() });
  }
}

/** `module:function`, also for a default export that was named by its module alone. */
function canonical(name: string): string {
  const [module = "", fn = "default"] = name.split(":");
  return `${module.replace(/\.js$/, "")}:${fn}`;
}
