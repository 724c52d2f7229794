/**
 * What an executor takes on next. Usually it finds less in the express lane than it has room for, takes it all, and that is one
 * read. When more waits, it goes round the lanes (`lanes.ts`) and takes an equal part of each; and in both cases an organization
 * gets no more than its share of the executor's places, so that a newcomer always finds a free one.
 */
import type { Doc, Id } from "../_generated/dataModel.d.ts";
import type { MutationCtx } from "../functions.ts";
import { findLanes, isCrowded, laneOf, markLate, shardOf } from "./lanes.ts";
import {
  CHARACTERS_PER_TICK,
  FAIR_SHARE,
  LEASE_MS,
  MAX_IN_FLIGHT,
  OVERLOAD_LAG_MS,
  OVERLOAD_PAUSE_MS,
  WATCH_MS,
} from "./limits.ts";
import { findAnyReady, getTicket, takeReady } from "./queue.ts";
import { loadWork, type Work } from "./work.ts";

export interface ClaimRequest {
  shard: number;
  /** The ticket's generation when this executor was called. */
  generation: number;
  /** How many more runs it would take on now. */
  want: number;
  isFirst: boolean;
  /** How many runs of each organization it works on. */
  inFlight: readonly { organizationId: Id<"organizations">; count: number }[];
  /** The lane that was looked into last. */
  afterLane: number;
}

export interface Claims {
  work: Work[];
  /** Whether this executor still watches the shard. */
  watching: boolean;
  /** The lane that was looked into last. */
  afterLane: number;
}

export async function claimRuns(ctx: MutationCtx, request: ClaimRequest): Promise<Claims> {
  const nowMs = Date.now();
  const round = new Round(ctx, request);
  const ticket = await getTicket(ctx, request.shard);
  if (!ticket || ticket.generation !== request.generation) return round.end(false);
  if (isCrowded(ticket, nowMs)) await round.goAround();
  else await round.takeFromLane(request.shard, request.want);
  // A lone run needs no watch; a first tick that found several is likely to find more.
  const isQuiet = !round.leftSome && (round.claimed === 0 || (round.claimed === 1 && request.isFirst));
  const more = isQuiet ? await findAnyReady(ctx, request.shard) : null;
  if (isQuiet && more === null) {
    const quiet = { watchedUntil: 0, isCrowded: undefined, lateLanes: undefined };
    await ctx.db.patch("runTickets", ticket._id, quiet);
    return round.end(false);
  }
  const crowded = round.leftSome || (more !== null && more.shard !== request.shard);
  // Not in the first tick: after a standstill all that waits is late, and may be little.
  const late = request.isFirst ? null : markLate(ticket, { lanes: round.late, nowMs, pauseMs: OVERLOAD_PAUSE_MS });
  // Written seldom, since every start reads it: what was crowded may stay so until the watch is renewed anyway.
  if (late || (crowded && !ticket.isCrowded) || ticket.watchedUntil < nowMs + WATCH_MS / 2) {
    const watch = { watchedUntil: nowMs + WATCH_MS, isCrowded: crowded || undefined };
    await ctx.db.patch("runTickets", ticket._id, { ...watch, ...late });
  }
  return round.end(true);
}

/** One tick's claims. */
class Round {
  readonly late: number[] = [];
  claimed = 0;
  /** Whether something waits that was not taken: for want of room, or because its organization has its share. */
  leftSome = false;
  private readonly ctx: MutationCtx;
  private readonly request: ClaimRequest;
  private readonly held: Map<Id<"organizations">, number>;
  private readonly work: Work[] = [];
  private afterLane: number;
  private free: number;
  private characters = 0;

  constructor(ctx: MutationCtx, request: ClaimRequest) {
    this.ctx = ctx;
    this.request = request;
    this.afterLane = request.afterLane;
    this.held = new Map(request.inFlight.map(({ organizationId, count }) => [organizationId, count]));
    this.free = MAX_IN_FLIGHT - request.inFlight.reduce((sum, { count }) => sum + count, 0);
  }

  end(watching: boolean): Claims {
    return { work: this.work, watching, afterLane: this.afterLane };
  }

  /** Takes the oldest of a lane; returns how many of the `limit` stood there. Who has their share in the express lane is sent to their own. */
  async takeFromLane(lane: number, limit: number): Promise<number> {
    const ready = limit > 0 ? await takeReady(this.ctx, { lane, limit }) : [];
    const taken = new Set(ready.filter((run) => this.reserve(run.organizationId)));
    for (const run of ready) {
      if (taken.has(run)) continue;
      this.leftSome = true;
      const own = laneOf(this.request.shard, run.organizationId);
      if (lane !== own) await this.ctx.db.patch("runs", run._id, { shard: own });
    }
    // As many as were asked for: there may be more. A first tick asks for few.
    if (ready.length === limit && !this.request.isFirst) this.leftSome = true;
    await this.claimAll([...taken]);
    return ready.length;
  }

  /** Takes an equal part from each lane, and at least one. */
  async goAround(): Promise<void> {
    const lanes = await findLanes(this.ctx, { shard: this.request.shard, after: this.afterLane });
    const nowMs = Date.now();
    for (const [index, first] of lanes.entries()) {
      this.leftSome = true;
      const left = this.request.want - this.claimed;
      if (left <= 0 || this.characters >= CHARACTERS_PER_TICK) return;
      const lane = first.shard;
      const isExpress = lane === this.request.shard;
      this.afterLane = lane;
      const part = Math.ceil(left / (lanes.length - index));
      const limit = isExpress ? part : Math.min(part, this.roomFor(first));
      const stood = await this.takeFromLane(lane, limit);
      // Behind, although there was room for it: the executor does not keep up.
      const isBehind = limit > 0 && stood === limit && nowMs - (first.dueAt ?? nowMs) > OVERLOAD_LAG_MS;
      if (isBehind && !isExpress) this.late.push(lane);
    }
  }

  private roomFor({ organizationId }: Doc<"runs">): number {
    // Each one taken makes one place less free: n more are within the share while held + n <= FAIR_SHARE * (free - n).
    const held = this.held.get(organizationId) ?? 0;
    return Math.max(0, Math.ceil((FAIR_SHARE * this.free - held) / (FAIR_SHARE + 1)));
  }

  private reserve(organizationId: Id<"organizations">): boolean {
    const held = this.held.get(organizationId) ?? 0;
    if (held >= FAIR_SHARE * this.free) return false;
    this.held.set(organizationId, held + 1);
    this.free -= 1;
    return true;
  }

  /** Marks runs as claimed (their effects count as started from here on) and collects what is to do for them. */
  private async claimAll(runs: readonly Doc<"runs">[]): Promise<void> {
    const BATCH = 32;
    for (let from = 0; from < runs.length; from += BATCH) {
      if (this.characters >= CHARACTERS_PER_TICK) {
        this.leftSome = true;
        return;
      }
      const loaded = await Promise.all(runs.slice(from, from + BATCH).map((run) => claim(this.ctx, run)));
      for (const { work, characters } of loaded) {
        this.characters += characters;
        this.claimed += 1;
        this.work.push(...work);
      }
    }
  }
}

async function claim(ctx: MutationCtx, run: Doc<"runs">) {
  const generation = run.generation + 1;
  await ctx.db.patch("runs", run._id, {
    state: "running",
    queue: "claimed",
    shard: shardOf(run.shard),
    dueAt: Date.now() + LEASE_MS,
    generation,
  });
  return await loadWork(ctx, { ...run, generation });
}
