import { v } from "convex/values";
import { internal } from "../_generated/api.js";
import { internalMutation } from "../functions.ts";
import * as model from "./model.ts";

const account = { email: v.string(), name: v.optional(v.string()), secretHash: v.string() };

export const signUp = internalMutation({
  args: account,
  returns: v.id("users"),
  handler: (ctx, args) => model.signUp(ctx, args),
});

export const createUser = internalMutation({
  args: account,
  returns: v.object({ userId: v.id("users"), organizationId: v.id("organizations") }),
  handler: (ctx, args) => model.createUser(ctx, args),
});

export const setPassword = internalMutation({
  args: { email: v.string(), secretHash: v.string() },
  returns: v.id("users"),
  handler: (ctx, args) => model.setPassword(ctx, args),
});

export const beginSignIn = internalMutation({
  args: { email: v.string() },
  returns: v.object({ userId: v.union(v.id("users"), v.null()), secretHash: v.union(v.string(), v.null()) }),
  handler: (ctx, args) => model.beginSignIn(ctx, args),
});

export const completeSignIn = internalMutation({
  args: { email: v.string() },
  returns: v.null(),
  handler: async (ctx, args) => {
    await model.forgetAttempts(ctx, args.email);
    return null;
  },
});

const BATCH = 500;

/** Daily: deletes counters of sign-in attempts whose window is over. */
export const cleanAttempts = internalMutation({
  args: {},
  returns: v.null(),
  handler: async (ctx) => {
    const deleted = await model.deleteExpiredAttempts(ctx, BATCH);
    if (deleted === BATCH) await ctx.scheduler.runAfter(0, internal.auth.internal.cleanAttempts, {});
    return null;
  },
});
