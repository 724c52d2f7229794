import { v } from "convex/values";
import { internal } from "../_generated/api.js";
import { internalMutation } from "../functions.ts";
import { deleteExpiredAudit } from "./model.ts";

const BATCH = 500;

/** Daily: deletes entries past the retention time, a batch per transaction. */
export const clean = internalMutation({
  args: {},
  returns: v.null(),
  handler: async (ctx) => {
    const deleted = await deleteExpiredAudit(ctx, BATCH);
    if (deleted === BATCH) await ctx.scheduler.runAfter(0, internal.audit.maintenance.clean, {});
    return null;
  },
});
