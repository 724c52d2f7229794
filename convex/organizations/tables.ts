import { defineTable } from "convex/server";
import { v } from "convex/values";
import { gateValidator } from "./gate.ts";
import { retentionValidator } from "../retention/policy.ts";
import { roleValidator } from "../lib/permissions.ts";

export const organizationTables = {
  /**
   * Tenants. Written by `organizations/model.ts` (at sign-up, and when one is renamed) and `queue/organization.ts`; read by every function that acts for a member.
   * Never deleted.
   */
  organizations: defineTable({
    name: v.string(),
    /** How long runs are kept, where their scenario says nothing else; `defaultRetention` where absent. */
    retention: v.optional(retentionValidator),
    /** Absent: nothing is paused, refused or limited. Written by `queue/organization.ts`. */
    gate: v.optional(gateValidator),
    updatedAt: v.number(),
  }),

  /**
   * Who belongs to which organization, with which role. Written by `organizations/model.ts`; read on every call by
   * `organizations/authorize.ts`; deleted when a member is removed.
   */
  memberships: defineTable({
    organizationId: v.id("organizations"),
    userId: v.id("users"),
    role: roleValidator,
    /** Permissions granted to this member beyond the role's. */
    grants: v.optional(v.array(v.string())),
    updatedAt: v.number(),
  })
    .index("by_organization_and_user", ["organizationId", "userId"])
    .index("by_user", ["userId"]),
};
