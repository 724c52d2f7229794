/** What Convex Auth leaves behind: sessions and refresh tokens that have expired. It never deletes them itself. */
import type { MutationCtx } from "../_generated/server.d.ts";

/**
 * Deletes up to `limit` rows: refresh tokens past their time (until then, used ones tell a thief from the owner), and sessions
 * past theirs with the tokens that are left of them. Returns how many rows there were.
 */
export async function deleteExpiredSessions(ctx: MutationCtx, limit: number): Promise<number> {
  const now = Date.now();
  const tokens = await ctx.db
    .query("authRefreshTokens")
    .withIndex("by_expirationTime", (q) => q.lt("expirationTime", now))
    .take(limit);
  for (const token of tokens) await ctx.db.delete("authRefreshTokens", token._id);
  let deleted = tokens.length;
  const sessions = await ctx.db
    .query("authSessions")
    .withIndex("by_expirationTime", (q) => q.lt("expirationTime", now))
    .take(limit - deleted);
  for (const session of sessions) {
    const left = await ctx.db
      .query("authRefreshTokens")
      .withIndex("sessionId", (q) => q.eq("sessionId", session._id))
      .take(limit - deleted);
    for (const token of left) await ctx.db.delete("authRefreshTokens", token._id);
    deleted += left.length;
    // A session goes after all of its tokens, at the latest in the next batch.
    if (deleted >= limit) break;
    await ctx.db.delete("authSessions", session._id);
    deleted += 1;
  }
  return deleted;
}
