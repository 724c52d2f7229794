/**
 * Convex Auth, wrapped in this one file: sessions, tokens and refresh are the library's; accounts, passwords and their
 * limits are ours (`auth/`). The library's own password provider hashes inside a mutation, so ours is a credentials
 * provider of the same name, which does that work here, in the action, between two short mutations.
 */
import { ConvexCredentials } from "@convex-dev/auth/providers/ConvexCredentials";
import { convexAuth } from "@convex-dev/auth/server";
import { api, internal } from "./_generated/api.js";
import type { DataModel, Id } from "./_generated/dataModel.d.ts";
import type { ActionCtx } from "./_generated/server.d.ts";
import { PASSWORD_PROVIDER, signUpClosed, type SignInAttempt } from "./auth/model.ts";
import { checkNewPassword, hashPassword, verifyPassword } from "./auth/passwords.ts";
import { appError } from "./lib/errors.ts";

interface Credentials {
  email: string;
  password: string;
  name?: string;
}

export const { auth, signIn, signOut, store, isAuthenticated } = convexAuth({
  providers: [
    ConvexCredentials<DataModel>({
      id: PASSWORD_PROVIDER,
      authorize: async (params, ctx) => {
        const credentials = readCredentials(params);
        if (params.flow === "signUp") return { userId: await signUpWithPassword(ctx, credentials) };
        if (params.flow === "signIn") return { userId: await signInWithPassword(ctx, credentials) };
        throw appError("invalid", "`flow` must be signUp or signIn.", { field: "flow" });
      },
    }),
  ],
});

async function signUpWithPassword(
  ctx: Pick<ActionCtx, "runMutation" | "runQuery">,
  credentials: Credentials,
): Promise<Id<"users">> {
  const { email, password, name } = credentials;
  // Before the work of hashing; the mutation checks it again, with the last word.
  const { open }: { open: boolean } = await ctx.runQuery(api.auth.queries.getSignUpState, {});
  if (!open) throw signUpClosed();
  checkNewPassword(password);
  const secretHash = await hashPassword(password);
  return await ctx.runMutation(internal.auth.internal.signUp, { email, name, secretHash });
}

async function signInWithPassword(ctx: Pick<ActionCtx, "runMutation">, credentials: Credentials): Promise<Id<"users">> {
  const { email, password } = credentials;
  const attempt: SignInAttempt = await ctx.runMutation(internal.auth.internal.beginSignIn, { email });
  const verified = await verifyPassword(password, attempt.secretHash);
  if (!verified || attempt.userId === null) {
    throw appError("invalid_credentials", "The email address or the password is wrong.");
  }
  await ctx.runMutation(internal.auth.internal.completeSignIn, { email });
  return attempt.userId;
}

function readCredentials(params: Record<string, unknown>): Credentials {
  const { email, password, name } = params;
  if (typeof email !== "string") throw appError("invalid", "Enter your email address.", { field: "email" });
  if (typeof password !== "string") throw appError("invalid", "Enter your password.", { field: "password" });
  return { email, password, ...(typeof name === "string" ? { name } : {}) };
}
