import { v } from "convex/values";
import { internal } from "../_generated/api.js";
import { internalMutation } from "../functions.ts";
import { countNetworkAttempt, deleteExpiredAttempts } from "./attempts.ts";
import * as model from "./model.ts";
import { deleteExpiredSessions } from "./sessions.ts";
import * as tickets from "./tickets.ts";

const account = { email: v.string(), name: v.optional(v.string()), secretHash: v.string() };

/** With a ticket that starts the new person's session. */
export const signUp = internalMutation({
  args: { ...account, ticketHash: v.string() },
  returns: v.id("users"),
  handler: async (ctx, { ticketHash, ...args }) => {
    const userId = await model.signUp(ctx, args);
    await tickets.issueTicket(ctx, { ticketHash, userId });
    return userId;
  },
});

/** Before the work of hashing a new password: strangers may not make the deployment do it without end. */
export const beginSignUp = internalMutation({
  args: {},
  returns: v.null(),
  handler: async (ctx) => {
    await countNetworkAttempt(ctx);
    return null;
  },
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
  args: { email: v.string(), userId: v.id("users"), ticketHash: v.string() },
  returns: v.null(),
  handler: async (ctx, { email, ...ticket }) => {
    await model.completeSignIn(ctx, { email });
    await tickets.issueTicket(ctx, ticket);
    return null;
  },
});

export const redeemTicket = internalMutation({
  args: { ticketHash: v.string() },
  returns: v.id("users"),
  handler: (ctx, { ticketHash }) => tickets.redeemTicket(ctx, ticketHash),
});

const BATCH = 500;

/** Daily: deletes counters of sign-in attempts whose window is over, and tickets that nobody has used. */
export const cleanAttempts = internalMutation({
  args: {},
  returns: v.null(),
  handler: async (ctx) => {
    const deleted = [await deleteExpiredAttempts(ctx, BATCH), await tickets.deleteExpiredTickets(ctx, BATCH)];
    if (deleted.includes(BATCH)) await ctx.scheduler.runAfter(0, internal.auth.internal.cleanAttempts, {});
    return null;
  },
});

/** Daily: deletes sessions and refresh tokens that have expired, a batch per transaction. */
export const cleanSessions = internalMutation({
  args: {},
  returns: v.null(),
  handler: async (ctx) => {
    const deleted = await deleteExpiredSessions(ctx, BATCH);
    if (deleted >= BATCH) await ctx.scheduler.runAfter(0, internal.auth.internal.cleanSessions, {});
    return null;
  },
});
