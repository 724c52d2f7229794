import { performance } from "node:perf_hooks";
import { getHeapStatistics, setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

const CHECK_EVERY_MS = 10_000;
/** A thread that did less than this in the time between two checks is at rest. */
const BUSY_SHARE = 0.02;
/** What is worth a pause of some milliseconds at rest. */
const WORTHWHILE_BYTES = 24 * 1024 * 1024;

/** What the collector sees of its thread. */
export interface IdleThread {
  /** The share of the time since the last call that the thread was busy, 0 to 1. */
  busyShare(): number;
  /** Memory that the heap has taken from the system, bytes. */
  heapBytes(): number;
  collect(): void;
}

/**
 * Gives memory back after load. V8 lets the heap of a thread grow under load, and shrinks it by later collections, which do not
 * come to a thread that has nothing to do: it would keep a hundred megabytes of garbage through the night.
 */
export class IdleCollector {
  readonly #thread: IdleThread;
  #restingBytes: number | null = null;
  #timer: NodeJS.Timeout | null = null;

  constructor(thread: IdleThread = thisThread()) {
    this.#thread = thread;
  }

  start(): void {
    this.#timer = setInterval(() => this.check(), CHECK_EVERY_MS);
    this.#timer.unref();
  }

  stop(): void {
    if (this.#timer !== null) clearInterval(this.#timer);
  }

  /** Called by the timer: collects once after each time of load. */
  check(): void {
    if (this.#thread.busyShare() > BUSY_SHARE) return;
    const bytes = this.#thread.heapBytes();
    this.#restingBytes ??= bytes;
    if (bytes < this.#restingBytes + WORTHWHILE_BYTES) return;
    this.#thread.collect();
    // What is left is needed, however much it is: the next collection waits for more.
    this.#restingBytes = this.#thread.heapBytes();
  }
}

function thisThread(): IdleThread {
  setFlagsFromString("--expose-gc");
  const collect = runInNewContext("gc") as (options: object) => void;
  // Every context that is made under the flag has the function as a global, those of pushed code too.
  setFlagsFromString("--no-expose-gc");
  let last = performance.eventLoopUtilization();
  return {
    busyShare() {
      const now = performance.eventLoopUtilization();
      const { utilization } = performance.eventLoopUtilization(now, last);
      last = now;
      return utilization;
    },
    heapBytes: () => getHeapStatistics().total_heap_size,
    collect: () => collect({ type: "major", execution: "sync", flavor: "last-resort" }),
  };
}
