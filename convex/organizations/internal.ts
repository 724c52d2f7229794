import { v } from "convex/values";
import { internalQuery } from "../functions.ts";
import { appError } from "../lib/errors.ts";
import { permissions } from "../lib/permissions.ts";
import { requireMember as authorizeMember } from "./authorize.ts";

/** For `orgAction`: the check that queries and mutations make in their own transaction. */
export const requireMember = internalQuery({
  args: { organizationId: v.id("organizations"), permission: v.string() },
  returns: v.object({
    kind: v.union(v.literal("user"), v.literal("apiKey")),
    organizationId: v.id("organizations"),
    userId: v.id("users"),
    apiKeyId: v.optional(v.id("apiKeys")),
  }),
  handler: async (ctx, args) => {
    const permission = permissions.find((known) => known === args.permission);
    if (permission === undefined) throw appError("internal", "An unknown permission was asked for.");
    const { kind, organizationId, userId, apiKeyId } = await authorizeMember(ctx, { ...args, permission });
    return { kind, organizationId, userId, ...(apiKeyId ? { apiKeyId } : {}) };
  },
});
