import { type Catalog, CRON_RUNS_TABLE, type DocumentLocation, tableEnd } from "../store/catalog.ts";
import type { Statement } from "../store/sqlite.ts";
import { DOCUMENTS, type Store } from "../store/store.ts";
import type { Transaction } from "../transaction/transaction.ts";
import { idProblem } from "../values/ids.ts";
import { jsonSize } from "../values/limits.ts";
import type { ConvexJson, ConvexJsonObject } from "../values/json.ts";

const TABLE = "_scheduled_functions";
/** Finished jobs stay readable as long as on Convex. */
const FINISHED_LIFETIME_MS = 7 * 24 * 60 * 60 * 1000;

/** A cron may run every second: a week of its runs would be more than anybody looks at. */
const KEPT_CRON_RUNS = 10_000;

/** Values of `jobs.state`. Jobs of versions before there were lanes all wait in the first one, and are moved when they are due. */
const PENDING_MUTATION = 0;
const RUNNING = 1;
const FINISHED = 2;
const PENDING_ACTION = 3;

/** Mutations and actions wait in separate queues: slow actions must not hold up mutations that are due. */
export type JobLane = "mutation" | "action";
export const LANES: readonly JobLane[] = ["mutation", "action"];
const PENDING: Readonly<Record<JobLane, number>> = { mutation: PENDING_MUTATION, action: PENDING_ACTION };

/** A job as the scheduler runs it. */
export interface Job {
  id: string;
  dueMs: number;
  /** A function handle. */
  target: string;
  /** A run of a cron: functions do not see it among the scheduled ones. */
  isCronRun: boolean;
}

/** A job to be added. */
export interface NewJob {
  kind: "scheduled" | "cron";
  component: string;
  path: string;
  /** A function handle. */
  target: string;
  lane: JobLane;
  /** One object. */
  args: ConvexJson;
  dueMs: number;
  /** The scheduled function that adds it, if one does: what a cancelled one schedules is cancelled too. */
  parent: string | null;
}

export type JobOutcome = { kind: "success" } | { kind: "failed"; error: string };

/**
 * Scheduled functions and runs of crons: the document, which users see in `_scheduled_functions`, and beside it a row that keeps the target and the
 * due order. State machine: pending -> (running ->) finished; a mutation goes from pending to finished in its own transaction,
 * an action is running in between, and what is running when the process dies is failed by `failInterrupted`.
 */
export class Jobs {
  readonly #store: Store;
  readonly #catalog: Catalog;
  readonly #add: Statement;
  readonly #remove: Statement;
  readonly #target: Statement;
  readonly #next: Statement;
  readonly #inState: Statement;

