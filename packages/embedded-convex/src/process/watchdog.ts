import type { Activity } from "./heartbeat.ts";

/**
 * Decides, from looks at a thread that are `everyMs` apart, whether it is stuck. Looks are counted, not milliseconds: when the
 * machine sleeps or the whole process is stopped, time passes but nobody looks.
 *
 * A function is stuck when the same one runs at each look; between functions the thread is stuck when it does not come to turn
 * its event loop, for example in code that a function has left behind. A commit is never interrupted.
 */
export class Watchdog {
  readonly #runningLooks: number;
  readonly #idleLooks: number;
  #last = "";
  #same = 0;

  constructor(options: { everyMs: number; limitMs: number }) {
    this.#runningLooks = Math.ceil(options.limitMs / options.everyMs);
    // The thread's own work between functions comes in portions, but a slow disk may draw one out.
    this.#idleLooks = 2 * this.#runningLooks;
  }

  /** Why the thread must be ended, or null. */
  look({ phase, sequence, beats, label }: Activity): string | null {
    const isRunning = phase === "running";
    const now = isRunning ? `running ${sequence}` : `idle ${beats}`;
    this.#same = now === this.#last ? this.#same + 1 : 0;
    this.#last = now;
    if (phase === "committing" || (!isRunning && beats === 0)) return null;
    if (this.#same < (isRunning ? this.#runningLooks : this.#idleLooks)) return null;
    return isRunning ? `${label} has been running for too long` : "it does not answer";
  }
}
