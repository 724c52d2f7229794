/**
 * Marks a mutable row as changed now: spread it into every insert and patch of a row that has `updatedAt`. Inside one
 * transaction the clock stands still, so rows written together carry the same time.
 */
export function touch(): { updatedAt: number } {
  return { updatedAt: Date.now() };
}

export const SECOND_MS = 1_000;
export const MINUTE_MS = 60 * SECOND_MS;
export const HOUR_MS = 60 * MINUTE_MS;
export const DAY_MS = 24 * HOUR_MS;
