"use node";

/** For the operator, with the deployment's admin key (`patchbay admin ...`). */
import { invalidateSessions } from "@convex-dev/auth/server";
import { v } from "convex/values";
import { internal } from "../_generated/api.js";
import type { Id } from "../_generated/dataModel.d.ts";
import { internalAction } from "../functions.ts";
import { checkNewPassword, hashPassword } from "./passwords.ts";

/** Creates an account and its organization, also while sign-up is closed. */
export const createUser = internalAction({
  args: { email: v.string(), password: v.string(), name: v.optional(v.string()) },
  returns: v.object({ userId: v.id("users"), organizationId: v.id("organizations") }),
  handler: async (ctx, args): Promise<{ userId: Id<"users">; organizationId: Id<"organizations"> }> => {
    checkNewPassword(args.password);
    const secretHash = await hashPassword(args.password);
    return await ctx.runMutation(internal.auth.internal.createUser, {
      email: args.email,
      ...(args.name === undefined ? {} : { name: args.name }),
      secretHash,
    });
  },
});

/** Sets a new password and signs the person out everywhere. */
export const resetPassword = internalAction({
  args: { email: v.string(), password: v.string() },
  returns: v.object({ userId: v.id("users") }),
  handler: async (ctx, args): Promise<{ userId: Id<"users"> }> => {
    checkNewPassword(args.password);
    const secretHash = await hashPassword(args.password);
    const userId: Id<"users"> = await ctx.runMutation(internal.auth.internal.setPassword, {
      email: args.email,
      secretHash,
    });
    await invalidateSessions(ctx, { userId });
    return { userId };
  },
});
