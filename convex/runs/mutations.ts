import { v } from "convex/values";
import { orgMutation } from "../functions.ts";
import { issueValidator } from "../scenarios/definition.ts";
import * as bulk from "./bulk.ts";
import * as decisions from "./decisions.ts";
import * as model from "./model.ts";
import { runNode as executeNode } from "./nodeRun.ts";
import { replayRun as replay } from "./replay.ts";
import { bulkActValidator, dryRunValidator } from "./tables.ts";

/** A decision about an incomplete run; with `generation`, about the stop that somebody has looked at. */
const aboutStop = { runId: v.string(), generation: v.optional(v.number()) };

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
  args: { ...aboutStop, changes: v.optional(v.string()) },
  returns: v.null(),
  handler: async (ctx, args) => {
    await decisions.retryRun(ctx, args);
    return null;
  },
});

export const resolveRun = orgMutation({
  permission: "scenario:execute",
  args: { ...aboutStop, output: v.string() },
  returns: v.null(),
  handler: async (ctx, args) => {
    await decisions.resolveRun(ctx, args);
    return null;
  },
});

export const stopRetries = orgMutation({
  permission: "scenario:execute",
  args: aboutStop,
  returns: v.null(),
  handler: async (ctx, args) => {
    await decisions.stopRetries(ctx, args);
    return null;
  },
});

export const restartRun = orgMutation({
  permission: "scenario:execute",
  args: { ...aboutStop, source: v.union(v.literal("original"), v.literal("published")) },
  returns: startResultValidator,
  handler: (ctx, args) => decisions.restartRun(ctx, args),
});

export const startBulk = orgMutation({
  permission: "scenario:execute",
  args: {
    act: bulkActValidator,
    runIds: v.optional(v.array(v.string())),
    filter: v.optional(
      v.object({ scenarioId: v.optional(v.string()), code: v.optional(v.string()), nodeId: v.optional(v.number()) }),
    ),
    unknown: v.union(v.literal("skip"), v.literal("again")),
    source: v.union(v.literal("original"), v.literal("published")),
  },
  returns: v.object({ batchId: v.id("runBatches") }),
  handler: async (ctx, args) => ({ batchId: await bulk.startBulk(ctx, args) }),
});

export const cancelBulk = orgMutation({
  permission: "scenario:execute",
  args: { batchId: v.string() },
  returns: v.null(),
  handler: async (ctx, args) => {
    await bulk.cancelBulk(ctx, args);
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
