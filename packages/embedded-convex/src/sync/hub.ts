import type { TransactorEvents } from "../process/messages.ts";
import { newRequestId } from "../functions/request.ts";
import { liveLabel, type LiveRequest, type LiveResult } from "./liveQueries.ts";

/** What a session must do when something it looks at has changed. */
export interface Subscriber {
  readonly sessionId: string;
  /** The result of one of its queries has changed. */
  markDirty(queryId: number): void;
  /** All that belongs to `ts` was marked: a transition may be sent. */
  advance(ts: bigint): void;
}

export interface HubTransactor {
  subscribe(call: {
    subscription: number;
    session: string;
    request: LiveRequest;
  }): Promise<{ live: number; ts: string }>;
  unsubscribe(call: { subscriptions: number[] }): void;
  /** Runs all queries of these sessions that are out of date, at one moment. */
  catchUp(call: { sessions: string[] }): void;
}

interface Subscription {
  id: number;
  subscriber: Subscriber;
  queryId: number;
  request: LiveRequest;
  live: number | null;
  /** Instead of a live result: the query could not be run. */
  failure: LiveResult | null;
  /** The live query whose result the subscriber knows already, from the subscription before this one. */
  knownLive: number | null;
}

const QUARANTINE_MS = 60_000;
const CATCH_UP_MS = 300;

/** The network side of live queries: knows the newest result of each, and who looks at it. */
export class SyncHub {
  readonly #transactor: HubTransactor;
  readonly #now: () => number;
  readonly #subscribers = new Set<Subscriber>();
  readonly #subscriptions = new Map<number, Subscription>();
  readonly #results = new Map<number, LiveResult>();
  readonly #byLive = new Map<number, Set<Subscription>>();
  /** Sessions with a mutation whose transition is still to be sent, whether one of their queries changes or not. */
  readonly #awaiting = new Map<Subscriber, bigint>();
  /** Queries that have ended a transactor, and until when they are not run again, ms. */
  readonly #quarantine = new Map<string, number>();
  /** Live queries that have changed but will be run a little later: their results are older than the newest timestamp. */
  #putOff = new Set<number>();
  /** Subscribers that wait for one of those, and since when, ms. */
  readonly #held = new Map<Subscriber, number>();
  #lastTs = 0n;
  #nextId = 1;

  constructor(transactor: HubTransactor, now: () => number = Date.now) {
    this.#transactor = transactor;
    this.#now = now;
  }

  get connectionCount(): number {
    return this.#subscribers.size;
  }

  join(subscriber: Subscriber): void {
    this.#subscribers.add(subscriber);
  }

  leave(subscriber: Subscriber, subscriptions: number[]): void {
    this.#subscribers.delete(subscriber);
    this.#awaiting.delete(subscriber);
    this.#held.delete(subscriber);
    this.unsubscribe(subscriptions);
  }

  /**
   * Starts looking at a query. `settled` resolves with the timestamp at which a result is there. A `previous` subscription ends
   * then, and not before: if both look at the same live query, it goes on, and the subscriber knows its result.
   */
  subscribe(
    subscriber: Subscriber,
    { queryId, request, previous }: { queryId: number; request: LiveRequest; previous: number | null },
  ): { id: number; settled: Promise<bigint> } {
    const id = this.#nextId++;
    const known = previous === null ? undefined : this.#subscriptions.get(previous);
    const knownLive = known?.failure === null ? known.live : null;
    const subscription: Subscription = { id, subscriber, queryId, request, live: null, failure: null, knownLive };
    this.#subscriptions.set(id, subscription);
    const bound = this.#bind(subscription);
    return { id, settled: previous === null ? bound : bound.finally(() => this.unsubscribe([previous])) };
  }

