import { v } from "convex/values";
import { orgMutation } from "../functions.ts";
import { issueValidator } from "../scenarios/definition.ts";
import * as model from "./model.ts";

const requestedSourceValidator = v.union(
  v.object({ kind: v.literal("draft") }),
  v.object({ kind: v.literal("version"), number: v.optional(v.number()) }),
);

const startResultValidator = v.union(
  v.object({ kind: v.literal("ok"), runId: v.id("runs") }),
  v.object({ kind: v.literal("invalid"), issues: v.array(issueValidator) }),
);

export const startRun = orgMutation({
  permission: "scenario:execute",
  args: { scenarioId: v.string(), source: requestedSourceValidator, payload: v.string() },
  returns: startResultValidator,
  handler: (ctx, args) => model.startRun(ctx, args),
});

export const cancelRun = orgMutation({
  permission: "scenario:execute",
  args: { runId: v.string() },
  returns: v.null(),
  handler: async (ctx, args) => {
    await model.cancelRun(ctx, args);
    return null;
  },
});

export const retryRun = orgMutation({
  permission: "scenario:execute",
  args: { runId: v.string() },
  returns: v.null(),
  handler: async (ctx, args) => {
    await model.retryRun(ctx, args);
    return null;
  },
});

export const replayRun = orgMutation({
  permission: "scenario:execute",
  args: {
    runId: v.string(),
    source: v.union(v.literal("original"), v.literal("published"), v.literal("draft")),
  },
  returns: startResultValidator,
  handler: (ctx, args) => model.replayRun(ctx, args),
});
