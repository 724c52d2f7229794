import { dropsOf } from "../retention/model.ts";
import { effectiveRetention } from "../retention/policy.ts";
import { emptyDefinition, highestNodeId, type Issue } from "@patchbay/core";
import type { Value } from "convex/values";
import type { Doc, Id } from "../_generated/dataModel.d.ts";
import { recordAudit, type AuditAction } from "../audit/model.ts";
import { requireDraftOf } from "../drafts/read.ts";
import type { OrgMutationCtx, OrgQueryCtx } from "../functions.ts";
import { appError } from "../lib/errors.ts";
import { checkText, requireText } from "../lib/text.ts";
import { touch } from "../lib/time.ts";
import { requireDefinition } from "../versions/read.ts";
import { pauseOf } from "../runs/gates.ts";
import { arrangePoller } from "../polling/model.ts";
import { arrangeSchedule, getSchedule } from "../schedules/model.ts";
import { requireVersion } from "../versions/model.ts";
import { createWebhook, getWebhookUrl } from "../webhooks/model.ts";
import { requireEditableScenario, requireScenario } from "./access.ts";
import { nodeTypesOf, parseStored, readDefinition, storable, type ReadDefinition } from "./definition.ts";

const MAX_NAME_LENGTH = 120;
const MAX_DESCRIPTION_LENGTH = 2_000;

/** What a copy is made of. */
export type CloneSource = { kind: "draft" } | { kind: "version"; number: number };

/** A scenario's own fields; null where the organization has none of this id. */
export async function describeScenario(ctx: OrgQueryCtx, scenario: Doc<"scenarios">) {
  return {
    id: scenario._id,
    name: scenario.name,
    description: scenario.description,
    enabled: scenario.enabled,
    paused: pauseOf(scenario),
    publishedVersion: scenario.publishedNumber ?? null,
    nextVersion: scenario.lastVersionNumber + 1,
    ...(await describeTrigger(ctx, scenario)),
    webhookUrl: await visibleWebhookUrl(ctx, scenario),
    nodeHighWaterMark: scenario.nodeHighWaterMark,
    createdAt: scenario._creationTime,
    updatedAt: scenario.updatedAt,
    archivedAt: scenario.archivedAt ?? null,
  };
}

/** What starts runs of the published version (null before the first one), and when its schedule strikes next. */
export async function describeTrigger(ctx: OrgQueryCtx, scenario: Doc<"scenarios">) {
  const publishedTrigger = scenario.publishedNumber === undefined ? null : (scenario.publishedTrigger ?? "webhook");
  const schedule = publishedTrigger === "schedule" ? await getSchedule(ctx, scenario._id) : null;
  return { publishedTrigger, nextRunAt: schedule?.nextAt ?? null };
}

/** Whoever knows the URL can start runs, so only those who may edit the scenario get to see it. */
export async function visibleWebhookUrl(ctx: OrgQueryCtx, scenario: Doc<"scenarios">): Promise<string | null> {
  return ctx.actor.permissions.has("scenario:update") ? await getWebhookUrl(ctx, { scenarioId: scenario._id }) : null;
}

/**
 * Creates a disabled scenario with a draft and a webhook address. Throws `invalid`, with the issues in its details, for
 * a name or definition that cannot be stored.
 */
export async function createScenario(
  ctx: OrgMutationCtx,
  args: { name: string; description?: string; definition?: string },
): Promise<Id<"scenarios">> {
  const read =
    args.definition === undefined ? await storable(emptyDefinition()) : await requireReadable(args.definition);
  const scenarioId = await insertScenario(ctx, { name: args.name, description: args.description, read });
  await recordScenarioAudit(ctx, scenarioId, "scenario.created");
  return scenarioId;
}

/** Copies the draft or a version into a new, disabled scenario of the same organization. */
export async function cloneScenario(
  ctx: OrgMutationCtx,
  args: { scenarioId: string; source: CloneSource; name?: string },
): Promise<Id<"scenarios">> {
  const original = await requireScenario(ctx, args);
  const read = await storable(parseStored(await definitionOf(ctx, original, args.source)));
  const name = args.name ?? `Copy of ${original.name}`.slice(0, MAX_NAME_LENGTH).toWellFormed();
  const scenarioId = await insertScenario(ctx, { name, description: original.description, read });
  await recordScenarioAudit(ctx, scenarioId, "scenario.cloned", { from: original._id, fromName: original.name });
  return scenarioId;
}

async function definitionOf(ctx: OrgQueryCtx, scenario: Doc<"scenarios">, source: CloneSource): Promise<string> {
  if (source.kind === "draft") return (await requireDraftOf(ctx, scenario._id)).definition;
  return await requireDefinition(ctx, await requireVersion(ctx, { scenarioId: scenario._id, number: source.number }));
}

async function requireReadable(definition: string): Promise<ReadDefinition> {
  const read = await readDefinition(definition);
  if (read.ok) return read;
  throw appError("invalid", "The definition is not valid.", { issues: read.issues.map(plainIssue) });
}

