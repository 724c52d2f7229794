import { v } from "convex/values";
import { orgMutation } from "../functions.ts";
import * as model from "./model.ts";

const created = v.object({ scenarioId: v.id("scenarios") });

export const createScenario = orgMutation({
  permission: "scenario:create",
  args: { name: v.string(), description: v.optional(v.string()), definition: v.optional(v.string()) },
  returns: created,
  handler: async (ctx, args) => ({ scenarioId: await model.createScenario(ctx, args) }),
});

export const cloneScenario = orgMutation({
  permission: "scenario:create",
  args: {
    scenarioId: v.string(),
    source: v.union(
      v.object({ kind: v.literal("draft") }),
      v.object({ kind: v.literal("version"), number: v.number() }),
    ),
    name: v.optional(v.string()),
  },
  returns: created,
  handler: async (ctx, args) => ({ scenarioId: await model.cloneScenario(ctx, args) }),
});

export const updateScenario = orgMutation({
  permission: "scenario:update",
  args: {
    scenarioId: v.string(),
    name: v.optional(v.string()),
    description: v.optional(v.string()),
    enabled: v.optional(v.boolean()),
  },
  returns: v.null(),
  handler: async (ctx, args) => {
    await model.updateScenario(ctx, args);
    return null;
  },
});

export const archiveScenario = orgMutation({
  permission: "scenario:delete",
  args: { scenarioId: v.string() },
  returns: v.null(),
  handler: async (ctx, args) => {
    await model.archiveScenario(ctx, args);
    return null;
  },
});

export const restoreScenario = orgMutation({
  permission: "scenario:delete",
  args: { scenarioId: v.string() },
  returns: v.null(),
  handler: async (ctx, args) => {
    await model.restoreScenario(ctx, args);
    return null;
  },
});
