import type { MutationCtx } from "../functions.ts";

/** Deletes idempotency keys and event ids past their time. Returns how many. */
export async function deleteExpiredDeliveries(ctx: MutationCtx, limit: number): Promise<number> {
  const expired = await ctx.db
    .query("webhookDeliveries")
    .withIndex("by_expiresAt", (q) => q.lt("expiresAt", Date.now()))
    .take(limit);
  for (const row of expired) await ctx.db.delete("webhookDeliveries", row._id);
  return expired.length;
}
