/** As on Convex: five years. */
const MAX_DISTANCE_MS = 5 * 366 * 24 * 60 * 60 * 1000;

/**
 * When a job is due, ms since 1970, from what a function asks for (seconds). A time that has passed means at once.
 *
 * @throws for what is no time (`runAt(NaN)`), and for times too far away to be meant.
 */
export function dueMsOf(seconds: unknown, nowMs: number): number {
  if (typeof seconds !== "number" || !Number.isFinite(seconds))
    throw new Error("The time to run a scheduled function at must be a valid date.");
  const dueMs = seconds * 1000;
  if (Math.abs(dueMs - nowMs) <= MAX_DISTANCE_MS) return dueMs;
  throw new Error(`${describe(dueMs)} is more than 5 years in the ${dueMs > nowMs ? "future" : "past"}`);
}

function describe(timeMs: number): string {
  const date = new Date(timeMs);
  return Number.isNaN(date.getTime()) ? `${timeMs} ms` : date.toISOString();
}
