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
}

interface Subscription {
  id: number;
  subscriber: Subscriber;
  queryId: number;
  request: LiveRequest;
  live: number | null;
  /** Instead of a live result: the query could not be run. */
  failure: LiveResult | null;
}

const QUARANTINE_MS = 60_000;

/** The network side of live queries: knows the newest result of each, and who looks at it. */
export class SyncHub {
  readonly #transactor: HubTransactor;
  readonly #subscribers = new Set<Subscriber>();
  readonly #subscriptions = new Map<number, Subscription>();
  readonly #results = new Map<number, LiveResult>();
  readonly #byLive = new Map<number, Set<Subscription>>();
  /** Sessions with a mutation whose transition is still to be sent, whether one of their queries changes or not. */
  readonly #awaiting = new Map<Subscriber, bigint>();
  /** Queries that have ended a transactor, and until when they are not run again, ms. */
  readonly #quarantine = new Map<string, number>();
  #lastTs = 0n;
  #nextId = 1;

  constructor(transactor: HubTransactor) {
    this.#transactor = transactor;
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
    this.unsubscribe(subscriptions);
  }

  /** Starts looking at a query. `settled` resolves with the timestamp at which a result is there. */
  subscribe(subscriber: Subscriber, queryId: number, request: LiveRequest): { id: number; settled: Promise<bigint> } {
    const subscription: Subscription = { id: this.#nextId++, subscriber, queryId, request, live: null, failure: null };
    this.#subscriptions.set(subscription.id, subscription);
    return { id: subscription.id, settled: this.#bind(subscription) };
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

  readonly onSync: TransactorEvents["sync"] = ({ ts, changes }) => {
    const touched = new Set<Subscriber>();
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
  };

  readonly onLiveDropped: TransactorEvents["liveDropped"] = ({ live }) => {
    this.#results.delete(live);
    this.#byLive.delete(live);
  };

  /** A new transactor knows no subscriptions: all are made again. The one that ended the old one is not. */
  restart(guilty: string | null): void {
    if (guilty?.startsWith("live ") === true) this.#quarantine.set(guilty, Date.now() + QUARANTINE_MS);
    this.#results.clear();
    this.#byLive.clear();
    for (const subscription of this.#subscriptions.values()) {
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
    subscription.subscriber.markDirty(subscription.queryId);
  }
}
