const MICROS_PER_MS = 1000;

export interface RerunBudgetOptions {
  /** The part of the time that may be spent, from 0 to 1. */
  share: number;
  /** What may be spent at once after a pause, in microseconds of work. */
  burstMicros: number;
  /** Milliseconds. */
  now: () => number;
}

/**
 * How much of the time may go into running live queries again. After a pause a push goes out at once; under a flood of writes,
 * reruns take their share and no more, so that writers keep the rest. A token bucket; overdrawn at most by one burst, so that
 * what had to run anyway does not hold back everything else for long.
 */
export class RerunBudget {
  readonly #options: RerunBudgetOptions;
  #levelMicros: number;
  #filledAtMs: number;

  constructor(options: RerunBudgetOptions) {
    this.#options = options;
    this.#levelMicros = options.burstMicros;
    this.#filledAtMs = options.now();
  }

  /** To be called for every rerun. */
  spend(micros: number): void {
    this.#fill();
    this.#levelMicros = Math.max(-this.#options.burstMicros, this.#levelMicros - micros);
  }

  /** How long until the next rerun, whole ms; 0 for now. */
  waitMs(): number {
    this.#fill();
    if (this.#levelMicros > 0) return 0;
    if (this.#options.share === 0) return Infinity;
    return Math.ceil((1 - this.#levelMicros) / (this.#options.share * MICROS_PER_MS));
  }

  #fill(): void {
    const { share, burstMicros, now } = this.#options;
    const nowMs = now();
    const earned = Math.max(0, nowMs - this.#filledAtMs) * share * MICROS_PER_MS;
    this.#levelMicros = Math.min(burstMicros, this.#levelMicros + earned);
    this.#filledAtMs = nowMs;
  }
}
