import { defineTable } from "convex/server";
import { v } from "convex/values";

export const integrationTables = {
  /**
   * The integrations that this deployment's code carries. Written by `integrations/seed.ts` after each deployment; read by
   * the editor. Never deleted, since old versions of scenarios name them.
   */
  integrations: defineTable({
    name: v.string(),
    label: v.string(),
    description: v.string(),
    category: v.string(),
    latestVersion: v.string(),
    updatedAt: v.number(),
  }).index("by_name", ["name"]),

  /** Each version of each integration, with its manifest. Written, read and kept as `integrations`. */
  integrationVersions: defineTable({
    integrationId: v.id("integrations"),
    version: v.string(),
    /** Exactly one version of an integration is the latest. */
    isLatest: v.boolean(),
    /** JSON text of the manifest. */
    manifest: v.string(),
    updatedAt: v.number(),
  })
    .index("by_integration_and_version", ["integrationId", "version"])
    .index("by_isLatest", ["isLatest"]),
};
