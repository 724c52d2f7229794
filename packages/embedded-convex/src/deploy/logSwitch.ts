/**
 * Whether somebody watches the logs, for all threads: then every execution is reported, as `convex logs --success` shows them.
 * Otherwise only those that have something to say are: a line per call would cost more than the call.
 */
export class LogSwitch {
  /** To be handed to other threads. */
  readonly buffer: SharedArrayBuffer;
  readonly #flag: Int32Array;
  #timer: NodeJS.Timeout | null = null;

  constructor(buffer = new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT)) {
    this.buffer = buffer;
    this.#flag = new Int32Array(buffer);
  }

  get isOn(): boolean {
    return Atomics.load(this.#flag, 0) === 1;
  }

  /** Switches on for a while. */
  turnOn(durationMs: number): void {
    Atomics.store(this.#flag, 0, 1);
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = setTimeout(() => Atomics.store(this.#flag, 0, 0), durationMs);
    this.#timer.unref();
  }
}