  /** Whether one of the subscriptions has a result of before the newest timestamp; the subscriber is advanced when none has. */
  isBehind(subscriber: Subscriber, subscriptions: Iterable<number>): boolean {
    for (const id of this.#putOff.size === 0 ? [] : subscriptions) {
      const live = this.#subscriptions.get(id)?.live ?? null;
      if (live === null || !this.#putOff.has(live)) continue;
      if (!this.#held.has(subscriber)) this.#held.set(subscriber, this.#now());
      return true;
    }
    this.#held.delete(subscriber);
    return false;
  }

  /** The subscriber will come by itself. */
  stopWaiting(subscriber: Subscriber): void {
    this.#held.delete(subscriber);
  }

  unsubscribe(ids: number[]): void {
    const known = ids.filter((id) => this.#subscriptions.has(id));
    for (const id of known) {
      const subscription = this.#subscriptions.get(id)!;
      this.#subscriptions.delete(id);
      if (subscription.live !== null) this.#byLive.get(subscription.live)?.delete(subscription);
    }
    if (known.length > 0) this.#transactor.unsubscribe({ subscriptions: known });
  }

  /** `advance` will be called for a sync of `ts` or later. */
  awaitTransition(subscriber: Subscriber, ts: bigint): void {
    this.#awaiting.set(subscriber, ts);
  }

  /** The newest result of a subscription. */
  result(id: number): LiveResult | null {
    const subscription = this.#subscriptions.get(id);
    if (subscription === undefined) return null;
    return subscription.failure ?? (subscription.live === null ? null : (this.#results.get(subscription.live) ?? null));
  }

  readonly onSync: TransactorEvents["sync"] = ({ ts, changes, putOff }) => {
    this.#putOff = new Set(putOff);
    const touched = new Set<Subscriber>(this.#held.keys());
    for (const { live, result } of changes.changed) {
      this.#results.set(live, result);
      for (const { subscriber, queryId } of this.#byLive.get(live) ?? []) {
        subscriber.markDirty(queryId);
        touched.add(subscriber);
      }
    }
    for (const { subscription: id, live } of changes.rebound) {
      const subscription = this.#subscriptions.get(id);
      if (subscription === undefined) continue;
      this.#attach(subscription, live);
      touched.add(subscription.subscriber);
    }
    this.#lastTs = BigInt(ts);
    for (const [subscriber, owed] of this.#awaiting) {
      if (owed > this.#lastTs) continue;
      this.#awaiting.delete(subscriber);
      touched.add(subscriber);
    }
    for (const subscriber of touched) subscriber.advance(this.#lastTs);
    this.#catchUp();
  };

  /**
   * While writes come in quickly, the queries of a session may take turns in being out of date, so that there is no moment at
   * which none is. Who has waited long enough has them run together.
   */
  #catchUp(): void {
    const nowMs = this.#now();
    const waiting = [...this.#held].filter(([, sinceMs]) => nowMs - sinceMs >= CATCH_UP_MS);
    if (waiting.length === 0) return;
    for (const [subscriber] of waiting) this.#held.set(subscriber, nowMs);
    this.#transactor.catchUp({ sessions: waiting.map(([{ sessionId }]) => sessionId) });
  }

  readonly onLiveDropped: TransactorEvents["liveDropped"] = ({ live }) => {
    this.#results.delete(live);
    this.#byLive.delete(live);
    this.#putOff.delete(live);
  };

  /** A new transactor knows no subscriptions: all are made again. The one that ended the old one is not. */
  restart(guilty: string | null): void {
    if (guilty?.startsWith("live ") === true) this.#quarantine.set(guilty, Date.now() + QUARANTINE_MS);
    this.#results.clear();
    this.#byLive.clear();
    this.#putOff = new Set();
    for (const subscription of this.#subscriptions.values()) {
      // The new one gives the numbers out again.
      subscription.knownLive = null;
      // Those without a live query have asked already; the call was repeated, or has failed.
      if (subscription.live === null) continue;
      subscription.live = null;
      void this.#bind(subscription).then((ts) => subscription.subscriber.advance(ts));
    }
  }

  async #bind(subscription: Subscription): Promise<bigint> {
    const { id, subscriber, request } = subscription;
    if ((this.#quarantine.get(liveLabel(request)) ?? 0) > Date.now()) return this.#failed(subscription);
    try {
      const { live, ts } = await this.#transactor.subscribe({
        subscription: id,
        session: subscriber.sessionId,
        request,
      });
      if (this.#subscriptions.get(id) === subscription) this.#attach(subscription, live);
      return BigInt(ts);
    } catch {
      // The transactor was ended while it ran this query; running it again would end the next one too.
      return this.#failed(subscription);
    }
  }

  #failed(subscription: Subscription): bigint {
    subscription.failure = {
      ok: false,
      value: "Function execution timed out or ran out of memory",
      data: null,
      logs: [],
      journal: null,
      requestId: newRequestId(),
    };
    subscription.subscriber.markDirty(subscription.queryId);
    return this.#lastTs;
  }

  #attach(subscription: Subscription, live: number): void {
    if (subscription.live !== null) this.#byLive.get(subscription.live)?.delete(subscription);
    subscription.live = live;
    const set = this.#byLive.get(live) ?? new Set();
    this.#byLive.set(live, set.add(subscription));
    if (live !== subscription.knownLive) subscription.subscriber.markDirty(subscription.queryId);
    subscription.knownLive = null;
  }
}
