import { Password } from "@convex-dev/auth/providers/Password";
import { convexAuth, getAuthUserId } from "@convex-dev/auth/server";
import { type GenericDataModel, queryGeneric, type QueryBuilder } from "convex/server";

/** Not safe, but quick: this is not a test of scrypt. */
const quick = {
  hashSecret: (secret: string) => Promise.resolve(`hash of ${secret}`),
  verifySecret: (secret: string, hash: string) => Promise.resolve(hash === `hash of ${secret}`),
};

export const { auth, signIn, signOut, store, isAuthenticated } = convexAuth({
  providers: [Password({ crypto: quick })],
});

const query = queryGeneric as QueryBuilder<GenericDataModel, "public">;

export const userId = query({ args: {}, handler: (ctx) => getAuthUserId(ctx) });
