import { type LiveChanges, LiveQueries, type LiveRequest, type LiveRun } from "../sync/liveQueries.ts";
import type { PageJournal } from "../functions/pagination.ts";
import type { Commit, Executor } from "../transaction/executor.ts";
import type { TransactorEvents, TransactorControl } from "./messages.ts";

/** What other threads ask of live queries. */
export type LiveOperations = Pick<TransactorControl, "subscribe" | "unsubscribe" | "catchUp">;

export interface LivePushesOptions {
  executor: Executor;
  /** Runs a query, between batches. */
  run: (request: LiveRequest, journal: PageJournal | null) => Promise<LiveRun>;
  coalesceMs: number;
  /** The timestamp of the newest commit. */
  lastTs: () => bigint;
  events: Pick<TransactorEvents, "sync" | "liveDropped">;
}

/** Runs live queries between batches, and tells the main thread what has changed at which timestamp. */
export class LivePushes {
  readonly #options: LivePushesOptions;
  readonly #live: LiveQueries;
  /** What the main thread believes to be put off. */
  #toldPutOff: number[] = [];
  #timer: NodeJS.Timeout | null = null;
  #timerAtMs = 0;

  constructor(options: LivePushesOptions) {
    this.#options = options;
    const { run, coalesceMs } = options;
    this.#live = new LiveQueries({ run, now: Date.now, coalesceMs });
  }

  /** To be called by other threads. */
  readonly operations: LiveOperations = {
    subscribe: ({ subscription, session, request }) =>
      this.#options.executor.exclusive(async () => {
        const changes: LiveChanges = { changed: [], rebound: [] };
        const live = await this.#live.subscribe(subscription, session, request, changes);
        const ts = String(this.#options.lastTs());
        if (changes.changed.length + changes.rebound.length > 0) this.#tell(changes);
        return { live, ts };
      }),
    unsubscribe: async ({ subscriptions }) => {
      for (const id of subscriptions) {
        const dropped = this.#live.unsubscribe(id);
        if (dropped !== null) this.#options.events.liveDropped({ live: dropped });
      }
      return null;
    },
    catchUp: async ({ sessions }) => {
      await this.#options.executor.exclusive(() => this.#refresh(new Set(sessions)));
      return null;
    },
  };

  /** Called by the executor after each commit, with nothing else running. */
  async committed({ writes, sessions }: Pick<Commit, "writes" | "sessions">): Promise<void> {
    if (writes.everything) this.#live.invalidateAll();
    else this.#live.invalidate(writes);
    await this.#refresh(sessions);
  }

  /** Runs all again: their code or their environment has changed. */
  async refreshAll(): Promise<void> {
    this.#live.invalidateAll();
    do await this.#options.executor.exclusive(() => this.#refresh(new Set()));
    while (this.#live.hasUrgent);
  }

  stop(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
  }

  async #refresh(writers: ReadonlySet<string>): Promise<void> {
    const changes = await this.#live.refresh(writers);
    const hasChanges = writers.size + changes.changed.length + changes.rebound.length > 0;
    if (hasChanges || String(this.#live.putOff()) !== String(this.#toldPutOff)) this.#tell(changes);
    this.#schedule();
  }

  #tell(changes: LiveChanges): void {
    this.#toldPutOff = this.#live.putOff();
    this.#options.events.sync({ ts: String(this.#options.lastTs()), changes, putOff: this.#toldPutOff });
  }

  /** Wakes up for the queries that were put off. */
  #schedule(): void {
    const waitMs = this.#live.nextRefreshMs();
    if (waitMs === null) return;
    const atMs = Date.now() + waitMs;
    if (this.#timer !== null) {
      if (this.#timerAtMs <= atMs) return;
      clearTimeout(this.#timer);
    }
    this.#timerAtMs = atMs;
    this.#timer = setTimeout(() => {
      this.#timer = null;
      void this.#options.executor.exclusive(() => this.#refresh(new Set()));
    }, waitMs);
  }
}
