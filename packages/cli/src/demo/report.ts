import type { RunDetail } from "./api.ts";
import type { Order } from "./orders.ts";
import { formatTable } from "./table.ts";

export interface FinishedRun {
  order: Order;
  run: RunDetail;
}

/** One row per run: what it was about, how it ended, and what each node did. */
export function formatRuns(runs: readonly FinishedRun[]): string {
  return formatTable(
    ["run", "order", "state", "version", "operations", "by node"],
    runs.map(({ order, run }) => [
      run.id,
      order.id,
      run.state,
      run.source.kind === "version" ? `v${run.source.number}` : "draft",
      run.operationCount,
      formatNodes(run),
    ]),
  );
}

/** `1 2 3 4x3 5x3`: nodes with how often they were carried out; `!` where one did not succeed. */
function formatNodes(run: RunDetail): string {
  const counts = new Map<number, { times: number; faults: number }>();
  for (const { nodeId, state } of run.operations) {
    const count = counts.get(nodeId) ?? { times: 0, faults: 0 };
    count.times++;
    if (state !== "succeeded") count.faults++;
    counts.set(nodeId, count);
  }
  return [...counts]
    .sort(([a], [b]) => a - b)
    .map(([nodeId, { times, faults }]) => `${nodeId}${times > 1 ? `x${times}` : ""}${faults > 0 ? "!" : ""}`)
    .join(" ");
}

/** One row per operation of a run. */
export function formatOperations(run: RunDetail): string {
  return formatTable(
    ["node", "bundle", "state", "attempts", "ms", "error"],
    run.operations.map(({ nodeId, bundlePath, state, attempts, durationMs, error }) => [
      nodeId,
      bundlePath,
      state,
      attempts,
      durationMs === null || durationMs === undefined ? "" : Math.round(durationMs),
      error ? `${error.kind}: ${error.message}` : "",
    ]),
  );
}
