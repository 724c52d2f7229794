/**
 * The only file that touches Convex's raw builders. Every registered function says who may call it by the builder it
 * is made with, and carries that as data (`accessOf`), from which the permission matrix test is generated.
 *
 *   publicQuery / publicAction         anyone
 *   tokenQuery / tokenMutation         whoever has the token of a Wait node; `ctx.wait`, null for any other token
 *   authedQuery / authedMutation       any signed-in person; `ctx.user`
 *   orgQuery / orgMutation / orgAction a member with `permission`; takes `organizationId`; `ctx.actor`
 *   internalOrgMutation                as orgMutation, but internal: for orgActions to write through
 *   apiQuery / apiMutation             an API key, by its hash; internal: called by the HTTP API only
 *   internalQuery / -Mutation / -Action  scheduled functions, HTTP actions and administrators
 *
 * Identity is established inside the transaction that does the work, never before it.
 */
import { customAction, customMutation, customQuery } from "convex-helpers/server/customFunctions";
import { v } from "convex/values";
import { internal } from "./_generated/api.js";
import type { Doc, Id } from "./_generated/dataModel.d.ts";
import * as raw from "./_generated/server.js";
import type { ActionCtx, MutationCtx, QueryCtx } from "./_generated/server.d.ts";
import { authenticateApiKey } from "./apiKeys/authenticate.ts";
import { countWrite } from "./apiKeys/limits.ts";
import { findByTokenHash } from "./waits/lookup.ts";
import { hashToken, TOKEN_PATTERN } from "./waits/tokens.ts";
import { requireMember, requireUser, type Actor, type ActorFields } from "./organizations/authorize.ts";
import type { Permission } from "./lib/permissions.ts";

export type { Actor } from "./organizations/authorize.ts";
export type { ActionCtx, MutationCtx, QueryCtx } from "./_generated/server.d.ts";

/** Contexts of functions that act for a member of an organization. */
export type OrgQueryCtx = QueryCtx & { actor: Actor };
export type OrgMutationCtx = MutationCtx & { actor: Actor };
export type OrgActionCtx = ActionCtx & { actor: ActorFields };
export type AuthedQueryCtx = QueryCtx & { user: Doc<"users"> };
export type AuthedMutationCtx = MutationCtx & { user: Doc<"users"> };

/** Who may call a function. */
export type Access =
  { kind: "public" } | { kind: "token" } | { kind: "authed" } | { kind: "organization"; permission: Permission };

const ACCESS = Symbol.for("patchbay.access");

/** What the builder noted on a registered function; null for internal functions and foreign objects. */
export function accessOf(registered: unknown): Access | null {
  if (typeof registered !== "function") return null;
  return (registered as { [ACCESS]?: Access })[ACCESS] ?? null;
}

function noteAccess<Registered>(registered: Registered, access: Access): Registered {
  Object.defineProperty(registered, ACCESS, { value: access });
  return registered;
}

/** Wraps a builder so that what it registers carries its access; the builder's own (generic) type is kept. */
function withAccess<Builder>(builder: Builder, access: (definition: never) => Access): Builder {
  const build = builder as (definition: never) => unknown;
  return ((definition: never) => noteAccess(build(definition), access(definition))) as Builder;
}

const organizationArgs = { organizationId: v.id("organizations") };
type OrganizationArgs = { organizationId: Id<"organizations"> };
type Extra = { permission: Permission };
const organizationAccess = (definition: Extra): Access => ({
  kind: "organization",
  permission: definition.permission,
});

const memberOf = {
  args: organizationArgs,
  input: async (ctx: QueryCtx, args: OrganizationArgs, extra: Extra) => ({
    ctx: { actor: await requireMember(ctx, { ...args, permission: extra.permission }) },
    args: {},
  }),
};

const person = {
  args: {},
  input: async (ctx: QueryCtx) => ({ ctx: { user: await requireUser(ctx) }, args: {} }),
};

/** The operation that the token belongs to. Nobody's token and an old one answer alike: there is nothing. */
const tokenHolder = {
  args: { token: v.string() },
  input: async (ctx: QueryCtx, args: { token: string }) => {
    const wait = TOKEN_PATTERN.test(args.token) ? await findByTokenHash(ctx, await hashToken(args.token)) : null;
    return { ctx: { wait }, args: {} };
  },
};

export const tokenQuery = withAccess(customQuery(raw.query, tokenHolder), () => ({ kind: "token" }));
export const tokenMutation = withAccess(
  customMutation(raw.mutation, { ...tokenHolder, input: (ctx: MutationCtx, args) => tokenHolder.input(ctx, args) }),
  () => ({ kind: "token" }),
);

export const publicQuery = withAccess(raw.query, () => ({ kind: "public" }));
export const publicAction = withAccess(raw.action, () => ({ kind: "public" }));
export const authedQuery = withAccess(customQuery(raw.query, person), () => ({ kind: "authed" }));
export const authedMutation = withAccess(
  customMutation(raw.mutation, { ...person, input: (ctx: MutationCtx) => person.input(ctx) }),
  () => ({ kind: "authed" }),
);

/** `orgQuery({ permission, args, returns, handler })`: adds the argument `organizationId` and `ctx.actor`. */
export const orgQuery = withAccess(customQuery(raw.query, memberOf), organizationAccess);
/** `orgMutation({ permission, args, returns, handler })`: adds the argument `organizationId` and `ctx.actor`. */
export const orgMutation = withAccess(
  customMutation(raw.mutation, {
    args: organizationArgs,
    input: (ctx: MutationCtx, args: OrganizationArgs, extra: Extra) => memberOf.input(ctx, args, extra),
  }),
  organizationAccess,
);
/**
 * `orgAction({ permission, args, returns, handler })`. The check before the action spares work for who may not; what
 * the action then writes goes through `internal` mutations that authorise again in their own transaction.
 */
export const orgAction = withAccess(
  customAction(raw.action, {
    args: organizationArgs,
    input: async (ctx: ActionCtx, args: OrganizationArgs, extra: Extra) => {
      const actor: ActorFields = await ctx.runQuery(internal.organizations.internal.requireMember, {
        ...args,
        permission: extra.permission,
      });
      return { ctx: { actor }, args: {} };
    },
  }),
  organizationAccess,
);

/** `orgMutation` for `orgAction`s to write through: internal, and authorised again in its own transaction. */
export const internalOrgMutation = customMutation(raw.internalMutation, {
  args: organizationArgs,
  input: (ctx: MutationCtx, args: OrganizationArgs, extra: Extra) => memberOf.input(ctx, args, extra),
});

export const internalQuery = raw.internalQuery;
export const internalMutation = raw.internalMutation;
export const internalAction = raw.internalAction;
/** An HTTP action, which answers for its own access. */
export const httpAction = (handler: (ctx: ActionCtx, request: Request) => Promise<Response>) => raw.httpAction(handler);

const keyHolder = {
  args: { keyHash: v.string() },
  input: async (ctx: QueryCtx, args: { keyHash: string }) => {
    const { actor, apiKey } = await authenticateApiKey(ctx, args);
    return { ctx: { actor, apiKey }, args: {} };
  },
};

/** Internal functions behind the HTTP API: take the key's hash (never a user id) and authenticate by it; writes are limited. */
export const apiQuery = customQuery(raw.internalQuery, keyHolder);
export const apiMutation = customMutation(raw.internalMutation, {
  ...keyHolder,
  input: async (ctx: MutationCtx, args: { keyHash: string }) => {
    const held = await keyHolder.input(ctx, args);
    await countWrite(ctx, held.ctx.apiKey);
    return held;
  },
});
