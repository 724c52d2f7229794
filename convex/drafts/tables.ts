import { defineTable } from "convex/server";
import { v } from "convex/values";

export const draftTables = {
  /**
   * The shared draft of each scenario, one row. Written by `drafts/model.ts`, always compare-and-set on `revision`; read by
   * the editor, by publish and by test runs; lives as long as its scenario.
   */
  drafts: defineTable({
    organizationId: v.id("organizations"),
    scenarioId: v.id("scenarios"),
    /** Rises by one with every change; starts at 1. */
    revision: v.number(),
    /** JSON text of a structurally valid definition. */
    definition: v.string(),
    /** SHA-256 of the definition's canonical JSON. */
    contentHash: v.string(),
    /** The version that the draft was last equal to, or started from. */
    baseVersion: v.optional(v.number()),
    updatedAt: v.number(),
    updatedBy: v.id("users"),
  }).index("by_scenario", ["scenarioId"]),
};
