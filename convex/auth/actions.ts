"use node";

import { v } from "convex/values";
import { api, internal } from "../_generated/api.js";
import type { ActionCtx } from "../_generated/server.d.ts";
import { publicAction } from "../functions.ts";
import { randomBytes, sha256Hex, toBase64Url } from "../lib/bytes.ts";
import { appError } from "../lib/errors.ts";
import { signUpClosed, type SignInAttempt } from "./model.ts";
import { checkNewPassword, hashPassword, verifyPassword } from "./passwords.ts";

/**
 * Verifies an address and its password (or, with a name, creates the account) and gives a ticket for Convex Auth's
 * `signIn("password", { ticket })`; see `tickets.ts`. Hashing happens here, in the action, between short mutations. Throws
 * `invalid_credentials` (alike for a wrong password and an unknown address), `rate_limited`, `sign_up_closed`, `conflict` or
 * `invalid`.
 */
export const proveCredentials = publicAction({
  args: {
    flow: v.union(v.literal("signIn"), v.literal("signUp")),
    email: v.string(),
    password: v.string(),
    name: v.optional(v.string()),
  },
  returns: v.object({ ticket: v.string() }),
  handler: async (ctx, { flow, ...credentials }) => {
    const ticket = toBase64Url(randomBytes(32));
    const ticketHash = await sha256Hex(ticket);
    await (flow === "signUp"
      ? signUp(ctx, { ...credentials, ticketHash })
      : signIn(ctx, { ...credentials, ticketHash }));
    return { ticket };
  },
});

interface Credentials {
  email: string;
  password: string;
  name?: string | undefined;
  ticketHash: string;
}

async function signUp(ctx: ActionCtx, { email, password, name, ticketHash }: Credentials): Promise<void> {
  // Before the work of hashing; the mutation checks it again, with the last word.
  const { open }: { open: boolean } = await ctx.runQuery(api.auth.queries.getSignUpState, {});
  if (!open) throw signUpClosed();
  checkNewPassword(password);
  await ctx.runMutation(internal.auth.internal.beginSignUp, {});
  const secretHash = await hashPassword(password);
  await ctx.runMutation(internal.auth.internal.signUp, {
    email,
    ...(name === undefined ? {} : { name }),
    secretHash,
    ticketHash,
  });
}

async function signIn(ctx: ActionCtx, { email, password, ticketHash }: Credentials): Promise<void> {
  const attempt: SignInAttempt = await ctx.runMutation(internal.auth.internal.beginSignIn, { email });
  const verified = await verifyPassword(password, attempt.secretHash);
  if (!verified || attempt.userId === null) {
    throw appError("invalid_credentials", "The email address or the password is wrong.");
  }
  await ctx.runMutation(internal.auth.internal.completeSignIn, { email, userId: attempt.userId, ticketHash });
}
