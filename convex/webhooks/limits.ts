/**
 * Rate limits. A webhook's own limit is a token bucket in the database, spread over several rows where it is high, so that no row is
 * written by every request. What one organization's webhooks may take in all is counted in the memory of the process that
 * answers: it costs no read and no write, and where several processes answer, each counts for itself.
 */
import type { WebhookSettings } from "@patchbay/core";
import type { Doc, Id } from "../_generated/dataModel.d.ts";
import type { MutationCtx } from "../functions.ts";
import { MINUTE_MS } from "../lib/time.ts";

export type RateLimit = NonNullable<WebhookSettings["rateLimit"]>;

/** Requests per minute that one bucket is good for: two writes a second meet each other seldom. */
const PER_BUCKET = 120;
const MAX_BUCKETS = 16;

/** Takes one request from the webhook's limit. Returns after how many milliseconds to try again; 0 when it was taken. */
export async function takeFromLimit(
  ctx: MutationCtx,
  args: { webhookId: Id<"webhooks">; limit: RateLimit },
): Promise<number> {
  const { webhookId, limit } = args;
  // Never more buckets than the burst has requests: each must hold a whole one.
  const shards = Math.min(MAX_BUCKETS, Math.ceil(limit.perMinute / PER_BUCKET), limit.burst);
  const first = Math.floor(Math.random() * shards);
  // The second one evens out the chance of the first: between them nothing that is left goes unused for long.
  const tries = shards === 1 ? [first] : [first, (first + 1 + Math.floor(Math.random() * (shards - 1))) % shards];
  let retryAfterMs = MINUTE_MS;
  for (const shard of tries) {
    const waitMs = await takeFromBucket(ctx, { webhookId, shard, shards, limit });
    if (waitMs === 0) return 0;
    retryAfterMs = Math.min(retryAfterMs, waitMs);
  }
  return retryAfterMs;
}

async function takeFromBucket(
  ctx: MutationCtx,
  args: { webhookId: Id<"webhooks">; shard: number; shards: number; limit: RateLimit },
): Promise<number> {
  const { webhookId, shard, shards, limit } = args;
  const nowMs = Date.now();
  const row = await ctx.db
    .query("webhookBuckets")
    .withIndex("by_webhook_and_shard", (q) => q.eq("webhookId", webhookId).eq("shard", shard))
    .unique();
  const bucket = { capacity: limit.burst / shards, perMs: limit.perMinute / shards / MINUTE_MS };
  const tokens = tokensIn(row?.shards === shards ? row : null, bucket, nowMs);
  if (tokens + 1e-9 < 1) return Math.ceil((1 - tokens) / bucket.perMs);
  const left = { shards, tokens: tokens - 1, filledAt: nowMs };
  if (row) await ctx.db.patch("webhookBuckets", row._id, left);
  else await ctx.db.insert("webhookBuckets", { webhookId, shard, ...left });
  return 0;
}

function tokensIn(
  row: Doc<"webhookBuckets"> | null,
  bucket: { capacity: number; perMs: number },
  nowMs: number,
): number {
  if (row === null) return bucket.capacity;
  return Math.min(bucket.capacity, row.tokens + Math.max(0, nowMs - row.filledAt) * bucket.perMs);
}

/** What the webhooks of one organization take per minute in one process, all together: 10,000 a second. */
export const ORGANIZATION_PER_MINUTE = 600_000;
const MAX_ORGANIZATIONS = 10_000;

/** Counts an organization's requests by the minute. Made once per process; the clock is the caller's. */
export function createOrganizationLimit(perMinute: number) {
  const windows = new Map<string, { startedAtMs: number; count: number }>();
  return {
    /** After how many milliseconds to try again; 0 when the request may go on. */
    take(organizationId: string, nowMs: number): number {
      const window = windows.get(organizationId);
      if (!window || nowMs - window.startedAtMs >= MINUTE_MS) {
        if (windows.size >= MAX_ORGANIZATIONS) windows.clear();
        windows.set(organizationId, { startedAtMs: nowMs, count: 1 });
        return 0;
      }
      if (window.count >= perMinute) return window.startedAtMs + MINUTE_MS - nowMs;
      window.count += 1;
      return 0;
    },
  };
}
