import type { UpgradeReport } from "@patchbay/core";
import { z } from "zod";
import { planDraftUpgrades, upgradeDraft } from "../../upgrades/model.ts";
import { ApiFailure, apiMutationOperation, apiQueryOperation, type Operation } from "./operation.ts";
import { scenarioParams } from "./scenarioOperations.ts";

const nodeVersion = z.object({ type: z.string(), typeVersion: z.number().int() });

export const upgradeReportSchema = z
  .object({
    nodeId: z.number().int(),
    from: nodeVersion,
    to: nodeVersion,
    verdict: z
      .enum(["ready", "look", "refused"])
      .describe("`look`: it can be done, read the reasons first. `refused`: the node stays as it is"),
    reasons: z.array(z.string()),
    changes: z.array(z.string()).describe("What is different afterwards, for each typeVersion on the way"),
    fields: z.array(
      z.object({
        path: z.array(z.union([z.string(), z.number()])),
        before: z.json().optional(),
        after: z.json().optional(),
      }),
    ),
  })
  .meta({ id: "UpgradeReport" });

const describe = ({ issues: _issues, ...report }: UpgradeReport) => report;

export const upgradeOperations: Operation[] = [
  apiQueryOperation({
    id: "planUpgrades",
    method: "GET",
    path: "/scenarios/{id}/draft/upgrades",
    summary: "What upgrading the draft's nodes to their newest typeVersions would change",
    permission: "scenario:read",
    params: scenarioParams,
    status: 200,
    response: z.object({ draftRevision: z.number().int(), reports: z.array(upgradeReportSchema) }),
    errors: ["not_found"],
    handler: async (ctx, { params }) => {
      const { draftRevision, reports } = await planDraftUpgrades(ctx, { scenarioId: params.id });
      return { draftRevision, reports: reports.map(describe) };
    },
  }),
  apiMutationOperation({
    id: "upgradeDraft",
    method: "POST",
    path: "/scenarios/{id}/draft/upgrades",
    summary: "Upgrade nodes of the draft, if `baseRevision` is still its revision; 409 with the head otherwise",
    permission: "scenario:update",
    params: scenarioParams,
    body: z.object({
      baseRevision: z.number().int(),
      nodeIds: z.array(z.number().int()).optional().describe("All that have an upgrade, where it is absent"),
    }),
    status: 200,
    response: z.object({ draftRevision: z.number().int(), reports: z.array(upgradeReportSchema) }),
    errors: ["not_found", "conflict"],
    handler: async (ctx, { params, body }) => {
      const upgraded = await upgradeDraft(ctx, { scenarioId: params.id, ...body });
      if (upgraded.kind === "invalid") {
        return new ApiFailure("invalid", "The draft cannot be stored.", { issues: upgraded.issues });
      }
      if (upgraded.kind === "conflict") {
        const head = { ...upgraded.head, definition: JSON.parse(upgraded.head.definition) as unknown };
        return new ApiFailure("conflict", "The draft has changed since that revision.", { head });
      }
      return { draftRevision: upgraded.revision, reports: (upgraded.reports ?? []).map(describe) };
    },
  }),
];
