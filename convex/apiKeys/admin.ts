/** For the operator, with the deployment's admin key (`patchbay admin create-api-key`). */
import { v } from "convex/values";
import { internal } from "../_generated/api.js";
import { internalAction } from "../functions.ts";
import { makeApiKey } from "./key.ts";

/** Makes a key that acts for the person in the first organization they belong to; returns it this once. */
export const createApiKeyForUser = internalAction({
  args: { email: v.string(), name: v.string() },
  returns: v.object({ key: v.string() }),
  handler: async (ctx, args): Promise<{ key: string }> => {
    const { key, keyHash, prefix } = await makeApiKey();
    await ctx.runMutation(internal.apiKeys.internal.createApiKeyForEmail, { ...args, keyHash, prefix });
    return { key };
  },
});
