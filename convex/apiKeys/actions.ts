import { v } from "convex/values";
import { internal } from "../_generated/api.js";
import type { Id } from "../_generated/dataModel.d.ts";
import { orgAction } from "../functions.ts";
import { makeApiKey } from "./key.ts";

/** Makes a key for the caller and returns it this once. */
export const createApiKey = orgAction({
  permission: "scenario:read",
  args: { name: v.string() },
  returns: v.object({ id: v.id("apiKeys"), key: v.string() }),
  handler: async (ctx, args): Promise<{ id: Id<"apiKeys">; key: string }> => {
    const { key, keyHash, prefix } = await makeApiKey();
    const { organizationId } = ctx.actor;
    const stored = { organizationId, name: args.name, keyHash, prefix };
    const id: Id<"apiKeys"> = await ctx.runMutation(internal.apiKeys.internal.createApiKey, stored);
    return { id, key };
  },
});
