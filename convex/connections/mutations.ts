import { v } from "convex/values";
import { orgMutation } from "../functions.ts";
import * as breakers from "./breakers.ts";
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

export const resetBreaker = orgMutation({
  permission: "connection:test",
  args: { connectionId: v.string() },
  returns: v.null(),
  handler: async (ctx, args) => {
    await breakers.resetBreaker(ctx, args);
    return null;
  },
});

export const setBreaker = orgMutation({
  permission: "connection:update",
  args: { connectionId: v.string(), failures: v.number(), pauseSeconds: v.number() },
  returns: v.null(),
  handler: async (ctx, args) => {
    await breakers.setBreaker(ctx, args);
    return null;
  },
});