/** Issues as Convex values: without the optional fields that are not there. */
const plainIssue = (issue: Issue) => JSON.parse(JSON.stringify(issue)) as Value;

async function insertScenario(
  ctx: OrgMutationCtx,
  args: { name: string; description?: string; read: ReadDefinition },
): Promise<Id<"scenarios">> {
  const { organizationId, userId } = ctx.actor;
  const { definition, text, contentHash } = args.read;
  const organization = await ctx.db.get("organizations", organizationId);
  const gate = organization?.gate;
  const scenarioId = await ctx.db.insert("scenarios", {
    organizationId,
    name: requireText(args.name, { field: "name", maxLength: MAX_NAME_LENGTH }),
    description: checkDescription(args.description ?? ""),
    enabled: false,
    ...(gate && { gate }),
    ...dropsOf(effectiveRetention(organization)),
    lastVersionNumber: 0,
    liveVersionCount: 0,
    nodeHighWaterMark: highestNodeId(definition),
    draftContentHash: contentHash,
    nodeTypes: nodeTypesOf(definition),
    createdBy: userId,
    updatedBy: userId,
    ...touch(),
  });
  const draft = { organizationId, scenarioId, revision: 1, definition: text, contentHash };
  await ctx.db.insert("drafts", { ...draft, updatedBy: userId, ...touch() });
  await createWebhook(ctx, { organizationId, scenarioId });
  return scenarioId;
}

/** Changes name, description or whether triggers start runs. Throws `invalid` when it is enabled but never published. */
export async function updateScenario(
  ctx: OrgMutationCtx,
  args: { scenarioId: string; name?: string; description?: string; enabled?: boolean },
): Promise<void> {
  const scenario = await requireEditableScenario(ctx, args);
  if (args.enabled === true && scenario.publishedVersionId === undefined) {
    throw appError("invalid", "Publish the scenario before turning it on.", { reason: "not_published" });
  }
  const { name, description, enabled } = args;
  await ctx.db.patch("scenarios", scenario._id, {
    ...(name === undefined ? {} : { name: requireText(name, { field: "name", maxLength: MAX_NAME_LENGTH }) }),
    ...(description === undefined ? {} : { description: checkDescription(description) }),
    ...(enabled === undefined ? {} : { enabled }),
    updatedBy: ctx.actor.userId,
    ...touch(),
  });
  if (enabled !== undefined && enabled !== scenario.enabled) {
    await arrangeSchedule(ctx, scenario._id);
    await arrangePoller(ctx, scenario._id);
    await recordScenarioAudit(ctx, scenario._id, enabled ? "scenario.enabled" : "scenario.disabled");
  }
  await recordTextChanges(ctx, scenario);
}

/** Notes a new name, telling the old one, and a new description. `before`: the row as it was. */
async function recordTextChanges(ctx: OrgMutationCtx, before: Doc<"scenarios">): Promise<void> {
  const after = await ctx.db.get("scenarios", before._id);
  if (after === null) return;
  if (after.name !== before.name) {
    await recordScenarioAudit(ctx, before._id, "scenario.renamed", { before: before.name });
  }
  if (after.description !== before.description) await recordScenarioAudit(ctx, before._id, "scenario.updated");
}

/** Deletes a scenario as far as everybody is concerned: it is off and hidden, and can be restored. */
export async function archiveScenario(ctx: OrgMutationCtx, args: { scenarioId: string }): Promise<void> {
  const scenario = await requireScenario(ctx, args);
  if (scenario.archivedAt !== undefined) return;
  const { updatedAt } = touch();
  const archived = { archivedAt: updatedAt, enabled: false, updatedAt, updatedBy: ctx.actor.userId };
  await ctx.db.patch("scenarios", scenario._id, archived);
  await arrangeSchedule(ctx, scenario._id);
  await arrangePoller(ctx, scenario._id);
  await recordScenarioAudit(ctx, scenario._id, "scenario.archived");
}

/** Brings an archived scenario back, switched off. */
export async function restoreScenario(ctx: OrgMutationCtx, args: { scenarioId: string }): Promise<void> {
  const scenario = await requireScenario(ctx, args);
  if (scenario.archivedAt === undefined) return;
  await ctx.db.patch("scenarios", scenario._id, { archivedAt: undefined, updatedBy: ctx.actor.userId, ...touch() });
  await recordScenarioAudit(ctx, scenario._id, "scenario.restored");
}

const checkDescription = (description: string): string =>
  checkText(description, { field: "description", maxLength: MAX_DESCRIPTION_LENGTH });

async function recordScenarioAudit(
  ctx: OrgMutationCtx,
  scenarioId: Id<"scenarios">,
  action: AuditAction,
  details?: Record<string, string>,
) {
  const { organizationId } = ctx.actor;
  const resource = { type: "scenario" as const, id: scenarioId };
  await recordAudit(ctx, { organizationId, actor: ctx.actor, action, resource, ...(details ? { details } : {}) });
}
