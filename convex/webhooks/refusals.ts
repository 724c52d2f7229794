/** What was refused and why, for the webhook's owner. */
import type { Doc, Id } from "../_generated/dataModel.d.ts";
import type { MutationCtx, QueryCtx } from "../functions.ts";
import { DAY_MS, HOUR_MS } from "../lib/time.ts";

/** Why a request was refused. */
export type RefusalReason =
  "method" | "address" | "secret" | "signature" | "timestamp" | "malformed" | "too_large" | "schema" | "rate_limit";

export interface Refusal {
  reason: RefusalReason;
  /** For the owner: "the signature does not match". Nothing of what the sender sent but field names. */
  detail: string;
  method: string;
  address?: string;
}

const SHARDS = 4;
const LATEST = 5;
const SHOWN = 10;
const KEPT_MS = DAY_MS;

/** Counts a refusal, and `more` like it that were not written one by one. */
export async function countRefusal(
  ctx: MutationCtx,
  args: { webhookId: Id<"webhooks">; refusal: Refusal; more?: number },
): Promise<void> {
  const { webhookId, refusal, more = 0 } = args;
  const nowMs = Date.now();
  const hourAt = nowMs - (nowMs % HOUR_MS);
  const shard = Math.floor(Math.random() * SHARDS);
  const row = await ctx.db
    .query("webhookRefusals")
    .withIndex("by_webhook_and_hourAt_and_shard", (q) =>
      q.eq("webhookId", webhookId).eq("hourAt", hourAt).eq("shard", shard),
    )
    .unique();
  const counts = { ...row?.counts, [refusal.reason]: (row?.counts[refusal.reason] ?? 0) + 1 + more };
  const latest = [{ at: nowMs, ...refusal }, ...(row?.latest ?? [])].slice(0, LATEST);
  if (row) await ctx.db.patch("webhookRefusals", row._id, { counts, latest });
  else await ctx.db.insert("webhookRefusals", { webhookId, hourAt, shard, counts, latest });
}

/** The refusals of the last day by reason, and the newest of them. */
export async function describeRefusals(ctx: QueryCtx, webhookId: Id<"webhooks">) {
  const nowMs = Date.now();
  const rows = await ctx.db
    .query("webhookRefusals")
    .withIndex("by_webhook_and_hourAt_and_shard", (q) => q.eq("webhookId", webhookId).gte("hourAt", nowMs - KEPT_MS))
    .order("desc")
    .take(25 * SHARDS);
  const latest = rows.flatMap((row) => row.latest).sort((a, b) => b.at - a.at);
  return { countsLastDay: sum(rows), latest: latest.slice(0, SHOWN) };
}

function sum(rows: readonly Doc<"webhookRefusals">[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const row of rows) {
    for (const [reason, count] of Object.entries(row.counts)) counts[reason] = (counts[reason] ?? 0) + count;
  }
  return counts;
}

/** Deletes counts that are older than a day. Returns how many rows. */
export async function deleteOldRefusals(ctx: MutationCtx, limit: number): Promise<number> {
  const old = await ctx.db
    .query("webhookRefusals")
    .withIndex("by_hourAt", (q) => q.lt("hourAt", Date.now() - KEPT_MS - HOUR_MS))
    .take(limit);
  for (const row of old) await ctx.db.delete("webhookRefusals", row._id);
  return old.length;
}

/** Refusals of one webhook that one process writes in a second; what is beyond is counted with the next one. */
const WRITTEN_PER_SECOND = 10;
const MAX_WEBHOOKS = 1_000;

/**
 * Keeps a flood of forged requests from becoming a flood of writes. Made once per process. What is still held back when the
 * flood ends is not counted: during a flood the number is a lower bound.
 */
export function createRefusalBuffer() {
  const windows = new Map<string, { startedAtMs: number; written: number; held: number }>();
  return {
    /** Whether to write this one, and how many held back to count with it. */
    next(token: string, nowMs: number): { isWritten: boolean; more: number } {
      const known = windows.get(token);
      if (!known || nowMs - known.startedAtMs >= 1_000) {
        if (windows.size >= MAX_WEBHOOKS) windows.clear();
        windows.set(token, { startedAtMs: nowMs, written: 1, held: 0 });
        return { isWritten: true, more: known?.held ?? 0 };
      }
      if (known.written >= WRITTEN_PER_SECOND) {
        known.held += 1;
        return { isWritten: false, more: 0 };
      }
      known.written += 1;
      return { isWritten: true, more: 0 };
    },
  };
}
