import { v } from "convex/values";
import { internalMutation } from "../functions.ts";
import * as model from "./model.ts";

export const spread = internalMutation({
  args: { organizationId: v.id("organizations"), cursor: v.union(v.string(), v.null()) },
  returns: v.null(),
  handler: async (ctx, args) => {
    await model.spread(ctx, args);
    return null;
  },
});
