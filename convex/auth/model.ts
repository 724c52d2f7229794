import type { Doc, Id } from "../_generated/dataModel.d.ts";
import type { MutationCtx, QueryCtx } from "../_generated/server.d.ts";
import { recordAudit } from "../audit/model.ts";
import { sha256Hex } from "../lib/bytes.ts";
import { readEnv } from "../lib/env.ts";
import { appError, notFound } from "../lib/errors.ts";
import { requireText } from "../lib/text.ts";
import { MINUTE_MS } from "../lib/time.ts";
import { createOrganization } from "../organizations/model.ts";

/** Convex Auth's name of the password provider, in `authAccounts.provider`. */
export const PASSWORD_PROVIDER = "password";

const MAX_EMAIL_LENGTH = 254;
const MAX_NAME_LENGTH = 80;
const MAX_SIGN_IN_ATTEMPTS = 10;
const ATTEMPT_WINDOW_MS = 15 * MINUTE_MS;

/** The address as accounts are found by it. Throws `invalid` for what cannot be one. */
export function normalizeEmail(email: string): string {
  const normalized = email.trim().toLowerCase();
  const isAddress = /^[^\s@]+@[^\s@.]+(\.[^\s@.]+)*$/.test(normalized) && normalized.isWellFormed();
  if (isAddress && normalized.length <= MAX_EMAIL_LENGTH) return normalized;
  throw appError("invalid", "This is not an email address.", { field: "email" });
}

/** Whether anybody may create an account: the first visitor, or everybody if the operator says so. */
export async function getSignUpState(ctx: QueryCtx): Promise<{ open: boolean; firstRun: boolean }> {
  const firstRun = (await ctx.db.query("users").first()) === null;
  return { firstRun, open: firstRun || readEnv("PATCHBAY_SIGN_UP") === "open" };
}

export interface NewAccount {
  email: string;
  name?: string;
  secretHash: string;
}

/**
 * Creates a person with a password and an organization of their own, all in this transaction, which also checks that
 * sign-up is open: of two first visitors one wins. Throws `sign_up_closed`, `conflict` or `invalid`.
 */
export async function signUp(ctx: MutationCtx, account: NewAccount): Promise<Id<"users">> {
  const { open } = await getSignUpState(ctx);
  if (!open) throw signUpClosed();
  return (await addUser(ctx, { ...account, madeBy: "self" })).userId;
}

export const signUpClosed = () => appError("sign_up_closed", "Sign-up is closed. Ask the operator for an account.");

/** As `signUp`, for the operator: also while sign-up is closed. */
export async function createUser(ctx: MutationCtx, account: NewAccount): Promise<AddedUser> {
  return await addUser(ctx, { ...account, madeBy: "operator" });
}

interface AddedUser {
  userId: Id<"users">;
  organizationId: Id<"organizations">;
}

async function addUser(ctx: MutationCtx, account: NewAccount & { madeBy: "self" | "operator" }): Promise<AddedUser> {
  const email = normalizeEmail(account.email);
  const name = requireText(account.name?.trim() || nameFrom(email), { field: "name", maxLength: MAX_NAME_LENGTH });
  if ((await getPasswordAccount(ctx, email)) !== null) {
    throw appError("conflict", "There is already an account with this email address.", { field: "email" });
  }
  const userId = await ctx.db.insert("users", { email, name });
  const organizationId = await createOrganization(ctx, { userId, name: `${name}'s organization` });
  await ctx.db.insert("authAccounts", {
    userId,
    provider: PASSWORD_PROVIDER,
    providerAccountId: email,
    secret: account.secretHash,
  });
  const resource = { type: "user" as const, id: userId };
  const actor = account.madeBy === "self" ? { kind: "user" as const, organizationId, userId } : null;
  await recordAudit(ctx, { organizationId, actor, action: "user.created", resource });
  return { userId, organizationId };
}

const nameFrom = (email: string) => (email.split("@")[0] ?? email).slice(0, MAX_NAME_LENGTH);

/** The person of an address; throws `not_found`. For the operator only. */
export async function requireUserByEmail(ctx: QueryCtx, email: string): Promise<Doc<"users">> {
  const account = await getPasswordAccount(ctx, normalizeEmail(email));
  const user = account === null ? null : await ctx.db.get("users", account.userId);
  if (user === null) throw notFound("account");
  return user;
}

