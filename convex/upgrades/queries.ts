import { v } from "convex/values";
import { orgQuery } from "../functions.ts";
import { issueValidator } from "../scenarios/definition.ts";
import * as model from "./model.ts";
import { describeReport, upgradeReportValidator } from "./validators.ts";

export const planUpgrades = orgQuery({
  permission: "scenario:read",
  args: { scenarioId: v.string(), definition: v.string(), nodeIds: v.optional(v.array(v.number())) },
  returns: v.union(
    v.object({ kind: v.literal("ok"), reports: v.array(upgradeReportValidator), nodes: v.array(v.string()) }),
    v.object({ kind: v.literal("invalid"), issues: v.array(issueValidator) }),
  ),
  handler: async (ctx, args) => {
    const plan = await model.planUpgrades(ctx, args);
    return plan.kind === "ok" ? { ...plan, reports: plan.reports.map(describeReport) } : plan;
  },
});
