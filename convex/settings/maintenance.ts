/**
 * Maintenance of the whole deployment, for upgrades and backups: new work is refused with 503, what was accepted goes on. Called
 * by the CLI with the operator's key.
 */
import { v } from "convex/values";
import { internalMutation, internalQuery, type MutationCtx } from "../functions.ts";
import { touch } from "../lib/time.ts";
import { SHARDS } from "../runs/limits.ts";
import { getTicket } from "../runs/queue.ts";

/** Runs that are counted at most, per shard and place in the queue. */
const COUNT_LIMIT = 1_000;

/** Begins or ends it. The tickets carry it, since every start reads one anyway. */
export const setMaintenance = internalMutation({
  args: { on: v.boolean() },
  returns: v.null(),
  handler: async (ctx, { on }) => {
    const deployment = await ctx.db.query("deployments").first();
    const fields = { maintenanceSince: on ? (deployment?.maintenanceSince ?? Date.now()) : undefined, ...touch() };
    if (deployment === null) await ctx.db.insert("deployments", fields);
    else await ctx.db.patch("deployments", deployment._id, fields);
    for (let shard = 0; shard < SHARDS; shard++) await closeShard(ctx, shard, on);
    return null;
  },
});

async function closeShard(ctx: MutationCtx, shard: number, on: boolean): Promise<void> {
  const ticket = await getTicket(ctx, shard);
  const isClosed = on || undefined;
  if (ticket) await ctx.db.patch("runTickets", ticket._id, { isClosed });
  else if (on) {
    await ctx.db.insert("runTickets", { shard, generation: 0, watchedUntil: 0, overloadedUntil: 0, isClosed });
  }
}

/** Whether it is on, and how many runs are still to be worked on: 0 when a backup or upgrade interrupts nothing. */
export const getMaintenance = internalQuery({
  args: {},
  returns: v.object({
    since: v.union(v.number(), v.null()),
    /** Runs that an executor works on, or that wait for one; counted up to 1,000 per part of the queue. */
    underWay: v.number(),
  }),
  handler: async (ctx) => {
    const deployment = await ctx.db.query("deployments").first();
    let underWay = 0;
    for (let shard = 0; shard < SHARDS; shard++) {
      for (const queue of ["ready", "claimed"] as const) {
        const rows = await ctx.db
          .query("runs")
          .withIndex("by_queue_and_shard_and_dueAt", (q) =>
            q
              .eq("queue", queue)
              .gte("shard", shard)
              .lt("shard", shard + 1),
          )
          .take(COUNT_LIMIT);
        underWay += rows.length;
      }
    }
    return { since: deployment?.maintenanceSince ?? null, underWay };
  },
});
