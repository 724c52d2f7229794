import type { UpgradeReport } from "@patchbay/core";
import { v, type Infer } from "convex/values";
import { issueValidator } from "../scenarios/definition.ts";

const nodeVersion = v.object({ type: v.string(), typeVersion: v.number() });

/** `UpgradeReport` of core; values of fields as JSON text, as they may have any keys. */
export const upgradeReportValidator = v.object({
  nodeId: v.number(),
  from: nodeVersion,
  to: nodeVersion,
  verdict: v.union(v.literal("ready"), v.literal("look"), v.literal("refused")),
  reasons: v.array(v.string()),
  changes: v.array(v.string()),
  fields: v.array(
    v.object({
      path: v.array(v.union(v.string(), v.number())),
      before: v.optional(v.string()),
      after: v.optional(v.string()),
    }),
  ),
  issues: v.array(issueValidator),
});

export function describeReport(report: UpgradeReport): Infer<typeof upgradeReportValidator> {
  const text = (value: unknown) => (value === undefined ? undefined : JSON.stringify(value));
  const fields = report.fields.map(({ path, before, after }) => ({
    path,
    ...(before !== undefined && { before: text(before) }),
    ...(after !== undefined && { after: text(after) }),
  }));
  return { ...report, fields };
}
