import { v } from "convex/values";
import { orgMutation } from "../functions.ts";
import * as model from "./model.ts";
import { retentionValidator } from "./policy.ts";

export const setOrganizationRetention = orgMutation({
  permission: "org:settings:update",
  args: { retention: retentionValidator },
  returns: v.null(),
  handler: async (ctx, args) => {
    await model.setOrganizationRetention(ctx, args);
    return null;
  },
});

export const setScenarioRetention = orgMutation({
  permission: "scenario:admin",
  args: { scenarioId: v.string(), retention: v.union(v.null(), retentionValidator) },
  returns: v.null(),
  handler: async (ctx, args) => {
    await model.setScenarioRetention(ctx, args);
    return null;
  },
});

export const keepRun = orgMutation({
  permission: "scenario:update",
  args: { runId: v.string(), keep: v.boolean() },
  returns: v.null(),
  handler: async (ctx, args) => {
    await model.keepRun(ctx, args);
    return null;
  },
});

export const deleteRunData = orgMutation({
  permission: "scenario:delete",
  args: { runId: v.string() },
  returns: v.null(),
  handler: async (ctx, args) => {
    await model.deleteRunData(ctx, args);
    return null;
  },
});
