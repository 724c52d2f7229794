/**
 * Convex Auth, wrapped in this one file: sessions, tokens and refresh are the library's; accounts, passwords and their
 * limits are ours (`auth/`). Credentials are verified by `auth/actions.ts` (the library's own password provider hashes inside a
 * mutation); what arrives here is the ticket that was given for them.
 */
import { ConvexCredentials } from "@convex-dev/auth/providers/ConvexCredentials";
import { convexAuth } from "@convex-dev/auth/server";
import { internal } from "./_generated/api.js";
import type { DataModel, Id } from "./_generated/dataModel.d.ts";
import { PASSWORD_PROVIDER } from "./auth/model.ts";
import { sha256Hex } from "./lib/bytes.ts";
import { appError } from "./lib/errors.ts";

export const { auth, signIn, signOut, store, isAuthenticated } = convexAuth({
  providers: [
    ConvexCredentials<DataModel>({
      id: PASSWORD_PROVIDER,
      authorize: async ({ ticket }, ctx) => {
        if (typeof ticket !== "string") throw appError("invalid", "`ticket` must be text.", { field: "ticket" });
        const ticketHash = await sha256Hex(ticket);
        const userId: Id<"users"> = await ctx.runMutation(internal.auth.internal.redeemTicket, { ticketHash });
        return { userId };
      },
    }),
  ],
});
