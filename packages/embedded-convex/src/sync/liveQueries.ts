import type { PageJournal } from "../functions/pagination.ts";
import type { ReadSet, WriteSet } from "../transaction/readSet.ts";
import { Dependencies, NO_READS, type Registration } from "./dependencies.ts";
import { RerunBudget, type RerunBudgetOptions } from "./rerunBudget.ts";

/** What a subscriber wants to see. */
export interface LiveRequest {
  component: string;
  path: string;
  /** One object as Convex JSON text. */
  args: string;
  identity: string | null;
  /** Administrators see internal functions, other components and `_system` reads. */
  admin: boolean;
  /** Of an earlier run of the same query, from the client; JSON text. */
  journal: string | null;
}

/** One run of a live query. */
export interface LiveRun {
  reads: ReadSet;
  result: LiveResult;
}

/** A result as it is sent to clients. Values are Convex JSON text. */
export interface LiveResult {
  ok: boolean;
  /** The value, or the error message. */
  value: string;
  /** Data of a ConvexError. */
  data: string | null;
  logs: string[];
  journal: string | null;
  /** Of the run; runs that differ in nothing else have the same result. */
  requestId: string;
}

/** What changed, for the thread that holds the connections. */
export interface LiveChange {
  live: number;
  result: LiveResult;
}

/** A subscription that now follows another live query (its own identity turned out to matter). */
export interface Rebinding {
  subscription: number;
  live: number;
}

export interface LiveChanges {
  changed: LiveChange[];
  rebound: Rebinding[];
}

interface Subscription {
  id: number;
  session: string;
  request: LiveRequest;
  live: LiveQuery;
}

interface LiveQuery {
  id: number;
  key: string;
  request: LiveRequest;
  result: LiveResult;
  readsIdentity: boolean;
  subscriptions: Set<Subscription>;
  reads: Registration;
  readCost: number;
  /** Set by a push: the next rerun must not be put off. */
  urgent: boolean;
  lastRunMs: number;
}

export interface LiveQueriesOptions {
  run(request: LiveRequest, journal: PageJournal | null): Promise<LiveRun>;
  now: () => number;
  /** A rerun is put off by this much at most, ms after the last one. */
  coalesceMs: number;
  /** See `RerunBudget`; there are two, for cheap reruns and for costly ones. */
  budget?: Pick<RerunBudgetOptions, "share" | "burstMicros">;
}

/** What a rerun costs on both threads, roughly, in microseconds. */
const MICROS_PER_RUN = 50;
const MICROS_PER_DOCUMENT = 5;
const MICROS_PER_SUBSCRIBER = 10;
const BYTES_PER_MICRO = 1000;
/** Mutations wait no longer than about this for reruns that a thousand queries need at the same time. */
const MAX_REFRESH_MICROS = 10_000;
/** Above this a rerun is paid from a budget of its own: a list that everybody watches must not hold back all that is small. */
const CHEAP_MICROS = 1000;
/** Cheap live queries, and the others, may take this part of the time each, and after a pause this much at once. */
const BUDGET = { share: 0.2, burstMicros: 20_000 };

/**
 * The queries that somebody is looking at, shared by all who ask the same thing, and run again exactly when something they have
 * read was written. They run at once while they take no more than their part of the time, and are coalesced beyond it, except for a session that has just
 * written (it must see its own writes).
 */
export class LiveQueries {
  readonly #options: LiveQueriesOptions;
  readonly #byKey = new Map<string, LiveQuery>();
  readonly #subscriptions = new Map<number, Subscription>();
  readonly #sessions = new Map<string, Set<Subscription>>();
  readonly #dependencies = new Dependencies<LiveQuery>();
  readonly #dirty = new Set<LiveQuery>();
  readonly #budgets: { cheap: RerunBudget; costly: RerunBudget };
  #nextId = 1;

  constructor(options: LiveQueriesOptions) {
    this.#options = options;
    const budget = { ...(options.budget ?? BUDGET), now: options.now };
    this.#budgets = { cheap: new RerunBudget(budget), costly: new RerunBudget(budget) };
  }

