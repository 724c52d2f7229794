import { defineTable } from "convex/server";
import { v } from "convex/values";

export const settingTables = {
  /**
   * One row about the deployment itself. Written by `settings/health.ts` at each start and by `settings/maintenance.ts`; read by `/health`. Never deleted.
   */
  deployments: defineTable({
    /** `PATCHBAY_START_ID` of the start whose parts are all ready. */
    readyStartId: v.optional(v.string()),
    /** A known text under the keyring: opens only with the right one. */
    keyringCanary: v.optional(v.string()),
    /** Since when new work is refused, for an upgrade or a backup. */
    maintenanceSince: v.optional(v.number()),
    updatedAt: v.number(),
  }),
};
