/** How long one portion of background work may keep the functions that wait behind it, ms. */
const TARGET_MS = 4;
const SMALLEST = 20;
const LARGEST = 2000;
/** Growing slowly and shrinking at once keeps a run of expensive documents from being a surprise every time. */
const MAX_GROWTH = 2;

/**
 * Cuts background work into portions that take about the same time, whatever a document costs: small documents with one short
 * key and large ones with many words differ by orders of magnitude.
 */
export class Portions {
  readonly #now: () => number;
  #size: number;

  /** @param now milliseconds, with fractions */
  constructor(first: number, now: () => number = () => performance.now()) {
    this.#size = first;
    this.#now = now;
  }

  /** Items of the next portion. */
  get size(): number {
    return this.#size;
  }

  /** Does one portion of `size` items, and learns from it how large the next one may be. */
  run<Result>(work: (size: number) => Result): Result {
    const startedAt = this.#now();
    const result = work(this.#size);
    const tookMs = Math.max(0.01, this.#now() - startedAt);
    const fitting = Math.floor(this.#size * Math.min(MAX_GROWTH, TARGET_MS / tookMs));
    this.#size = Math.min(LARGEST, Math.max(SMALLEST, fitting));
    return result;
  }
}
