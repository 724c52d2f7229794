import { defineTable } from "convex/server";
import { v } from "convex/values";

export const retentionTables = {
  /**
   * What the last cleaning did in an organization, and how much is stored. Written by `retention/cleaning.ts` and
   * `retention/counting.ts`; read by the settings. One row per organization; never deleted.
   */
  retentionReports: defineTable({
    organizationId: v.id("organizations"),
    /** When the latest cleaning came to its end. */
    cleanedAt: v.number(),
    /** Runs that it deleted. */
    deletedRuns: v.number(),
    /** Runs stored when they were last counted, and when that was. */
    storedRuns: v.optional(v.number()),
    countedAt: v.optional(v.number()),
    /** There were more: counting stopped. */
    isAtLeast: v.optional(v.boolean()),
  }).index("by_organization", ["organizationId"]),

  /**
   * Runs that somebody wants to keep whatever their age. Written by `retention/keeping.ts`; read when an organization's kept runs are
   * counted. Deleted when a run is not to be kept any more.
   */
  runKeeps: defineTable({
    organizationId: v.id("organizations"),
    runId: v.id("runs"),
    keptBy: v.id("users"),
  })
    .index("by_organization", ["organizationId"])
    .index("by_run", ["runId"]),
};
