/**
 * Lanes keep one organization from standing in another's way. A shard's queue is one line (its express lane) for as long as its
 * executor takes everything it finds. When more waits than it can take on, the shard is crowded: what arrives then waits in a lane
 * of its organization, and the executor goes round the lanes.
 *
 * A lane is a number in `[shard, shard + 1)`, kept in the run's `shard` while it is ready: the queue's index sorts by it, so that
 * the lanes in which something waits are found by skipping from one to the next. Two organizations may share a lane, once in a
 * million pairs, and then also share its turn.
 */
import type { Doc, Id } from "../_generated/dataModel.d.ts";
import type { QueryCtx } from "../functions.ts";
import { MAX_LANES_PER_TICK, MAX_LATE_LANES, STALLED_MS, WATCH_MS } from "./limits.ts";

const LANES = 2 ** 20;

/** The lane of an organization in a shard. */
export function laneOf(shard: number, organizationId: Id<"organizations">): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < organizationId.length; index++) {
    hash = Math.imul(hash ^ organizationId.charCodeAt(index), 0x01000193);
  }
  return shard + (1 + ((hash >>> 0) % (LANES - 1))) / LANES;
}

/** The shard of a lane; a shard's own number is its express lane. */
export const shardOf = (lane: number): number => Math.floor(lane);

type Ticket = Pick<Doc<"runTickets">, "watchedUntil" | "isCrowded" | "lateLanes" | "overloadedUntil">;

/**
 * Whether arrivals keep to their organization's lane. Also while the executor has not been heard of: nobody knows then how much
 * waits. Arrivals and executor conclude it from the same row, so a lane is never used that the executor does not look at.
 */
export function isCrowded(ticket: Ticket | null, nowMs: number): boolean {
  if (ticket === null) return false;
  const isStalled = ticket.watchedUntil > 0 && ticket.watchedUntil < nowMs + WATCH_MS / 2 - STALLED_MS;
  return isStalled || ticket.isCrowded === true;
}

/** Where a run of the organization waits now. */
export function placeIn(ticket: Ticket | null, run: { shard: number; organizationId: Id<"organizations"> }): number {
  const shard = shardOf(run.shard);
  return isCrowded(ticket, Date.now()) ? laneOf(shard, run.organizationId) : shard;
}

/**
 * The oldest run of each lane in which something waits, the express lane among them: in order from the lane after `after`, round
 * to that itself.
 */
export async function findLanes(ctx: QueryCtx, args: { shard: number; after: number }): Promise<Doc<"runs">[]> {
  const { shard } = args;
  const after = shardOf(args.after) === shard ? args.after : shard;
  const found: Doc<"runs">[] = [];
  const collect = async (next: (last: number | null) => Promise<Doc<"runs"> | null>) => {
    let last: number | null = null;
    while (found.length < MAX_LANES_PER_TICK) {
      const first = await next(last);
      if (first === null) return;
      found.push(first);
      last = first.shard;
    }
  };
  const ready = () => ctx.db.query("runs");
  await collect((last) =>
    ready()
      .withIndex("by_queue_and_shard_and_dueAt", (q) =>
        q
          .eq("queue", "ready")
          .gt("shard", last ?? after)
          .lt("shard", shard + 1),
      )
      .first(),
  );
  await collect((last) =>
    ready()
      .withIndex("by_queue_and_shard_and_dueAt", (q) => {
        const own = q.eq("queue", "ready");
        return (last === null ? own.gte("shard", shard) : own.gt("shard", last)).lte("shard", after);
      })
      .first(),
  );
  return found;
}

/** The shard's late lanes with one more, or those that are still in force; null when nothing changes for now. */
export function markLate(
  ticket: Ticket,
  args: { lanes: readonly number[]; nowMs: number; pauseMs: number },
): Pick<Ticket, "lateLanes"> | { overloadedUntil: number } | null {
  const { nowMs, pauseMs } = args;
  const known = (ticket.lateLanes ?? []).filter((late) => late.until > nowMs);
  const isSaid = (lane: number) => known.some((late) => late.lane === lane && late.until > nowMs + pauseMs / 2);
  const news = args.lanes.filter((lane) => !isSaid(lane));
  if (news.length === 0) return null;
  const until = nowMs + pauseMs;
  const lateLanes = [...known.filter((late) => !news.includes(late.lane)), ...news.map((lane) => ({ lane, until }))];
  return lateLanes.length > MAX_LATE_LANES ? { overloadedUntil: until } : { lateLanes };
}
