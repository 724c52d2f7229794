import type { Doc } from "../_generated/dataModel.d.ts";
import type { MutationCtx } from "../_generated/server.d.ts";
import { appError } from "../lib/errors.ts";
import { SECOND_MS } from "../lib/time.ts";

const WINDOW_MS = 10 * SECOND_MS;
const SHARDS = 4;
/** 200 writes a second and key: enough for any script, too little to hold up others. */
const WRITES_PER_SHARD = 500;

/** Counts one write made with the key. Throws `rate_limited`, with `retryAfterMs`, when there were too many. */
export async function countWrite(ctx: MutationCtx, apiKey: Doc<"apiKeys">): Promise<void> {
  const shard = Math.floor(Math.random() * SHARDS);
  const nowMs = Date.now();
  const row = await ctx.db
    .query("apiKeyWrites")
    .withIndex("by_apiKey_and_shard", (q) => q.eq("apiKeyId", apiKey._id).eq("shard", shard))
    .unique();
  if (row === null) {
    await ctx.db.insert("apiKeyWrites", { apiKeyId: apiKey._id, shard, windowStartedAt: nowMs, count: 1 });
    return;
  }
  const retryAfterMs = row.windowStartedAt + WINDOW_MS - nowMs;
  if (retryAfterMs <= 0) {
    await ctx.db.patch("apiKeyWrites", row._id, { windowStartedAt: nowMs, count: 1 });
  } else if (row.count < WRITES_PER_SHARD) {
    await ctx.db.patch("apiKeyWrites", row._id, { count: row.count + 1 });
  } else {
    throw appError("rate_limited", "This API key makes too many changes. Try again later.", { retryAfterMs });
  }
}
