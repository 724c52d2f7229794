import { v } from "convex/values";
import { orgMutation } from "../functions.ts";
import * as model from "./model.ts";

export const renameConnection = orgMutation({
  permission: "connection:update",
  args: { connectionId: v.string(), name: v.string() },
  returns: v.null(),
  handler: async (ctx, args) => {
    await model.renameConnection(ctx, args);
    return null;
  },
});

export const deleteConnection = orgMutation({
  permission: "connection:delete",
  args: { connectionId: v.string() },
  returns: v.null(),
  handler: async (ctx, args) => {
    await model.deleteConnection(ctx, args);
    return null;
  },
});
