import { v } from "convex/values";
import { orgMutation } from "../functions.ts";
import * as model from "./model.ts";

export const pollSoon = orgMutation({
  permission: "scenario:execute",
  args: { scenarioId: v.string() },
  returns: v.null(),
  handler: async (ctx, args) => {
    await model.pollSoon(ctx, args);
    return null;
  },
});

export const startAnew = orgMutation({
  permission: "scenario:update",
  args: { scenarioId: v.string() },
  returns: v.null(),
  handler: async (ctx, args) => {
    await model.startAnew(ctx, args);
    return null;
  },
});
