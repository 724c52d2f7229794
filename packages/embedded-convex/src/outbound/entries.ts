import { OutboundAllowList } from "./allowList.ts";

/** What functions may reach from now on, and what not any more. */
export interface OutboundChange {
  /** `host:port` */
  add: readonly string[];
  remove: readonly string[];
  /** How long the added ones hold, ms; null: for good. */
  ttlMs: number | null;
}

/** The same in the form in which entries are kept. @throws if one is malformed */
export function canonical({ add, remove, ttlMs }: OutboundChange): { add: string[]; remove: string[] } {
  const entry = (hostPort: string, lifetimeMs: number | null): string => {
    const list = new OutboundAllowList();
    list.add(hostPort, lifetimeMs ?? undefined);
    return list.list()[0]!;
  };
  return {
    add: add.map((hostPort) => entry(hostPort, ttlMs)),
    remove: remove.map((hostPort) => entry(hostPort, null)),
  };
}

/** The entries of the outbound allow list with their ends, so that workers that start later get what is left of them. */
export class OutboundEntries {
  readonly #now: () => number;
  /** When each ends, ms since the epoch; null: never. */
  readonly #ends = new Map<string, number | null>();

  constructor(now: () => number) {
    this.#now = now;
  }

  /** With canonical entries. An entry that is there already ends no earlier than before. */
  change({ add, remove, ttlMs }: OutboundChange): void {
    const ends = ttlMs === null ? Infinity : this.#now() + ttlMs;
    for (const hostPort of add) {
      const known = this.#ends.get(hostPort);
      const end = Math.max(ends, known === undefined ? 0 : (known ?? Infinity));
      this.#ends.set(hostPort, end === Infinity ? null : end);
    }
    for (const hostPort of remove) this.#ends.delete(hostPort);
  }

  list(): string[] {
    return this.remaining().map(({ hostPort }) => hostPort);
  }

  /** Entries whose lifetime has not passed, and what is left of it, ms. */
  remaining(): { hostPort: string; ttlMs: number | null }[] {
    const now = this.#now();
    for (const [hostPort, end] of this.#ends) if (end !== null && end <= now) this.#ends.delete(hostPort);
    return Array.from(this.#ends, ([hostPort, end]) => ({ hostPort, ttlMs: end === null ? null : end - now }));
  }
}
