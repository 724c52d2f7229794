import { defineTable } from "convex/server";
import { v } from "convex/values";

export const actorKindValidator = v.union(v.literal("user"), v.literal("apiKey"), v.literal("system"));
export const severityValidator = v.union(v.literal("info"), v.literal("notice"), v.literal("warning"));

export const auditTables = {
  /**
   * What was done, by whom: written by `audit/model.ts` in the transaction of the act itself, never changed; read by
   * those with `org:settings:update`; deleted by the daily clean-up after the retention time (365 days).
   */
  auditEntries: defineTable({
    organizationId: v.id("organizations"),
    actorKind: actorKindValidator,
    actorId: v.optional(v.id("users")),
    apiKeyId: v.optional(v.id("apiKeys")),
    /** `scenario.created`, `version.published` ...: see `audit/model.ts`. */
    action: v.string(),
    resourceType: v.string(),
    resourceId: v.string(),
    /** What it was called at the time; a run, and what a scenario owns, by the scenario's name. */
    resourceName: v.optional(v.string()),
    severity: severityValidator,
    /** Network address and user agent of the request, where the host knows them. */
    address: v.optional(v.string()),
    agent: v.optional(v.string()),
    /** JSON text. Never holds a secret. */
    details: v.optional(v.string()),
  }).index("by_organization", ["organizationId"]),
};