  constructor(store: Store, catalog: Catalog) {
    this.#store = store;
    this.#catalog = catalog;
    const { database } = store;
    this.#add = database.prepare("INSERT INTO jobs(state, due, k, target) VALUES(?, ?, ?, ?)");
    this.#remove = database.prepare("DELETE FROM jobs WHERE state = ? AND due = ? AND k = ?");
    this.#target = database.prepare("SELECT target FROM jobs WHERE state = ? AND due = ? AND k = ?");
    this.#next = database.prepare("SELECT due FROM jobs WHERE state = ? AND due > ? ORDER BY due LIMIT 1");
    this.#inState = database.prepare(
      "SELECT due, k, target FROM jobs WHERE state = ? AND due <= ? ORDER BY due, k LIMIT ?",
    );
  }

  /** Adds a pending job and returns its id. */
  schedule(transaction: Transaction, job: NewJob): string {
    const table = transaction.catalog.ensureTable(job.component, job.kind === "cron" ? CRON_RUNS_TABLE : TABLE);
    const argsBytes = jsonSize(job.args);
    transaction.usage.add("functionsScheduled", 1);
    transaction.usage.add("scheduledFunctionArgsBytes", argsBytes);
    const fields = { name: job.path.replace(":", ".js:"), args: [job.args], scheduledTime: job.dueMs };
    if (job.parent !== null && this.#stateKind(job.parent) === "canceled") {
      const completedTime = Date.now();
      const id = transaction.insert(table, { ...fields, state: { kind: "canceled" }, completedTime });
      this.#add.run(FINISHED, completedTime, this.#locate(id).key, job.target);
      return id;
    }
    const id = transaction.insert(table, { ...fields, state: { kind: "pending" } });
    this.#add.run(PENDING[job.lane], job.dueMs, this.#locate(id).key, job.target);
    transaction.scheduled.push({ due: job.dueMs });
    return id;
  }

  /**
   * Cancels a job of a component that is not finished; one that is already running goes on, but is reported as cancelled.
   *
   * @throws if the component has not scheduled such a job.
   */
  cancel(transaction: Transaction, component: string, id: string): void {
    const problem = idProblem(id);
    if (problem !== null)
      throw new Error(`Invalid argument \`id\` for \`db.cancel_job\`: Unable to decode ID: ${problem}`);
    if (transaction.catalog.locate(component, id)?.table.name !== TABLE)
      throw new Error(`Scheduled function ${id} not found`);
    const document = this.#document(id);
    if (document === null) throw new Error(`Scheduled function ${id} not found`);
    const kind = stateOf(document);
    if (kind === "pending" || kind === "inProgress") this.#finish(transaction, id, document, { kind: "canceled" });
  }

  /** Is the job still waiting to run? */
  isPending(id: string): boolean {
    return this.#stateKind(id) === "pending";
  }

  /** Is the job neither finished nor cancelled? */
  isUnfinished(id: string): boolean {
    const kind = this.#stateKind(id);
    return kind === "pending" || kind === "inProgress";
  }

  markRunning(transaction: Transaction, job: Job): void {
    const at = this.#locate(job.id);
    this.#remove.run(PENDING_ACTION, job.dueMs, at.key);
    this.#add.run(RUNNING, job.dueMs, at.key, job.target);
    transaction.update(at, "Update", (old) => ({ ...old, state: { kind: "inProgress" } }));
  }

  /** Lets a waiting job wait in another lane. */
  changeLane(job: Job, lane: JobLane): void {
    const { key } = this.#locate(job.id);
    for (const other of LANES) this.#remove.run(PENDING[other], job.dueMs, key);
    if (this.isPending(job.id)) this.#add.run(PENDING[lane], job.dueMs, key, job.target);
  }

  /** Records the outcome, unless the job was cancelled meanwhile. */
  finish(transaction: Transaction, id: string, outcome: JobOutcome): void {
    const document = this.#document(id);
    if (document === null) return;
    const kind = stateOf(document);
    if (kind === "pending" || kind === "inProgress") this.#finish(transaction, id, document, outcome);
  }

  /** The job and its arguments (one object as JSON text), or null if it no longer waits. */
  load(job: Job): { args: string } | null {
    const document = this.#document(job.id);
    if (document === null) return null;
    return { args: JSON.stringify((document.args as ConvexJson[])[0] ?? {}) };
  }

  /** Waiting jobs of a lane that are due, oldest first. */
  due(lane: JobLane, nowMs: number, limit: number): Job[] {
    const rows = this.#inState.all<[number, Uint8Array, string]>(PENDING[lane], nowMs, limit);
    return rows.map((row) => this.#toJob(row));
  }

  /** When the first job after `nowMs` is due, or null. */
  nextDue(nowMs: number): number | null {
    const times = LANES.map((lane) => this.#next.get<[number]>(PENDING[lane], nowMs)?.[0] ?? Infinity);
    const next = Math.min(...times);
    return next === Infinity ? null : next;
  }

  /** Actions run at most once: those that were running when the process ended have failed. */
  failInterrupted(transaction: Transaction, stillRunning: ReadonlySet<string>): void {
    for (const row of this.#inState.all<[number, Uint8Array, string]>(RUNNING, Number.MAX_VALUE, -1)) {
      const { id } = this.#toJob(row);
      if (stillRunning.has(id)) continue;
      this.finish(transaction, id, { kind: "failed", error: "Transient error while executing action" });
    }
  }

  /** Deletes up to `limit` jobs that finished long ago; returns how many. */
  prune(transaction: Transaction, nowMs: number, limit: number): number {
    const rows = this.#inState.all<[number, Uint8Array, string]>(FINISHED, nowMs - FINISHED_LIFETIME_MS, limit);
    for (const [due, key] of rows) {
      this.#remove.run(FINISHED, due, key);
      transaction.remove(this.#locate(this.#catalog.idOfKey(key)));
    }
    return rows.length;
  }

  /** Deletes up to `limit` of the oldest finished runs of crons, beyond `kept` in each component; returns how many. */
  pruneCronRuns(transaction: Transaction, limit: number, kept = KEPT_CRON_RUNS): number {
    let removed = 0;
    for (const { component, name } of this.#catalog.numbers()) {
      const table = name === CRON_RUNS_TABLE ? this.#catalog.table(component, name) : undefined;
      if (table === undefined) continue;
      const [low, high] = [table.prefix, tableEnd(table)];
      const excess = Math.min(this.#store.countDocuments(low, high) - kept, limit - removed);
      if (excess <= 0) continue;
      for (const [key, json] of this.#store.scan(DOCUMENTS, low, high, "asc", excess)) {
        const { completedTime } = JSON.parse(json) as { completedTime?: number };
        if (completedTime === undefined) continue;
        this.#remove.run(FINISHED, completedTime, key);
        transaction.remove({ table, key: Buffer.from(key) });
        removed++;
      }
    }
    return removed;
  }

  #finish(transaction: Transaction, id: string, document: ConvexJsonObject, state: ConvexJsonObject): void {
    const at = this.#locate(id);
    const { key } = at;
    const due = document.scheduledTime as number;
    let target = "";
    for (const from of UNFINISHED) {
      target = this.#target.get<[string]>(from, due, key)?.[0] ?? target;
      this.#remove.run(from, due, key);
    }
    const completedTime = Date.now();
    this.#add.run(FINISHED, completedTime, key, target);
    transaction.update(at, "Update", (old) => ({ ...old, state, completedTime }));
  }

  #stateKind(id: string): string | null {
    const document = this.#document(id);
    return document === null ? null : stateOf(document);
  }

  #document(id: string): ConvexJsonObject | null {
    const found = this.#catalog.locateJob(id);
    const json = found === null ? null : this.#store.getDocument(found.key);
    return json === null ? null : (JSON.parse(json) as ConvexJsonObject);
  }

  /** Of a job that exists. */
  #locate(id: string): DocumentLocation {
    const found = this.#catalog.locateJob(id);
    if (found === null) throw new Error(`Scheduled function ${id} not found`);
    return found;
  }

  #toJob([dueMs, key, target]: [number, Uint8Array, string]): Job {
    const isCronRun = this.#catalog.tableOfKey(key)?.name === CRON_RUNS_TABLE;
    return { id: this.#catalog.idOfKey(key), dueMs, target, isCronRun };
  }
}

const UNFINISHED = [PENDING_MUTATION, PENDING_ACTION, RUNNING] as const;

function stateOf(document: ConvexJsonObject): string {
  return (document.state as { kind: string }).kind;
}
