import type { Caller } from "../auth/caller.ts";
import type { Viewer } from "../functions/disclosure.ts";
import { type ModifyQuerySetMessage, ProtocolError } from "./clientMessages.ts";
import type { Subscriber, SyncHub } from "./hub.ts";
import type { LiveRequest } from "./liveQueries.ts";
import type { Outbox } from "./outbox.ts";
import { encodeResult, encodeTransition, type StateVersion } from "./protocol.ts";

export interface SessionViewOptions {
  hub: SyncHub;
  outbox: Outbox;
  /** What the connection may see of errors, as its caller changes. */
  viewer: () => Viewer;
  /** Something that must not happen has happened. */
  onFailure: (error: unknown) => void;
}

/** Versions that a message of the client asks for; they take effect when its queries have results. */
interface VersionChange {
  querySet: number | null;
  identity: number | null;
  ready: boolean;
}

/**
 * What one client sees: its queries, and how far it was told. Invariants: every Transition starts at the version at which the last
 * one ended; timestamps never fall; all results in it, and all that it leaves as they were, belong to its timestamp; and every
 * mutation that succeeds is covered by one.
 */
export class SessionView implements Subscriber {
  sessionId: string;
  /** How far the client's clock is ahead, ms. */
  clientClockSkew: number | null = null;
  readonly #options: SessionViewOptions;
  #version: StateVersion = { querySet: 0, identity: 0, ts: 0n };
  /** Versions including those that are not ready yet; the next message must build on them. */
  readonly #expected = { querySet: 0, identity: 0 };
  readonly #queries = new Map<number, { subscription: number; request: LiveRequest }>();
  readonly #dirty = new Set<number>();
  readonly #removed = new Set<number>();
  #changes: VersionChange[] = [];
  #seenTs = 0n;
  #owedTs = 0n;
  #owesTransition = false;
  #closed = false;

  constructor(sessionId: string, options: SessionViewOptions) {
    this.sessionId = sessionId;
    this.#options = options;
    options.hub.join(this);
  }

  get identityVersion(): number {
    return this.#expected.identity;
  }

  markDirty(queryId: number): void {
    this.#dirty.add(queryId);
  }

  advance(ts: bigint): void {
    if (ts > this.#seenTs) this.#seenTs = ts;
    this.flush();
  }

  /** Resolves when all new queries have results. @throws ProtocolError */
  modify(
    { baseVersion, newVersion, modifications }: ModifyQuerySetMessage,
    { identity, admin }: Caller,
  ): Promise<void> {
    requireVersion(baseVersion, this.#expected.querySet);
    this.#expected.querySet = newVersion;
    const waiting: Promise<bigint>[] = [];
    for (const modification of modifications) {
      const { queryId } = modification;
      this.#drop(queryId);
      if (modification.type === "Remove") {
        this.#dirty.delete(queryId);
        this.#removed.add(queryId);
        continue;
      }
      const { udfPath: path, args, journal, componentPath } = modification;
      const request = { component: admin ? componentPath : "", path, args, identity, admin, journal };
      this.#removed.delete(queryId);
      waiting.push(this.#subscribe(queryId, request, null));
    }
    return this.#change({ querySet: newVersion, identity: null }, waiting);
  }

  /** @throws ProtocolError */
  requireIdentityVersion(baseVersion: number): void {
    requireVersion(baseVersion, this.#expected.identity);
  }

  /** Somebody else speaks from now on. Queries that do not ask who keep their results. */
  changeIdentity({ identity, admin }: Caller): Promise<void> {
    this.#expected.identity += 1;
    const waiting = [...this.#queries].map(([queryId, { subscription, request }]) => {
      const component = admin ? request.component : "";
      return this.#subscribe(queryId, { ...request, identity, admin, component }, subscription);
    });
    return this.#change({ querySet: null, identity: this.#expected.identity }, waiting);
  }

  /** The client was told that a mutation was committed at `ts`, and waits for the Transition that covers it. */
  owe(ts: bigint): void {
    if (ts > this.#owedTs) this.#owedTs = ts;
    this.#options.hub.awaitTransition(this, this.#owedTs);
    this.#owesTransition = true;
  }

  /** The mutation was applied long ago: no commit will bring its Transition. */
  flushIfCovered(ts: bigint): void {
    if (ts <= this.#version.ts) this.flush();
  }

  /** Tells the client what is new, once all of it is known and the client keeps up. */
  flush(): void {
    const { hub, outbox, viewer } = this.#options;
    if (this.#closed || this.#changes.some((change) => !change.ready)) return;
    // It will be flushed when the client has read; nothing is to be hurried for it until then.
    if (outbox.isFull) return hub.stopWaiting(this);
    if (hub.isBehind(this, this.#subscriptions())) return;
    const end: StateVersion = { ...this.#version };
    if (this.#seenTs > end.ts) end.ts = this.#seenTs;
    for (const { querySet, identity } of this.#changes) {
      end.querySet = querySet ?? end.querySet;
      end.identity = identity ?? end.identity;
    }
    const modifications: string[] = [];
    for (const queryId of this.#dirty) {
      const query = this.#queries.get(queryId);
      const result = query === undefined ? null : hub.result(query.subscription);
      if (result !== null) modifications.push(encodeResult(queryId, result, viewer()));
    }
    for (const queryId of this.#removed) modifications.push(`{"type":"QueryRemoved","queryId":${queryId}}`);
    if (this.#changes.length === 0 && modifications.length === 0 && !this.#owesTransition) return;
    const clientClockSkew = end.identity === this.#version.identity ? null : this.clientClockSkew;
    outbox.sendTransition(encodeTransition({ start: this.#version, end, modifications, clientClockSkew }));
    this.#version = end;
    if (end.ts >= this.#owedTs) this.#owesTransition = false;
    this.#changes = [];
    this.#dirty.clear();
    this.#removed.clear();
  }

  close(): void {
    this.#closed = true;
    this.#options.hub.leave(this, [...this.#subscriptions()]);
    this.#queries.clear();
  }

  *#subscriptions(): Generator<number> {
    for (const { subscription } of this.#queries.values()) yield subscription;
  }

  /** `previous`: the subscription that this one takes over from. */
  #subscribe(queryId: number, request: LiveRequest, previous: number | null): Promise<bigint> {
    const { id, settled } = this.#options.hub.subscribe(this, { queryId, request, previous });
    this.#queries.set(queryId, { subscription: id, request });
    return settled;
  }

  #drop(queryId: number): void {
    const query = this.#queries.get(queryId);
    if (query === undefined) return;
    this.#queries.delete(queryId);
    this.#options.hub.unsubscribe([query.subscription]);
  }

  /** Registers a version change; transitions wait until its queries have results, so that the client sees both together. */
  async #change(versions: Omit<VersionChange, "ready">, waiting: Promise<bigint>[]): Promise<void> {
    const change: VersionChange = { ...versions, ready: false };
    this.#changes.push(change);
    try {
      for (const ts of await Promise.all(waiting)) if (ts > this.#seenTs) this.#seenTs = ts;
      change.ready = true;
      this.flush();
    } catch (error) {
      this.#options.onFailure(error);
    }
  }
}

function requireVersion(base: number, current: number): void {
  if (base === current) return;
  throw new ProtocolError(`Base version ${base} passed up doesn't match the current version ${current}`);
}
