import type { Doc, Id } from "../_generated/dataModel.d.ts";
import type { MutationCtx, QueryCtx } from "../_generated/server.d.ts";
import { recordAudit } from "../audit/model.ts";
import { readEnv } from "../lib/env.ts";
import { appError, notFound } from "../lib/errors.ts";
import { requireText } from "../lib/text.ts";
import { createOrganization } from "../organizations/model.ts";
import { countAttempt, forgetAttempts, settleAttempt } from "./attempts.ts";

/** Convex Auth's name of the password provider, in `authAccounts.provider`. */
export const PASSWORD_PROVIDER = "password";

const MAX_EMAIL_LENGTH = 254;
const MAX_NAME_LENGTH = 80;

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

/** Counts the attempt (`attempts.ts`) and finds what to verify its password with. Throws `rate_limited` or `invalid`. */
export async function beginSignIn(ctx: MutationCtx, args: { email: string }): Promise<SignInAttempt> {
  const email = normalizeEmail(args.email);
  await countAttempt(ctx, email);
  const account = await getPasswordAccount(ctx, email);
  return { userId: account?.userId ?? null, secretHash: account?.secret ?? null };
}

/** The password was right: what was counted against the account is forgotten. */
export async function completeSignIn(ctx: MutationCtx, args: { email: string }): Promise<void> {
  await settleAttempt(ctx, normalizeEmail(args.email));
}

async function getPasswordAccount(ctx: QueryCtx, email: string): Promise<Doc<"authAccounts"> | null> {
  return await ctx.db
    .query("authAccounts")
    .withIndex("providerAndAccountId", (q) => q.eq("provider", PASSWORD_PROVIDER).eq("providerAccountId", email))
    .unique();
}
