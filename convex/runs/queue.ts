/**
 * The queue: runs that are `ready` in a shard, and the ticket that says whether an executor watches the shard. Every start
 * reads the ticket and none writes it while it is watched, so that it is no hot document.
 */
import { internal } from "../_generated/api.js";
import type { Doc, Id } from "../_generated/dataModel.d.ts";
import type { MutationCtx, QueryCtx } from "../functions.ts";
import { SHARDS, WATCH_MS } from "./limits.ts";

export const randomShard = (): number => Math.floor(Math.random() * SHARDS);

/** Ids of the tickets, which are never deleted: reading a row by its id costs a fraction of searching for it. */
const ticketIds = new Map<number, Id<"runTickets">>();

export async function getTicket(ctx: QueryCtx, shard: number): Promise<Doc<"runTickets"> | null> {
  const known = ticketIds.get(shard);
  const remembered = known && (await ctx.db.get("runTickets", known));
  // What is remembered may be another database's (an import, a test): the row itself decides.
  if (remembered?.shard === shard) return remembered;
  const ticket = await ctx.db
    .query("runTickets")
    .withIndex("by_shard", (q) => q.eq("shard", shard))
    .unique();
  if (ticket) ticketIds.set(shard, ticket._id);
  return ticket;
}

/** Makes sure that an executor will look at the shard: schedules one unless one is watching. */
export async function callExecutor(ctx: MutationCtx, shard: number): Promise<void> {
  const nowMs = Date.now();
  const ticket = await getTicket(ctx, shard);
  if (ticket && ticket.watchedUntil > nowMs) return;
  const generation = (ticket?.generation ?? 0) + 1;
  const watch = { generation, watchedUntil: nowMs + WATCH_MS };
  if (ticket) await ctx.db.patch("runTickets", ticket._id, watch);
  else await ctx.db.insert("runTickets", { shard, overloadedUntil: 0, ...watch });
  await ctx.scheduler.runAfter(0, internal.runs.executor.execute, { shard, generation });
}

/** For how many milliseconds new runs of the shard are refused; 0 when it keeps up. */
export async function overloadedFor(ctx: QueryCtx, shard: number): Promise<number> {
  const ticket = await getTicket(ctx, shard);
  return Math.max(0, (ticket?.overloadedUntil ?? 0) - Date.now());
}

/** Runs that have waited in the shard the longest. Bounded by time, so that it does not collide with runs that arrive. */
export async function takeReady(ctx: QueryCtx, args: { shard: number; limit: number }): Promise<Doc<"runs">[]> {
  return await ctx.db
    .query("runs")
    .withIndex("by_queue_and_shard_and_dueAt", (q) =>
      q.eq("queue", "ready").eq("shard", args.shard).lte("dueAt", Date.now()),
    )
    .take(args.limit);
}

/** Whether the shard is empty. Reads to the end of the queue: what arrives at the same moment collides, and is seen. */
export async function isEmpty(ctx: QueryCtx, shard: number): Promise<boolean> {
  const first = await ctx.db
    .query("runs")
    .withIndex("by_queue_and_shard_and_dueAt", (q) => q.eq("queue", "ready").eq("shard", shard))
    .first();
  return first === null;
}
