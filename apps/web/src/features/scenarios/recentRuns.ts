import { formatDuration, stateFacts, type SparkBar } from "@patchbay/ui";

export interface RecentRun {
  id: string;
  state: string;
  /** Null while the run has not ended. */
  durationMs: number | null;
}

const toneOf = (state: string): SparkBar["tone"] => {
  if (state === "failed") return "bad";
  if (state === "incomplete") return "warn";
  return stateFacts(state).live ? "signal" : "normal";
};

/**
 * Bars of the newest runs: the height is the duration as a share of the longest, on a square-root scale so that one slow
 * run does not flatten the others; a failed run is full height, so that it cannot be overlooked.
 * @param runs oldest first
 */
export function sparkBars(runs: readonly RecentRun[]): SparkBar[] {
  const longest = Math.max(...runs.map((run) => run.durationMs ?? 0));
  // Runs that all took no time worth measuring are all alike, not all nothing.
  const shareOf = (durationMs: number) => (longest < 1 ? 0.5 : Math.sqrt(durationMs / longest));
  return runs.map((run) => {
    const tone = toneOf(run.state);
    const share = tone === "bad" ? 1 : tone === "signal" ? 0.5 : shareOf(run.durationMs ?? 0);
    return { key: run.id, share: Math.max(0.15, share), tone };
  });
}

/** The bars in words: `12 runs, 2 failed, the longest 4.2 s`. */
export function describeRuns(runs: readonly RecentRun[]): string {
  if (runs.length === 0) return "No runs yet";
  const failed = runs.filter((run) => run.state === "failed").length;
  const longest = Math.max(...runs.map((run) => run.durationMs ?? 0));
  return [
    `${runs.length} ${runs.length === 1 ? "run" : "runs"}`,
    failed > 0 ? `${failed} failed` : "none failed",
    `the longest ${formatDuration(longest)}`,
  ].join(", ");
}
