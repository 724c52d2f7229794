import { targetOf } from "../functions/codebase.ts";
import type { CronSpec } from "../deploy/manifest.ts";
import type { Store } from "../store/store.ts";
import type { ConvexJson } from "../values/json.ts";
import { nextRunMs } from "./cronSchedule.ts";
import { JobRunner, type JobRunnerOptions, laneOf } from "./jobRunner.ts";

export interface SchedulerOptions extends Omit<JobRunnerOptions, "onRoom" | "retryIn"> {
  store: Store;
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
const MAX_TIMER_MS = 60 * 60 * 1000;
const PRUNE_EVERY_MS = 10 * 60 * 1000;
const PRUNE_LIMIT = 500;
const RETRY_MS = 1000;

/**
 * Runs jobs when they are due. Mutations exactly once: their state changes in the transaction that runs them. Actions at most
 * once: they are marked as running, durably, before they start.
 */
export class Scheduler {
  readonly #options: SchedulerOptions;
  readonly #runner: JobRunner;
  #crons: Record<string, CronState>;
  #timer: NodeJS.Timeout | null = null;
  #timerAt = Infinity;
  #pruneTimer: NodeJS.Timeout | null = null;
  #stopped = false;

  constructor(options: SchedulerOptions) {
    this.#options = options;
    this.#runner = new JobRunner({
      ...options,
      onRoom: () => this.#tick(),
      retryIn: (delayMs) => this.#arm(options.now() + delayMs),
    });
    this.#crons = options.store.kv.getJson<Record<string, CronState>>(CRONS_KEY) ?? {};
  }

  /**
   * Settles what the last process has left behind and starts running jobs. `guilty`: jobs that must not be tried again;
   * `running`: action jobs that run on although the transactor was replaced.
   */
  async start({ guilty, running }: { guilty: readonly string[]; running: readonly string[] }): Promise<void> {
    this.#runner.adopt(running);
    await this.#options.executor.write({
      label: "scheduler",
      run: (transaction) => {
        this.#options.jobs.failInterrupted(transaction, new Set(running));
        for (const id of guilty)
          this.#options.jobs.finish(transaction, id, { kind: "failed", error: "Function execution timed out" });
      },
    });
    const prune = () =>
      this.#prune().catch((error: unknown) => this.#options.report(`clean-up: ${this.#options.describe(error)}`));
    this.#pruneTimer = setInterval(() => void prune(), PRUNE_EVERY_MS);
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

  /**
   * Takes over the crons of a push, inside its transaction. Unchanged ones keep their next run. Returns which of the app have
   * changed; those of components are not reported.
   */
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
        if (component === "") (known === undefined ? diff.added : diff.updated).push(name);
      }
    }
    diff.deleted = Object.keys(old).filter((name) => next[name] === undefined && old[name]!.component === "");
    this.#options.store.kv.setJson(CRONS_KEY, next);
    this.#crons = next;
    return diff;
  }

  /** To be called after the transaction of `setCrons`: arms the timer, or goes back to what is stored if it failed. */
  cronsChanged(): void {
    this.#crons = this.#options.store.kv.getJson<Record<string, CronState>>(CRONS_KEY) ?? {};
    this.#tick();
  }

  /** After a batch that was not written: crons run as they are stored, when there may be room again. */
  reload(): void {
    this.#crons = this.#options.store.kv.getJson<Record<string, CronState>>(CRONS_KEY) ?? {};
    this.#arm(this.#options.now() + RETRY_MS);
  }

  /** An action job has ended; `error` is null on success. */
  actionFinished(jobId: string, error: string | null): Promise<void> {
    return this.#runner.actionFinished(jobId, error);
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
    this.#runner.startDue(now);
    const next = Math.min(this.#options.jobs.nextDue(now) ?? Infinity, this.#nextCronMs());
    if (next !== Infinity) this.#arm(next);
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
            kind: "cron",
            component: cron.component,
            path: info.path,
            target: targetOf(info),
            lane: laneOf(info.kind),
            args,
            dueMs: now,
            parent: null,
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
    const pruneCronRuns = () =>
      executor.write({ label: "prune", run: (transaction) => jobs.pruneCronRuns(transaction, PRUNE_LIMIT) });
    while ((await pruneCronRuns()) === PRUNE_LIMIT);
    await executor.write({ label: "prune", run: () => store.requests.prune() });
  }
}

/** `module:function`, also for a default export that was named by its module alone. */
function canonical(name: string): string {
  const [module = "", fn = "default"] = name.split(":");
  return `${module.replace(/\.js$/, "")}:${fn}`;
}
