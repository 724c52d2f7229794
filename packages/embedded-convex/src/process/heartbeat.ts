import type { Heartbeat } from "../transaction/executor.ts";

const HEADER_BYTES = 24;
const LABEL_BYTES = 2048;
const PHASE = 0;
const LABEL_LENGTH = 1;
const STARTED_AT = 1;

const IDLE = 0;
const RUNNING = 1;
const COMMITTING = 2;

/** What a thread is doing, as another thread sees it. */
export interface Activity {
  phase: "idle" | "running" | "committing";
  label: string;
  /** For how long, ms. */
  sinceMs: number;
}

/** A few bytes of shared memory: a thread that loops can send no message, but it can be looked at. */
export class SharedHeartbeat implements Heartbeat {
  readonly buffer: SharedArrayBuffer;
  readonly #integers: Int32Array;
  readonly #floats: Float64Array;
  readonly #label: Buffer;
  readonly #scratch = Buffer.alloc(LABEL_BYTES);

  constructor(buffer = new SharedArrayBuffer(HEADER_BYTES + LABEL_BYTES)) {
    this.buffer = buffer;
    this.#integers = new Int32Array(buffer, 0, 2);
    this.#floats = new Float64Array(buffer, 0, 3);
    this.#label = Buffer.from(buffer, HEADER_BYTES, LABEL_BYTES);
  }

  enter(label: string): void {
    const length = this.#scratch.write(label, "utf8");
    this.#label.set(this.#scratch.subarray(0, length));
    this.#floats[STARTED_AT] = Date.now();
    Atomics.store(this.#integers, LABEL_LENGTH, length);
    Atomics.store(this.#integers, PHASE, RUNNING);
  }

  committing(): void {
    Atomics.store(this.#integers, PHASE, COMMITTING);
  }

  leave(): void {
    Atomics.store(this.#integers, PHASE, IDLE);
  }

  read(): Activity {
    const phase = Atomics.load(this.#integers, PHASE);
    const length = Atomics.load(this.#integers, LABEL_LENGTH);
    const label = Buffer.from(this.#label.subarray(0, length)).toString("utf8");
    const sinceMs = Date.now() - (this.#floats[STARTED_AT] ?? 0);
    return { phase: phase === RUNNING ? "running" : phase === COMMITTING ? "committing" : "idle", label, sinceMs };
  }
}
