/**
 * How far a worker has come with its calls, in memory that it shares with the main thread: when it has died, those it has not begun
 * may be given to another one. Calls are numbered in the order in which they are sent, which is that in which they begin.
 */
export class StartedCalls {
  readonly buffer: SharedArrayBuffer;
  readonly #last: Int32Array;

  constructor(buffer = new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT)) {
    this.buffer = buffer;
    this.#last = new Int32Array(buffer);
  }

  /** The worker begins a call. */
  begin(number: number): void {
    Atomics.store(this.#last, 0, number);
  }

  hasBegun(number: number): boolean {
    return number <= Atomics.load(this.#last, 0);
  }
}
