import { v } from "convex/values";
import { requireUserByEmail } from "../auth/model.ts";
import { internalMutation, internalOrgMutation } from "../functions.ts";
import * as model from "./model.ts";

const newKey = { name: v.string(), keyHash: v.string(), prefix: v.string() };

export const createApiKey = internalOrgMutation({
  permission: "scenario:read",
  args: newKey,
  returns: v.id("apiKeys"),
  handler: (ctx, args) => model.createApiKey(ctx, args),
});

export const createApiKeyForEmail = internalMutation({
  args: { ...newKey, email: v.string() },
  returns: v.id("apiKeys"),
  handler: async (ctx, { email, ...key }) => {
    const user = await requireUserByEmail(ctx, email);
    return await model.createApiKeyFor(ctx, { ...key, userId: user._id });
  },
});
