/** How often somebody may try to sign in: per account, and per network that the attempts come from (design 07.15). */
import type { Doc } from "../_generated/dataModel.d.ts";
import type { MutationCtx } from "../_generated/server.d.ts";
import { sha256Hex } from "../lib/bytes.ts";
import { appError } from "../lib/errors.ts";
import { networkOf, requestOrigin } from "../lib/request.ts";
import { MINUTE_MS } from "../lib/time.ts";

const WINDOW_MS = 15 * MINUTE_MS;
const MAX_PER_ACCOUNT = 10;
/** An office behind one address makes mistakes too; whoever tries one password on many accounts needs far more. */
const MAX_PER_NETWORK = 100;

/**
 * Counts an attempt before its password is verified, so that guesses made at the same time count as well. Throws
 * `rate_limited` after too many, for unknown accounts too.
 */
export async function countAttempt(ctx: MutationCtx, email: string): Promise<void> {
  await count(ctx, await accountKey(email), MAX_PER_ACCOUNT);
  await countNetworkAttempt(ctx);
}

/** As `countAttempt`, where there is no account yet. */
export async function countNetworkAttempt(ctx: MutationCtx): Promise<void> {
  const key = await networkKey(ctx);
  if (key !== null) await count(ctx, key, MAX_PER_NETWORK);
}

/** Forgets the account's attempts, with a new password. */
export async function forgetAttempts(ctx: MutationCtx, email: string): Promise<void> {
  const counted = await find(ctx, await accountKey(email));
  if (counted !== null) await ctx.db.delete("signInAttempts", counted._id);
}

/**
 * After a successful sign-in: forgets the account's attempts, and takes this one back from the network's. Others of the network
 * stay counted: an account of one's own must not be a way to go on guessing.
 */
export async function settleAttempt(ctx: MutationCtx, email: string): Promise<void> {
  await forgetAttempts(ctx, email);
  const key = await networkKey(ctx);
  const counted = key === null ? null : await find(ctx, key);
  if (counted === null) return;
  await ctx.db.patch("signInAttempts", counted._id, { attempts: Math.max(0, counted.attempts - 1) });
}

/** Deletes up to `limit` rows whose window is over; returns how many there were. */
export async function deleteExpiredAttempts(ctx: MutationCtx, limit: number): Promise<number> {
  const expired = await ctx.db
    .query("signInAttempts")
    .withIndex("by_windowStartedAt", (q) => q.lt("windowStartedAt", Date.now() - WINDOW_MS))
    .take(limit);
  for (const row of expired) await ctx.db.delete("signInAttempts", row._id);
  return expired.length;
}

const accountKey = (email: string): Promise<string> => sha256Hex(email);

async function networkKey(ctx: MutationCtx): Promise<string | null> {
  const network = networkOf((await requestOrigin(ctx)).ip);
  // No email has a space in it: this is never the key of an account.
  return network === null ? null : await sha256Hex(`network ${network}`);
}

async function count(ctx: MutationCtx, key: string, limit: number): Promise<void> {
  const now = Date.now();
  const counted = await find(ctx, key);
  if (counted === null) {
    await ctx.db.insert("signInAttempts", { accountHash: key, attempts: 1, windowStartedAt: now });
    return;
  }
  const retryAfterMs = counted.windowStartedAt + WINDOW_MS - now;
  if (retryAfterMs <= 0) {
    await ctx.db.patch("signInAttempts", counted._id, { attempts: 1, windowStartedAt: now });
  } else if (counted.attempts >= limit) {
    const minutes = Math.ceil(retryAfterMs / MINUTE_MS);
    throw appError("rate_limited", `Too many attempts. Try again in ${minutes} min.`, { retryAfterMs });
  } else {
    await ctx.db.patch("signInAttempts", counted._id, { attempts: counted.attempts + 1 });
  }
}

async function find(ctx: MutationCtx, key: string): Promise<Doc<"signInAttempts"> | null> {
  return await ctx.db
    .query("signInAttempts")
    .withIndex("by_accountHash", (q) => q.eq("accountHash", key))
    .unique();
}
