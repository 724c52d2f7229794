/**
 * Tickets: how a password, once verified, becomes a session. Convex Auth's sign-in is called by the web server, which hides why it
 * failed and where the person is. So the browser proves its credentials to the deployment itself, is told in plain words what
 * is wrong with them, and gets a ticket that starts one session within a minute.
 */
import type { Id } from "../_generated/dataModel.d.ts";
import type { MutationCtx } from "../_generated/server.d.ts";
import { appError } from "../lib/errors.ts";
import { MINUTE_MS } from "../lib/time.ts";

const LIFETIME_MS = MINUTE_MS;

/** `ticketHash`: SHA-256 of a ticket of 256 random bits. */
export async function issueTicket(
  ctx: MutationCtx,
  ticket: { ticketHash: string; userId: Id<"users"> },
): Promise<void> {
  await ctx.db.insert("signInTickets", { ...ticket, expiresAt: Date.now() + LIFETIME_MS });
}

/** Uses a ticket up. Throws `invalid_credentials` for one that is unknown, used or too old. */
export async function redeemTicket(ctx: MutationCtx, ticketHash: string): Promise<Id<"users">> {
  const ticket = await ctx.db
    .query("signInTickets")
    .withIndex("by_ticketHash", (q) => q.eq("ticketHash", ticketHash))
    .unique();
  if (ticket === null || ticket.expiresAt < Date.now()) {
    throw appError("invalid_credentials", "This sign-in took too long. Try again.");
  }
  await ctx.db.delete("signInTickets", ticket._id);
  return ticket.userId;
}

/** Deletes up to `limit` tickets that nobody has used in time; returns how many there were. */
export async function deleteExpiredTickets(ctx: MutationCtx, limit: number): Promise<number> {
  const expired = await ctx.db
    .query("signInTickets")
    .withIndex("by_expiresAt", (q) => q.lt("expiresAt", Date.now()))
    .take(limit);
  for (const row of expired) await ctx.db.delete("signInTickets", row._id);
  return expired.length;
}
