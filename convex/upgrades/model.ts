/** Upgrades of a draft's nodes to newer typeVersions: what there is, what it would change, and doing it. */
import { manifestCatalog } from "@patchbay/catalog/manifests";
import { findUpgrade } from "@patchbay/catalog/runtime";
import {
  upgradableNodes,
  upgradeNodes,
  type Definition,
  type Issue,
  type Upgraded,
  type UpgradeReport,
} from "@patchbay/core";
import { recordAudit } from "../audit/model.ts";
import { replaceDraft, type SaveResult } from "../drafts/model.ts";
import { requireDraftOf } from "../drafts/read.ts";
import type { OrgMutationCtx, OrgQueryCtx } from "../functions.ts";
import { knownConnections } from "../connections/model.ts";
import { requireEditableScenario, requireScenario } from "../scenarios/access.ts";
import { parseStored, readDefinition, storable } from "../scenarios/definition.ts";

/** What upgrading the nodes (all that have an upgrade, where none are named) would do to a definition. */
async function planFor(ctx: OrgQueryCtx, definition: Definition, nodeIds?: readonly number[]): Promise<Upgraded> {
  const requests = (nodeIds ?? upgradableNodes(definition, findUpgrade)).map((nodeId) => ({ nodeId }));
  const connections = await knownConnections(ctx);
  return upgradeNodes(definition, requests, { catalog: manifestCatalog, findUpgrade, connections });
}

export type UpgradePlan =
  /** `nodes`: JSON texts of the nodes afterwards, in the order of the reports. */
  { kind: "ok"; reports: UpgradeReport[]; nodes: string[] } | { kind: "invalid"; issues: Issue[] };

/** The upgrades of a definition that an editor holds, as text; nothing is stored. */
export async function planUpgrades(
  ctx: OrgQueryCtx,
  args: { scenarioId: string; definition: string; nodeIds?: number[] },
): Promise<UpgradePlan> {
  await requireScenario(ctx, args);
  const read = await readDefinition(args.definition);
  if (!read.ok) return { kind: "invalid", issues: read.issues };
  const { definition, reports } = await planFor(ctx, read.definition, args.nodeIds);
  const nodes = new Map(definition.nodes.map((node) => [node.id, JSON.stringify(node)]));
  return { kind: "ok", reports, nodes: reports.map(({ nodeId }) => nodes.get(nodeId) ?? "null") };
}

export type UpgradeResult = SaveResult & { reports?: UpgradeReport[] };

/** The upgrades of the stored draft. */
export async function planDraftUpgrades(ctx: OrgQueryCtx, args: { scenarioId: string }) {
  const scenario = await requireScenario(ctx, args);
  const draft = await requireDraftOf(ctx, scenario._id);
  const { reports } = await planFor(ctx, parseStored(draft.definition));
  return { draftRevision: draft.revision, reports };
}

/**
 * Upgrades nodes of the stored draft, if `baseRevision` is still its revision. Nodes that cannot be upgraded stay as they are; where
 * none could, nothing is saved and the revision stays.
 */
export async function upgradeDraft(
  ctx: OrgMutationCtx,
  args: { scenarioId: string; baseRevision: number; nodeIds?: number[] },
): Promise<UpgradeResult> {
  const { baseRevision } = args;
  const scenario = await requireEditableScenario(ctx, args);
  const draft = await requireDraftOf(ctx, scenario._id);
  const before = parseStored(draft.definition);
  const { definition, reports } = await planFor(ctx, before, args.nodeIds);
  if (definition === before && draft.revision === baseRevision) {
    return { kind: "ok", revision: draft.revision, updatedAt: draft.updatedAt, reports };
  }
  const saved = await replaceDraft(ctx, { scenario, baseRevision, read: await storable(definition) });
  if (saved.kind !== "ok") return saved;
  await recordAudit(ctx, {
    organizationId: scenario.organizationId,
    actor: ctx.actor,
    action: "draft.nodesUpgraded",
    resource: { type: "scenario", id: scenario._id },
    details: { nodes: reports.filter(({ verdict }) => verdict !== "refused").length },
  });
  return { ...saved, reports };
}
