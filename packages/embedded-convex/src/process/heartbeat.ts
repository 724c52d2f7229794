import type { Heartbeat } from "../transaction/executor.ts";

const HEADER_BYTES = 28;
const LABEL_BYTES = 2048;
const PHASE = 0;
const LABEL_LENGTH = 1;
const SEQUENCE = 2;
const BEATS = 3;
const CALLS = 4;
const COMMITS = 5;
const FUNCTIONS = 6;

const IDLE = 0;
const RUNNING = 1;
const COMMITTING = 2;
const ANSWERING = 3;
const PHASES = ["idle", "running", "committing", "answering"] as const;

/** What a thread is doing, as another thread sees it. */
export interface Activity {
  phase: (typeof PHASES)[number];
  label: string;
  /** Differs from call to call. */
  sequence: number;
  /** Grows as long as the thread's event loop turns; 0 before it has started to. */
  beats: number;
  /** Functions that have begun since the last beat. */
  calls: number;
}

/** Labels of the functions of users, by whomever they are called; live queries and the database's own work have others. */
const isFunction = (label: string): boolean => label.startsWith("call ") || label.startsWith("job ");

/** A few bytes of shared memory: a thread that loops can send no message, but it can be looked at. */
export class SharedHeartbeat implements Heartbeat {
  readonly buffer: SharedArrayBuffer;
  readonly #integers: Int32Array;
  readonly #label: Buffer;
  readonly #scratch = Buffer.alloc(LABEL_BYTES);

  constructor(buffer = new SharedArrayBuffer(HEADER_BYTES + LABEL_BYTES)) {
    this.buffer = buffer;
    this.#integers = new Int32Array(buffer, 0, HEADER_BYTES / Int32Array.BYTES_PER_ELEMENT);
    this.#label = Buffer.from(buffer, HEADER_BYTES, LABEL_BYTES);
  }

  enter(label: string): void {
    const length = this.#scratch.write(label, "utf8");
    this.#label.set(this.#scratch.subarray(0, length));
    Atomics.add(this.#integers, SEQUENCE, 1);
    Atomics.add(this.#integers, CALLS, 1);
    if (isFunction(label)) Atomics.add(this.#integers, FUNCTIONS, 1);
    Atomics.store(this.#integers, LABEL_LENGTH, length);
    Atomics.store(this.#integers, PHASE, RUNNING);
  }

  committing(): void {
    Atomics.add(this.#integers, COMMITS, 1);
    Atomics.store(this.#integers, PHASE, COMMITTING);
  }

  answering(): void {
    Atomics.store(this.#integers, PHASE, ANSWERING);
  }

  leave(): void {
    Atomics.store(this.#integers, PHASE, IDLE);
  }

  /** To be called from a timer. */
  beat(): void {
    Atomics.store(this.#integers, CALLS, 0);
    // Never 0 again, also after 2^32 beats.
    if (Atomics.add(this.#integers, BEATS, 1) === -1) Atomics.add(this.#integers, BEATS, 1);
  }

  read(): Activity {
    const phase = Atomics.load(this.#integers, PHASE);
    const length = Atomics.load(this.#integers, LABEL_LENGTH);
    const label = Buffer.from(this.#label.subarray(0, length)).toString("utf8");
    const sequence = Atomics.load(this.#integers, SEQUENCE);
    const beats = Atomics.load(this.#integers, BEATS);
    const calls = Atomics.load(this.#integers, CALLS);
    return { phase: PHASES[phase] ?? "idle", label, sequence, beats, calls };
  }

  /** How many functions and other transactions were begun, and batches of writes committed, so far; each modulo 2^32. */
  work(): { functions: number; transactions: number; commits: number } {
    const count = (index: number) => Atomics.load(this.#integers, index) >>> 0;
    return { functions: count(FUNCTIONS), transactions: count(SEQUENCE), commits: count(COMMITS) };
  }
}
