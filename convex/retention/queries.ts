import { v } from "convex/values";
import { orgQuery } from "../functions.ts";
import * as model from "./model.ts";
import { retentionValidator } from "./policy.ts";

export const getRetention = orgQuery({
  permission: "scenario:read",
  args: {},
  returns: v.object({
    retention: retentionValidator,
    isDefault: v.boolean(),
    keptRuns: v.number(),
    report: v.union(
      v.null(),
      v.object({
        cleanedAt: v.number(),
        nextAt: v.number(),
        deletedRuns: v.number(),
        storedRuns: v.optional(v.number()),
        countedAt: v.optional(v.number()),
        isAtLeast: v.boolean(),
      }),
    ),
  }),
  handler: (ctx) => model.getRetention(ctx),
});

export const getScenarioRetention = orgQuery({
  permission: "scenario:read",
  args: { scenarioId: v.string() },
  returns: v.object({ own: v.union(v.null(), retentionValidator), inherited: retentionValidator }),
  handler: (ctx, args) => model.getScenarioRetention(ctx, args),
});
