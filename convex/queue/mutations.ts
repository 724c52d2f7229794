import { v } from "convex/values";
import { orgMutation } from "../functions.ts";
import { emptyQueue as empty } from "./emptying.ts";
import { updateGate } from "./organization.ts";
import { pauseScenario as pause, resumeScenario as resume } from "./scenario.ts";

export const pauseScenario = orgMutation({
  permission: "scenario:update",
  args: { scenarioId: v.string() },
  returns: v.null(),
  handler: async (ctx, args) => {
    await pause(ctx, args);
    return null;
  },
});

export const resumeScenario = orgMutation({
  permission: "scenario:update",
  args: { scenarioId: v.string() },
  returns: v.null(),
  handler: async (ctx, args) => {
    await resume(ctx, args);
    return null;
  },
});

export const emptyQueue = orgMutation({
  permission: "scenario:admin",
  args: { scenarioId: v.string() },
  returns: v.null(),
  handler: async (ctx, args) => {
    await empty(ctx, args);
    return null;
  },
});

/** What is not named stays as it is. */
export const updateOrganizationQueue = orgMutation({
  permission: "org:settings:update",
  args: {
    paused: v.optional(v.boolean()),
    draining: v.optional(v.boolean()),
    maxConcurrentRuns: v.optional(v.union(v.number(), v.null())),
  },
  returns: v.null(),
  handler: async (ctx, args) => {
    await updateGate(ctx, args);
    return null;
  },
});
