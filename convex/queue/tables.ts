import { defineTable } from "convex/server";
import { v } from "convex/values";

export const queueTables = {
  /**
   * Scenarios' queues that are being emptied, or were lately. Inserted by `queue/emptying.ts`, which goes on with it batch by batch;
   * read by the queue page. Deleted by the next emptying of the same scenario.
   */
  queueJobs: defineTable({
    organizationId: v.id("organizations"),
    scenarioId: v.id("scenarios"),
    /** Runs that it has cancelled so far. */
    cancelled: v.number(),
    /** Only runs that were there before are cancelled. */
    startedAt: v.number(),
    endedAt: v.optional(v.number()),
    startedBy: v.id("users"),
  })
    .index("by_organization", ["organizationId"])
    .index("by_scenario", ["scenarioId"]),
};
