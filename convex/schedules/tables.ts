import { defineTable } from "convex/server";
import { v } from "convex/values";

export const scheduleTables = {
  /**
   * The clock of each enabled scenario whose published version begins with a schedule trigger; at most one per scenario.
   * Written by `schedules/model.ts` when a scenario is published, rolled back, switched on or off, or deleted, and by
   * `schedules/tick.ts`. Read by the tick, the sweeper and the scenario's page. Deleted when the scenario has no clock any more.
   */
  schedules: defineTable({
    organizationId: v.id("organizations"),
    scenarioId: v.id("scenarios"),
    /** JSON text of the trigger's config: an equal one keeps its times when another version is published. */
    config: v.string(),
    /** What intervals count from. Unix time in milliseconds. */
    anchorAt: v.number(),
    /** The next time that is due; absent when none will come. */
    nextAt: v.optional(v.number()),
    /** Rises with every change: timers of an earlier one do nothing. */
    generation: v.number(),
    updatedAt: v.number(),
  })
    .index("by_scenario", ["scenarioId"])
    .index("by_nextAt", ["nextAt"]),
};
