import { defineTable } from "convex/server";
import { v } from "convex/values";
import { retentionValidator } from "../retention/policy.ts";
import { gateValidator } from "../organizations/gate.ts";

export const scenarioTables = {
  /**
   * The automations. Written by `scenarios/model.ts` (name, state), `drafts/model.ts` (high-water mark, what lists show of
   * the draft) and `versions/model.ts` (the pointer to the published version); never by a run. Read by everything. Never
   * deleted: archived ones can be restored.
   */
  scenarios: defineTable({
    organizationId: v.id("organizations"),
    name: v.string(),
    description: v.string(),
    /** Only an enabled scenario's triggers start runs. */
    enabled: v.boolean(),
    /** Since when its runs wait (`runs/gates.ts`): unlike one that is off, it keeps its events. Absent when it is not paused. */
    pausedAt: v.optional(v.number()),
    /** The organization's own, copied by `queue/spread.ts`: a start reads the scenario and nothing else of the organization. */
    gate: v.optional(gateValidator),
    publishedVersionId: v.optional(v.id("versions")),
    publishedNumber: v.optional(v.number()),
    /** What the published version executes, so that starting a run costs one read more than the scenario. */
    publishedDefinitionId: v.optional(v.id("versionDefinitions")),
    publishedContentHash: v.optional(v.string()),
    /** What starts runs of the published version; of versions published before this was noted, a webhook. */
    publishedTrigger: v.optional(
      v.union(
        v.literal("webhook"),
        v.literal("schedule"),
        v.literal("polling"),
        v.literal("manual"),
        v.literal("call"),
      ),
    ),
    /** JSON text of the `CallInterface` of the published version, where other scenarios call it. */
    publishedInterface: v.optional(v.string()),
    lastVersionNumber: v.number(),
    /** Versions that are not archived; at most `MAX_VERSIONS`. */
    liveVersionCount: v.number(),
    /** The highest node id that the draft or a version ever had; ids above it are new. */
    nodeHighWaterMark: v.number(),
    /** Of the shared draft, for lists: its content hash, and its node types in order. */
    draftContentHash: v.string(),
    nodeTypes: v.array(v.string()),
    archivedAt: v.optional(v.number()),
    /** How long its runs are kept; the organization's rule where absent. Written by `retention/model.ts`, as is the next. */
    retention: v.optional(retentionValidator),
    /** Whether successful runs keep no data, by the rule that holds. */
    dropsData: v.optional(v.literal(true)),
    createdBy: v.id("users"),
    updatedBy: v.id("users"),
    updatedAt: v.number(),
  })
    // The HTTP API pages by creation time, which the longer index does not sort by.
    // eslint-disable-next-line @convex-dev/no-duplicate-indexes
    .index("by_organization_and_archivedAt", ["organizationId", "archivedAt"])
    .index("by_organization_and_archivedAt_and_updatedAt", ["organizationId", "archivedAt", "updatedAt"])
    .index("by_organization_and_archivedAt_and_enabled_and_updatedAt", [
      "organizationId",
      "archivedAt",
      "enabled",
      "updatedAt",
    ]),

  /**
   * Which scenario calls which, by their published versions. Replaced by `versions/append.ts` with every version; read by checks and
   * by whoever is about to switch a called scenario off.
   */
  scenarioCalls: defineTable({
    organizationId: v.id("organizations"),
    callerId: v.id("scenarios"),
    calleeId: v.id("scenarios"),
  })
    .index("by_caller", ["callerId"])
    .index("by_callee", ["calleeId"]),
};
