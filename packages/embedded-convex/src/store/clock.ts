import { randomFillSync } from "node:crypto";

/** `_creationTime` moves in steps of 1/1024 ms: exact in a double, and enough for a million documents a second. */
const TICKS_PER_MS = 1024;
const NANOS_PER_MS = 1_000_000n;
/** A client's timestamp further ahead than this is not believed: following it would push time out of reach for everybody. */
const MAX_CLIENT_LEAD_MS = 24 * 60 * 60 * 1000;
const INTERNAL_ID_BYTES = 16;
const RANDOM_BYTES = 8;

/** What survives a restart, so that neither commit timestamps nor creation times are ever given out twice. */
export interface ClockState {
  /** Nanoseconds since 1970, decimal. */
  ts: string;
  /** Ticks since 1970. */
  ticks: number;
}

/** Hands out commit timestamps, creation times and document ids; all of them only ever increase. */
export class Clock {
  #ts: bigint;
  #ticks: number;
  readonly #now: () => number;
  readonly #random = Buffer.alloc(RANDOM_BYTES * 512);
  #randomUsed = this.#random.length;

  constructor(state: ClockState | null, now: () => number) {
    this.#ts = BigInt(state?.ts ?? "0");
    this.#ticks = state?.ticks ?? 0;
    this.#now = now;
  }

  /** The timestamp of the newest commit. */
  get lastTs(): bigint {
    return this.#ts;
  }

  nextTs(): bigint {
    const now = BigInt(Math.floor(this.#now())) * NANOS_PER_MS;
    this.#ts = now > this.#ts ? now : this.#ts + 1n;
    return this.#ts;
  }

  /** Never answers a client with a timestamp below one it has seen (its clock or a restored backup may be ahead of ours). */
  observe(ts: bigint): void {
    const limit = BigInt(Math.floor(this.#now()) + MAX_CLIENT_LEAD_MS) * NANOS_PER_MS;
    if (ts > this.#ts && ts <= limit) this.#ts = ts;
  }

  /** A creation time (ms) and the internal id that sorts by it: 8 bytes of time, 8 random ones. */
  nextDocument(): { creationTime: number; internal: Buffer } {
    this.#ticks = Math.max(this.#ticks + 1, Math.floor(this.#now()) * TICKS_PER_MS);
    const creationTime = this.#ticks / TICKS_PER_MS;
    const internal = Buffer.allocUnsafe(INTERNAL_ID_BYTES);
    internal.writeDoubleBE(creationTime, 0);
    if (this.#randomUsed === this.#random.length) {
      randomFillSync(this.#random);
      this.#randomUsed = 0;
    }
    this.#random.copy(internal, RANDOM_BYTES, this.#randomUsed, this.#randomUsed + RANDOM_BYTES);
    this.#randomUsed += RANDOM_BYTES;
    return { creationTime, internal };
  }

  state(): ClockState {
    return { ts: String(this.#ts), ticks: this.#ticks };
  }
}
