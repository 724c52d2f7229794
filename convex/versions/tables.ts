import { defineTable } from "convex/server";
import { v } from "convex/values";

export const versionStateValidator = v.union(v.literal("published"), v.literal("superseded"), v.literal("archived"));

/** How much changed since the version before: core's `DiffSummary`, in numbers. */
export const changesValidator = v.object({
  added: v.number(),
  removed: v.number(),
  changed: v.number(),
  moved: v.number(),
});

export const versionTables = {
  /**
   * What is known of each version. Inserted by `versions/model.ts` (publish, rollback), which afterwards only moves
   * `state` along its transition table; read by lists and by whatever starts a run. Never deleted.
   */
  versions: defineTable({
    organizationId: v.id("organizations"),
    scenarioId: v.id("scenarios"),
    /** 1, 2, 3 ... without gaps, per scenario. */
    number: v.number(),
    state: versionStateValidator,
    definitionId: v.id("versionDefinitions"),
    contentHash: v.string(),
    label: v.optional(v.string()),
    note: v.optional(v.string()),
    /** The version whose content a rollback brought back. */
    restoredFrom: v.optional(v.number()),
    changes: changesValidator,
    createdBy: v.id("users"),
    updatedAt: v.number(),
  }).index("by_scenario_and_number", ["scenarioId", "number"]),

  /**
   * Versions' contents, apart from the rows above so that listing versions does not read megabytes. Inserted by
   * `versions/model.ts`, never changed; a rollback refers to the row of the version it restores. Never deleted.
   */
  versionDefinitions: defineTable({
    organizationId: v.id("organizations"),
    scenarioId: v.id("scenarios"),
    contentHash: v.string(),
    /** JSON text. */
    definition: v.string(),
  }),
};
