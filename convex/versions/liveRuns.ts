import { liveRunStates } from "@patchbay/engine";
import type { Id } from "../_generated/dataModel.d.ts";
import type { QueryCtx } from "../_generated/server.d.ts";

/** More are shown as "100 or more". */
const COUNT_LIMIT = 100;
/** Rows looked at per state: of a scenario with more live runs than this, the oldest are counted. */
const MAX_ROWS = 500;

/** How many runs of each version have not ended, at most 100 each; read once for a whole page of versions. */
export async function countLiveRuns(ctx: QueryCtx, scenarioId: Id<"scenarios">): Promise<(version: number) => number> {
  const counts = new Map<number, number>();
  for (const state of liveRunStates) {
    const rows = await ctx.db
      .query("runs")
      .withIndex("by_scenario_and_state", (q) => q.eq("scenarioId", scenarioId).eq("state", state))
      .take(MAX_ROWS);
    for (const { version } of rows) if (version !== undefined) counts.set(version, (counts.get(version) ?? 0) + 1);
  }
  return (version) => Math.min(counts.get(version) ?? 0, COUNT_LIMIT);
}
