import type { Doc, Id } from "../_generated/dataModel.d.ts";
import { recordAudit } from "../audit/model.ts";
import type { MutationCtx, OrgMutationCtx, OrgQueryCtx } from "../functions.ts";
import { appError } from "../lib/errors.ts";
import { requireOwned } from "../lib/ids.ts";
import { requireText } from "../lib/text.ts";
import { MINUTE_MS, touch } from "../lib/time.ts";
import type { ActorFields } from "../organizations/authorize.ts";

const MAX_NAME_LENGTH = 80;
const MAX_KEYS = 100;
/** `lastUsedAt` is no more exact than this, so that requests seldom write. */
const LAST_USED_STEP_MS = 5 * MINUTE_MS;

/** A key as it was made in an action: its hash and what is shown of it. */
export interface NewApiKey {
  name: string;
  keyHash: string;
  prefix: string;
}

/** The person's own keys in the organization, revoked ones left out; the newest first. */
export async function listApiKeys(ctx: OrgQueryCtx) {
  const keys = await ownKeys(ctx);
  return keys
    .filter((key) => key.revokedAt === undefined)
    .map((key) => ({
      id: key._id,
      name: key.name,
      prefix: key.prefix,
      createdAt: key._creationTime,
      lastUsedAt: key.lastUsedAt ?? null,
    }));
}

async function ownKeys(ctx: OrgQueryCtx): Promise<Doc<"apiKeys">[]> {
  const { organizationId, userId } = ctx.actor;
  return await ctx.db
    .query("apiKeys")
    .withIndex("by_organization_and_user", (q) => q.eq("organizationId", organizationId).eq("userId", userId))
    .order("desc")
    .take(MAX_KEYS);
}

/** Stores a key for the actor. Throws `invalid` or `limit_reached`. */
export async function createApiKey(ctx: OrgMutationCtx, args: NewApiKey): Promise<Id<"apiKeys">> {
  if ((await ownKeys(ctx)).length >= MAX_KEYS) {
    throw appError("limit_reached", `You have made ${MAX_KEYS} keys; no more can be made.`);
  }
  return await insertApiKey(ctx, { ...args, owner: ctx.actor, actor: ctx.actor });
}

/** As `createApiKey`, for a person whom the operator names. */
export async function createApiKeyFor(
  ctx: MutationCtx,
  args: NewApiKey & { userId: Id<"users"> },
): Promise<Id<"apiKeys">> {
  const membership = await ctx.db
    .query("memberships")
    .withIndex("by_user", (q) => q.eq("userId", args.userId))
    .first();
  if (membership === null) throw appError("not_found", "This person belongs to no organization.");
  return await insertApiKey(ctx, { ...args, owner: membership, actor: null });
}

async function insertApiKey(
  ctx: MutationCtx,
  args: NewApiKey & {
    owner: { organizationId: Id<"organizations">; userId: Id<"users"> };
    actor: ActorFields | null;
  },
): Promise<Id<"apiKeys">> {
  const { organizationId, userId } = args.owner;
  const name = requireText(args.name, { field: "name", maxLength: MAX_NAME_LENGTH });
  const { keyHash, prefix } = args;
  const id = await ctx.db.insert("apiKeys", { organizationId, userId, name, keyHash, prefix, ...touch() });
  const resource = { type: "apiKey" as const, id };
  await recordAudit(ctx, { organizationId, actor: args.actor, action: "apiKey.created", resource });
  return id;
}

/** Ends a key at once. People revoke their own; those who may change the organization's settings revoke anybody's. */
export async function revokeApiKey(ctx: OrgMutationCtx, args: { apiKeyId: string }): Promise<void> {
  const { organizationId, userId, permissions } = ctx.actor;
  const key = await requireOwned(ctx, "apiKeys", { organizationId, id: args.apiKeyId, what: "API key" });
  if (key.userId !== userId && !permissions.has("org:settings:update")) {
    throw appError("forbidden", "This API key belongs to somebody else.");
  }
  if (key.revokedAt !== undefined) return;
  const { updatedAt } = touch();
  await ctx.db.patch("apiKeys", key._id, { revokedAt: updatedAt, updatedAt });
  const resource = { type: "apiKey" as const, id: key._id };
  await recordAudit(ctx, { organizationId, actor: ctx.actor, action: "apiKey.revoked", resource });
}

/** Whether the key's `lastUsedAt` is due for an update. */
export function isUseStale(key: Doc<"apiKeys">, nowMs: number): boolean {
  return key.lastUsedAt === undefined || nowMs - key.lastUsedAt >= LAST_USED_STEP_MS;
}

/** Notes that the key was used, if that is due. */
export async function noteUse(ctx: MutationCtx, key: Doc<"apiKeys">): Promise<void> {
  const { updatedAt } = touch();
  if (isUseStale(key, updatedAt)) await ctx.db.patch("apiKeys", key._id, { lastUsedAt: updatedAt, updatedAt });
}
