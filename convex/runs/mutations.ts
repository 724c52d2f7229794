import { v } from "convex/values";
import { orgMutation } from "../functions.ts";
import { issueValidator } from "../scenarios/definition.ts";
import * as model from "./model.ts";
import { runNode as executeNode } from "./nodeRun.ts";
import { replayRun as replay } from "./replay.ts";
import { dryRunValidator } from "./tables.ts";

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
  args: {
    scenarioId: v.string(),
    source: requestedSourceValidator,
    payload: v.string(),
    dryRun: v.optional(dryRunValidator),
  },
  returns: startResultValidator,
  handler: (ctx, args) => model.startRun(ctx, args),
});

export const runNode = orgMutation({
  permission: "scenario:execute",
  args: { scenarioId: v.string(), nodeId: v.number(), bundles: v.string() },
  returns: startResultValidator,
  handler: (ctx, args) => executeNode(ctx, args),
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
    source: v.union(
      v.literal("original"),
      v.literal("published"),
      v.literal("draft"),
      v.object({ version: v.number() }),
    ),
    dryRun: v.optional(dryRunValidator),
  },
  returns: startResultValidator,
  handler: (ctx, args) => replay(ctx, args),
});