/** Sets a new password and forgets failed sign-ins. The caller ends the person's sessions. */
export async function setPassword(ctx: MutationCtx, args: { email: string; secretHash: string }): Promise<Id<"users">> {
  const email = normalizeEmail(args.email);
  const account = await getPasswordAccount(ctx, email);
  if (account === null) throw notFound("account");
  await ctx.db.patch("authAccounts", account._id, { secret: args.secretHash });
  await forgetAttempts(ctx, email);
  const resource = { type: "user" as const, id: account.userId };
  for (const { organizationId } of await membershipsOf(ctx, account.userId)) {
    await recordAudit(ctx, { organizationId, actor: null, action: "user.passwordReset", resource });
  }
  return account.userId;
}

async function membershipsOf(ctx: QueryCtx, userId: Id<"users">): Promise<Doc<"memberships">[]> {
  return await ctx.db
    .query("memberships")
    .withIndex("by_user", (q) => q.eq("userId", userId))
    .take(100);
}

/** What the action needs to verify a password. The same shape for unknown addresses. */
export interface SignInAttempt {
  userId: Id<"users"> | null;
  secretHash: string | null;
}

/**
 * Counts an attempt before its password is verified, so that guesses made at the same time count as well. Throws
 * `rate_limited` after too many, for unknown addresses too.
 */
export async function beginSignIn(ctx: MutationCtx, args: { email: string }): Promise<SignInAttempt> {
  const email = normalizeEmail(args.email);
  await countAttempt(ctx, email);
  const account = await getPasswordAccount(ctx, email);
  return { userId: account?.userId ?? null, secretHash: account?.secret ?? null };
}

async function countAttempt(ctx: MutationCtx, email: string): Promise<void> {
  const accountHash = await sha256Hex(email);
  const now = Date.now();
  const counted = await getAttempts(ctx, accountHash);
  if (counted === null) {
    await ctx.db.insert("signInAttempts", { accountHash, attempts: 1, windowStartedAt: now });
    return;
  }
  const retryAfterMs = counted.windowStartedAt + ATTEMPT_WINDOW_MS - now;
  if (retryAfterMs <= 0) {
    await ctx.db.patch("signInAttempts", counted._id, { attempts: 1, windowStartedAt: now });
    return;
  }
  if (counted.attempts >= MAX_SIGN_IN_ATTEMPTS) {
    const minutes = Math.ceil(retryAfterMs / MINUTE_MS);
    throw appError("rate_limited", `Too many attempts. Try again in ${minutes} min.`, { retryAfterMs });
  }
  await ctx.db.patch("signInAttempts", counted._id, { attempts: counted.attempts + 1 });
}

/** Forgets the account's attempts: after a successful sign-in, or with a new password. */
export async function forgetAttempts(ctx: MutationCtx, email: string): Promise<void> {
  const counted = await getAttempts(ctx, await sha256Hex(normalizeEmail(email)));
  if (counted !== null) await ctx.db.delete("signInAttempts", counted._id);
}

/** Deletes up to `limit` rows whose window is over; returns how many there were. */
export async function deleteExpiredAttempts(ctx: MutationCtx, limit: number): Promise<number> {
  const expired = await ctx.db
    .query("signInAttempts")
    .withIndex("by_windowStartedAt", (q) => q.lt("windowStartedAt", Date.now() - ATTEMPT_WINDOW_MS))
    .take(limit);
  for (const row of expired) await ctx.db.delete("signInAttempts", row._id);
  return expired.length;
}

async function getAttempts(ctx: QueryCtx, accountHash: string): Promise<Doc<"signInAttempts"> | null> {
  return await ctx.db
    .query("signInAttempts")
    .withIndex("by_accountHash", (q) => q.eq("accountHash", accountHash))
    .unique();
}

async function getPasswordAccount(ctx: QueryCtx, email: string): Promise<Doc<"authAccounts"> | null> {
  return await ctx.db
    .query("authAccounts")
    .withIndex("providerAndAccountId", (q) => q.eq("provider", PASSWORD_PROVIDER).eq("providerAccountId", email))
    .unique();
}
