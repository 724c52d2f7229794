import { authTables } from "@convex-dev/auth/server";
import { defineTable } from "convex/server";
import { v } from "convex/values";

export const accountTables = {
  /**
   * Convex Auth's own tables (`users`, `authAccounts`, `authSessions`, `authRefreshTokens`, ...).
   * Written by Convex Auth, except that `auth/model.ts` creates users and password accounts and changes passwords.
   * Read by Convex Auth and, for `users`, by every domain that shows a name. Users are never deleted.
   */
  ...authTables,
  // With indexes by which what has expired is found: Convex Auth never deletes it (`auth/sessions.ts` does).
  authSessions: defineTable(authTables.authSessions.validator)
    .index("userId", ["userId"])
    .index("by_expirationTime", ["expirationTime"]),
  authRefreshTokens: defineTable(authTables.authRefreshTokens.validator)
    // Convex Auth uses both.
    // eslint-disable-next-line @convex-dev/no-duplicate-indexes
    .index("sessionId", ["sessionId"])
    .index("sessionIdAndParentRefreshTokenId", ["sessionId", "parentRefreshTokenId"])
    .index("by_expirationTime", ["expirationTime"]),

  /**
   * Failed and unfinished password sign-ins per account and per network, one row each, in a fixed window.
   * Written by `auth/attempts.ts` before a password is verified; read there; deleted there on success and by the daily
   * clean-up when the window is over.
   */
  signInAttempts: defineTable({
    /** SHA-256 of the normalised email (also unknown ones are counted, and none is stored) or of the network. */
    accountHash: v.string(),
    attempts: v.number(),
    windowStartedAt: v.number(),
  })
    .index("by_accountHash", ["accountHash"])
    .index("by_windowStartedAt", ["windowStartedAt"]),

  /**
   * Passwords that were verified and have not become a session yet, for a minute.
   * Written, read and deleted by `auth/tickets.ts`; those that nobody uses by the daily clean-up.
   */
  signInTickets: defineTable({
    /** SHA-256 of the ticket: who reads the database cannot sign in with it. */
    ticketHash: v.string(),
    userId: v.id("users"),
    expiresAt: v.number(),
  })
    .index("by_ticketHash", ["ticketHash"])
    .index("by_expiresAt", ["expiresAt"]),
};
