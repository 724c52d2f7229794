/** Upgrades of a draft's nodes to newer typeVersions: what there is, what it would change, and doing it. */
import { manifestCatalog } from "@patchbay/catalog/manifests";
import { findUpgrade } from "@patchbay/catalog/runtime";
import {
  upgradableNodes,
  upgradeNodes,
  type Definition,
  type Issue,
  type KnownConnection,
  type NodeVersion,
  type Upgraded,
  type UpgradeReport,
} from "@patchbay/core";
import { recordAudit } from "../audit/model.ts";
import type { Doc } from "../_generated/dataModel.d.ts";
import { replaceDraft, type SaveResult } from "../drafts/model.ts";
import { requireDraftOf } from "../drafts/read.ts";
import type { OrgMutationCtx, OrgQueryCtx } from "../functions.ts";
import { knownConnections } from "../connections/model.ts";
import { requireEditableScenario, requireScenario } from "../scenarios/access.ts";
import { parseStored, readDefinition, storable } from "../scenarios/definition.ts";

export interface UpgradeChoice {
  /** All that have an upgrade, where it is absent. */
  nodeIds?: readonly number[];
  /** Only nodes of this type and typeVersion. */
  from?: NodeVersion;
}

/** What upgrading would do to a definition. Pure: `connections` are the organization's. */
export function planFor(
  definition: Definition,
  choice: UpgradeChoice,
  connections: readonly KnownConnection[],
): Upgraded {
  const wanted = choice.nodeIds ?? upgradableNodes(definition, findUpgrade);
  const isChosen = (nodeId: number) => {
    const node = definition.nodes.find(({ id }) => id === nodeId);
    const { from } = choice;
    return !from || (node?.type === from.type && node.typeVersion === from.typeVersion);
  };
  const requests = wanted.filter(isChosen).map((nodeId) => ({ nodeId }));
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
  const connections = await knownConnections(ctx);
  const { definition, reports } = planFor(read.definition, args, connections);
  const nodes = new Map(definition.nodes.map((node) => [node.id, JSON.stringify(node)]));
  return { kind: "ok", reports, nodes: reports.map(({ nodeId }) => nodes.get(nodeId) ?? "null") };
}

export type UpgradeResult = SaveResult & { reports?: UpgradeReport[] };

/** The upgrades of the stored draft. */
export async function planDraftUpgrades(ctx: OrgQueryCtx, args: { scenarioId: string }) {
  const scenario = await requireScenario(ctx, args);
  const draft = await requireDraftOf(ctx, scenario._id);
  const connections = await knownConnections(ctx);
  const { reports } = planFor(parseStored(draft.definition), {}, connections);
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
  const scenario = await requireEditableScenario(ctx, args);
  return await upgradeDraftOf(ctx, { scenario, baseRevision: args.baseRevision, choice: args });
}

export async function upgradeDraftOf(
  ctx: OrgMutationCtx,
  args: { scenario: Doc<"scenarios">; baseRevision: number; choice: UpgradeChoice },
): Promise<UpgradeResult> {
  const { scenario, baseRevision } = args;
  const draft = await requireDraftOf(ctx, scenario._id);
  const before = parseStored(draft.definition);
  const connections = await knownConnections(ctx);
  const { definition, reports } = planFor(before, args.choice, connections);
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
