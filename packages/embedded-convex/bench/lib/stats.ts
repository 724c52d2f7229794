/** Repeated measurements of one figure. */
export interface Figure {
  median: number;
  /** The lowest and highest value, and how far they are apart as a share of the median. */
  min: number;
  max: number;
  spread: number;
  values: number[];
}

/** @throws when nothing was measured. */
export function figureOf(measured: readonly number[]): Figure {
  if (measured.length === 0) throw new Error("Nothing was measured.");
  const values = measured.map(rounded);
  const sorted = [...values].sort((a, b) => a - b);
  const median = percentile(sorted, 0.5);
  const [min, max] = [sorted[0]!, sorted.at(-1)!];
  return { median, min, max, spread: median === 0 ? 0 : rounded((max - min) / median), values };
}

/** The value below which `share` of the values lie; of a sorted list. Between two values for the median of an even number. */
export function percentile(sorted: readonly number[], share: number): number {
  if (share === 0.5 && sorted.length % 2 === 0 && sorted.length > 0) {
    return rounded((sorted[sorted.length / 2 - 1]! + sorted[sorted.length / 2]!) / 2);
  }
  return rounded(sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0);
}

/** Three significant digits after the point at most: more would pretend a precision that is not there. */
export function rounded(value: number): number {
  return Number(value.toFixed(value >= 100 ? 0 : 3));
}
