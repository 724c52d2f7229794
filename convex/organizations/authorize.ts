/** The one authorisation function and what it returns. Nothing else decides what somebody may do. */
import { getAuthUserId } from "@convex-dev/auth/server";
import type { Doc, Id } from "../_generated/dataModel.d.ts";
import type { QueryCtx } from "../_generated/server.d.ts";
import { appError, notFound } from "../lib/errors.ts";
import { permissionsOf, type Permission, type Role } from "../lib/permissions.ts";

/** The identifying fields of an actor: plain data, so it can cross into actions. */
export interface ActorFields {
  kind: "user" | "apiKey";
  organizationId: Id<"organizations">;
  userId: Id<"users">;
  /** Set when `kind` is `apiKey`. */
  apiKeyId?: Id<"apiKeys">;
}

/** Who acts, in which organization, and what they may do there. */
export interface Actor extends ActorFields {
  role: Role;
  permissions: ReadonlySet<Permission>;
}

/** The signed-in person's row, or null (no session, or the account is gone). */
export async function getUser(ctx: QueryCtx): Promise<Doc<"users"> | null> {
  const userId = await getAuthUserId(ctx);
  if (userId === null) return null;
  const id = ctx.db.normalizeId("users", userId);
  return id === null ? null : await ctx.db.get("users", id);
}

/** The signed-in person's row; throws `unauthenticated`. */
export async function requireUser(ctx: QueryCtx): Promise<Doc<"users">> {
  const user = await getUser(ctx);
  if (user === null) throw appError("unauthenticated", "Sign in to continue.");
  return user;
}

/** A person's membership in an organization, or null. */
export async function getMembership(
  ctx: QueryCtx,
  args: { organizationId: Id<"organizations">; userId: Id<"users"> },
): Promise<Doc<"memberships"> | null> {
  return await ctx.db
    .query("memberships")
    .withIndex("by_organization_and_user", (q) => q.eq("organizationId", args.organizationId).eq("userId", args.userId))
    .unique();
}

/** Throws `forbidden` unless the actor has the permission. */
export function authorize(actor: Actor, permission: Permission): void {
  if (actor.permissions.has(permission)) return;
  throw appError("forbidden", `Your role (${actor.role}) does not allow this; it needs ${permission}.`, { permission });
}

/** The actor that a membership makes of its user. */
export function actorOf(membership: Doc<"memberships">, apiKey?: Doc<"apiKeys">): Actor {
  return {
    kind: apiKey ? "apiKey" : "user",
    organizationId: membership.organizationId,
    userId: membership.userId,
    ...(apiKey ? { apiKeyId: apiKey._id } : {}),
    role: membership.role,
    permissions: permissionsOf(membership.role, membership.grants),
  };
}

/**
 * The signed-in person as a member of the organization, who must have the permission. Throws `unauthenticated`;
 * `not_found` for an organization that is missing or that they are no member of (the same answer); `forbidden`.
 */
export async function requireMember(
  ctx: QueryCtx,
  args: { organizationId: Id<"organizations">; permission: Permission },
): Promise<Actor> {
  const user = await requireUser(ctx);
  const membership = await getMembership(ctx, { organizationId: args.organizationId, userId: user._id });
  if (membership === null) throw notFound("organization");
  const actor = actorOf(membership);
  authorize(actor, args.permission);
  return actor;
}
