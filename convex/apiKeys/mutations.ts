import { v } from "convex/values";
import { orgMutation } from "../functions.ts";
import * as model from "./model.ts";

export const revokeApiKey = orgMutation({
  permission: "scenario:read",
  args: { apiKeyId: v.string() },
  returns: v.null(),
  handler: async (ctx, args) => {
    await model.revokeApiKey(ctx, args);
    return null;
  },
});