  get size(): number {
    return this.#byKey.size;
  }

  /** Starts or joins a live query and returns its id; what the receiver does not know yet is added to `changes`. */
  async subscribe(id: number, session: string, request: LiveRequest, changes: LiveChanges): Promise<number> {
    // After a restart of a thread a subscription may be asked for twice.
    this.unsubscribe(id);
    const existing = this.#byKey.get(sharedKey(request)) ?? this.#byKey.get(ownKey(request));
    const live = existing ?? (await this.#start(request));
    if (existing === undefined) changes.changed.push({ live: live.id, result: live.result });
    // A subscriber never starts with a result that is known to be out of date.
    else if (this.#dirty.has(live)) await this.#rerun(live, changes);
    const subscription: Subscription = { id, session, request, live };
    this.#subscriptions.set(id, subscription);
    const ofSession = this.#sessions.get(session) ?? new Set();
    this.#sessions.set(session, ofSession.add(subscription));
    live.subscriptions.add(subscription);
    return live.id;
  }

  /** Returns the id of the live query if that was its last subscriber, else null. */
  unsubscribe(id: number): number | null {
    const subscription = this.#subscriptions.get(id);
    if (subscription === undefined) return null;
    this.#subscriptions.delete(id);
    const ofSession = this.#sessions.get(subscription.session);
    ofSession?.delete(subscription);
    if (ofSession?.size === 0) this.#sessions.delete(subscription.session);
    return this.#leave(subscription);
  }

  /** Marks all queries that depend on the written keys. */
  invalidate(writes: WriteSet): void {
    this.#dependencies.forEachAffected(writes, (live) => this.#dirty.add(live));
  }

  /** Marks everything, after a push or a change of the environment. */
  invalidateAll(): void {
    for (const live of this.#byKey.values()) {
      live.urgent = true;
      this.#dirty.add(live);
    }
  }

  /**
   * Runs what is dirty and may not wait, a few milliseconds of it at once: `nextRefreshMs` says when to go on. `writers`:
   * sessions that must see everything they subscribe to.
   */
  async refresh(writers: ReadonlySet<string>): Promise<LiveChanges> {
    const changes: LiveChanges = { changed: [], rebound: [] };
    if (this.#dirty.size === 0) return changes;
    const awaited = this.#queriesOf(writers);
    let spentMicros = 0;
    for (const live of [...this.#dirty]) {
      if (!awaited.has(live)) {
        if (spentMicros >= MAX_REFRESH_MICROS || this.#waitMs(live) > 0) continue;
        spentMicros += this.#costOf(live);
      }
      await this.#rerun(live, changes);
    }
    return changes;
  }

  /** Whether something that may not be put off is still to run; mutations may run in between. */
  get hasUrgent(): boolean {
    for (const { urgent } of this.#dirty) if (urgent) return true;
    return false;
  }

  /** The live queries that are out of date, since they were put off. */
  putOff(): number[] {
    return Array.from(this.#dirty, ({ id }) => id);
  }

  /** How long until a query that was put off may run, ms; null if there is none. */
  nextRefreshMs(): number | null {
    let next: number | null = null;
    for (const live of this.#dirty) next = Math.min(next ?? Infinity, this.#waitMs(live));
    return next;
  }

  async #start(request: LiveRequest): Promise<LiveQuery> {
    const journal = request.journal === null ? null : parseJournal(request.journal);
    const run = await this.#options.run(request, journal);
    const live: LiveQuery = {
      id: this.#nextId++,
      key: "",
      request,
      result: run.result,
      readsIdentity: run.reads.identity,
      subscriptions: new Set(),
      reads: NO_READS,
      readCost: 0,
      urgent: false,
      lastRunMs: this.#options.now(),
    };
    this.#register(live, run.reads);
    this.#setKey(live);
    return live;
  }

  async #rerun(live: LiveQuery, changes: LiveChanges): Promise<void> {
    this.#dirty.delete(live);
    live.urgent = false;
    const run = await this.#options.run(
      live.request,
      live.result.journal === null ? null : parseJournal(live.result.journal),
    );
    this.#dependencies.remove(live, live.reads);
    this.#register(live, run.reads);
    live.lastRunMs = this.#options.now();
    this.#budgetOf(live).spend(this.#costOf(live));
    const changed = !sameResult(live.result, run.result);
    live.result = run.result;
    if (changed) changes.changed.push({ live: live.id, result: run.result });
    if (run.reads.identity && !live.readsIdentity) await this.#split(live, changes);
  }

  /** The query has begun to depend on who asks: everybody else gets a query of their own. */
  async #split(live: LiveQuery, changes: LiveChanges): Promise<void> {
    live.readsIdentity = true;
    this.#setKey(live);
    for (const subscription of [...live.subscriptions]) {
      if (subscription.request.identity === live.request.identity) continue;
      const known = this.#byKey.get(ownKey(subscription.request));
      const own = known ?? (await this.#start({ ...subscription.request, journal: live.result.journal }));
      if (known === undefined) changes.changed.push({ live: own.id, result: own.result });
      live.subscriptions.delete(subscription);
      subscription.live = own;
      own.subscriptions.add(subscription);
      changes.rebound.push({ subscription: subscription.id, live: own.id });
    }
  }

  #leave(subscription: Subscription): number | null {
    const { live } = subscription;
    live.subscriptions.delete(subscription);
    if (live.subscriptions.size > 0) return null;
    if (this.#byKey.get(live.key) === live) this.#byKey.delete(live.key);
    this.#dirty.delete(live);
    this.#dependencies.remove(live, live.reads);
    return live.id;
  }

  #setKey(live: LiveQuery): void {
    if (this.#byKey.get(live.key) === live) this.#byKey.delete(live.key);
    live.key = live.readsIdentity ? ownKey(live.request) : sharedKey(live.request);
    this.#byKey.set(live.key, live);
  }

  #register(live: LiveQuery, reads: ReadSet): void {
    live.readCost = reads.costMicros;
    live.reads = this.#dependencies.add(live, reads);
  }

  #queriesOf(sessions: ReadonlySet<string>): Set<LiveQuery> {
    const result = new Set<LiveQuery>();
    for (const session of sessions) for (const { live } of this.#sessions.get(session) ?? []) result.add(live);
    return result;
  }

  #waitMs(live: LiveQuery): number {
    if (live.urgent) return 0;
    return Math.min(
      this.#budgetOf(live).waitMs(),
      Math.max(0, live.lastRunMs + this.#options.coalesceMs - this.#options.now()),
    );
  }

  #budgetOf(live: LiveQuery): RerunBudget {
    return this.#costOf(live) <= CHEAP_MICROS ? this.#budgets.cheap : this.#budgets.costly;
  }

  #costOf(live: LiveQuery): number {
    const perSubscriber = MICROS_PER_SUBSCRIBER + live.result.value.length / BYTES_PER_MICRO;
    return (
      MICROS_PER_RUN +
      live.readCost +
      live.reads.documents.length * MICROS_PER_DOCUMENT +
      live.subscriptions.size * perSubscriber
    );
  }
}

/** Names a live query for the watchdog; the same on both threads. */
export function liveLabel({ path, args }: LiveRequest): string {
  return `live ${path} ${args}`.slice(0, 500);
}

function sharedKey({ component, path, args, admin, journal }: LiveRequest): string {
  return JSON.stringify([component, path, args, admin, journal]);
}

function ownKey(request: LiveRequest): string {
  return JSON.stringify([sharedKey(request), request.identity]);
}

function sameResult(left: LiveResult, right: LiveResult): boolean {
  return (
    left.ok === right.ok && left.value === right.value && left.data === right.data && left.journal === right.journal
  );
}

/** A journal comes back from clients: anything that is not one is ignored, and cursors in it are verified when used. */
function parseJournal(text: string): PageJournal | null {
  try {
    const value = JSON.parse(text) as unknown;
    const endCursor = typeof value === "object" && value !== null ? (value as { endCursor?: unknown }).endCursor : null;
    return typeof endCursor === "string" ? { endCursor } : null;
  } catch {
    return null;
  }
}
