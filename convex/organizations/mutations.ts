import { v } from "convex/values";
import { orgMutation } from "../functions.ts";
import * as model from "./model.ts";

export const updateOrganization = orgMutation({
  permission: "org:settings:update",
  args: { name: v.string() },
  returns: v.null(),
  handler: async (ctx, args) => {
    await model.renameOrganization(ctx, args);
    return null;
  },
});
