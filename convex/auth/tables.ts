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

  /**
   * Failed and unfinished password sign-ins per account, one row each, in a fixed window.
   * Written by `auth/model.ts` before a password is verified; read there; deleted there on success and by the daily
   * clean-up when the window is over.
   */
  signInAttempts: defineTable({
    /** SHA-256 of the normalised email: also unknown addresses are counted, and none is stored. */
    accountHash: v.string(),
    attempts: v.number(),
    windowStartedAt: v.number(),
  })
    .index("by_accountHash", ["accountHash"])
    .index("by_windowStartedAt", ["windowStartedAt"]),
};
