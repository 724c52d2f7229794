import { v } from "convex/values";
import { orgQuery } from "../functions.ts";
import { paginated, paginationOptsValidator } from "../lib/pagination.ts";
import { getRunCalls as describeCalls, runCallsValidator } from "./callViews.ts";
import { getRunDetail, runDetailValidator } from "./detail.ts";
import { listRuns as list, runSummaryFields } from "./listing.ts";
import { batchValidator, listBatches as batches } from "./bulk.ts";
import {
  countIncomplete as count,
  incompleteCountValidator,
  incompleteSummaryValidator,
  summarizeIncomplete as summarize,
} from "./incomplete.ts";
import { getVersionChoice as choiceOf, versionChoiceValidator } from "./versionChoice.ts";
import { getSamples as samplesOf } from "./samples.ts";
import { runStateValidator } from "./tables.ts";

export const listRuns = orgQuery({
  permission: "scenario:read",
  args: {
    paginationOpts: paginationOptsValidator,
    scenarioId: v.optional(v.string()),
    version: v.optional(v.number()),
    state: v.optional(runStateValidator),
    code: v.optional(v.string()),
    nodeId: v.optional(v.number()),
  },
  returns: paginated(v.object(runSummaryFields)),
  handler: (ctx, args) => list(ctx, args),
});

export const getRun = orgQuery({
  permission: "scenario:read",
  args: { runId: v.string() },
  returns: v.union(v.null(), runDetailValidator),
  handler: (ctx, args) => getRunDetail(ctx, args),
});

/** The run that called this one, and runs that it called: those it waits for, or all of one operation. */
export const getRunCalls = orgQuery({
  permission: "scenario:read",
  args: { runId: v.string(), operationId: v.optional(v.number()) },
  returns: v.union(v.null(), runCallsValidator),
  handler: (ctx, args) => describeCalls(ctx, args),
});

export const getVersionChoice = orgQuery({
  permission: "scenario:read",
  args: { runId: v.string() },
  returns: versionChoiceValidator,
  handler: (ctx, args) => choiceOf(ctx, args),
});

export const countIncomplete = orgQuery({
  permission: "scenario:read",
  args: {},
  returns: incompleteCountValidator,
  handler: (ctx) => count(ctx),
});

export const summarizeIncomplete = orgQuery({
  permission: "scenario:read",
  args: {},
  returns: incompleteSummaryValidator,
  handler: (ctx) => summarize(ctx),
});

export const listBatches = orgQuery({
  permission: "scenario:read",
  args: {},
  returns: v.array(batchValidator),
  handler: (ctx) => batches(ctx),
});

export const getSamples = orgQuery({
  permission: "scenario:read",
  args: { scenarioId: v.string() },
  returns: v.array(v.object({ nodeId: v.number(), output: v.string() })),
  handler: (ctx, args) => samplesOf(ctx, args),
});
