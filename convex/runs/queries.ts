import { v } from "convex/values";
import { orgQuery } from "../functions.ts";
import { paginated, paginationOptsValidator } from "../lib/pagination.ts";
import { getRunDetail, runDetailValidator } from "./detail.ts";
import { listRuns as list, runSummaryFields } from "./listing.ts";
import { getSamples as samplesOf } from "./samples.ts";
import { runStateValidator } from "./tables.ts";

export const listRuns = orgQuery({
  permission: "scenario:read",
  args: {
    paginationOpts: paginationOptsValidator,
    scenarioId: v.optional(v.string()),
    version: v.optional(v.number()),
    state: v.optional(runStateValidator),
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

export const getSamples = orgQuery({
  permission: "scenario:read",
  args: { scenarioId: v.string() },
  returns: v.array(v.object({ nodeId: v.number(), output: v.string() })),
  handler: (ctx, args) => samplesOf(ctx, args),
});
