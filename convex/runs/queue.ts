/**
 * The queue: runs that are `ready` in a shard, and the ticket that says whether an executor watches the shard. Every start
 * reads the ticket and none writes it while it is watched, so that it is no hot document.
 */
import { internal } from "../_generated/api.js";
import type { Doc, Id } from "../_generated/dataModel.d.ts";
import type { MutationCtx, QueryCtx } from "../functions.ts";
import { isCrowded, placeIn, shardOf } from "./lanes.ts";
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

/** A run that becomes ready: where it waits. Sees to it that an executor will look there. */
export async function enqueue(
  ctx: MutationCtx,
  run: Pick<Doc<"runs">, "organizationId" | "shard">,
): Promise<{ queue: "ready"; dueAt: number; shard: number }> {
  const shard = shardOf(run.shard);
  const ticket = await getTicket(ctx, shard);
  await callUnlessWatched(ctx, shard, ticket);
  return { queue: "ready", dueAt: Date.now(), shard: placeIn(ticket, run) };
}

/** Makes sure that an executor will look at the shard: schedules one unless one is watching. */
export async function callExecutor(ctx: MutationCtx, shard: number): Promise<void> {
  await callUnlessWatched(ctx, shard, await getTicket(ctx, shard));
}

async function callUnlessWatched(ctx: MutationCtx, shard: number, ticket: Doc<"runTickets"> | null): Promise<void> {
  const nowMs = Date.now();
  if (ticket && ticket.watchedUntil > nowMs) return;
  const generation = (ticket?.generation ?? 0) + 1;
  const watch = { generation, watchedUntil: nowMs + WATCH_MS, isCrowded: isCrowded(ticket, nowMs) };
  if (ticket) await ctx.db.patch("runTickets", ticket._id, watch);
  else await ctx.db.insert("runTickets", { shard, overloadedUntil: 0, ...watch });
  await ctx.scheduler.runAfter(0, internal.runs.executor.execute, { shard, generation });
}

/**
 * Runs that have waited in a lane the longest; a shard's own number is its express lane. Bounded by time, so that it does not
 * collide with runs that arrive.
 */
export async function takeReady(ctx: QueryCtx, args: { lane: number; limit: number }): Promise<Doc<"runs">[]> {
  return await ctx.db
    .query("runs")
    .withIndex("by_queue_and_shard_and_dueAt", (q) =>
      q.eq("queue", "ready").eq("shard", args.lane).lte("dueAt", Date.now()),
    )
    .take(args.limit);
}

/** A run that waits in any lane. Reads to the end of the queue: what arrives at the same moment collides, and is seen. */
export async function findAnyReady(ctx: QueryCtx, shard: number): Promise<Doc<"runs"> | null> {
  return await ctx.db
    .query("runs")
    .withIndex("by_queue_and_shard_and_dueAt", (q) =>
      q
        .eq("queue", "ready")
        .gte("shard", shard)
        .lt("shard", shard + 1),
    )
    .first();
}
