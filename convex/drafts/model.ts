import { emptyDefinition, highestNodeId, type Issue } from "@patchbay/core";
import type { Doc } from "../_generated/dataModel.d.ts";
import type { OrgMutationCtx, OrgQueryCtx } from "../functions.ts";
import { recordAudit } from "../audit/model.ts";
import { notFound } from "../lib/errors.ts";
import { touch } from "../lib/time.ts";
import { getPerson } from "../organizations/people.ts";
import { requireEditableScenario, requireScenario } from "../scenarios/access.ts";
import { nodeTypesOf, parseStored, readDefinition, storable, type ReadDefinition } from "../scenarios/definition.ts";
import { getVersionByNumber, requireDefinition } from "../versions/read.ts";
import { requireDraftOf } from "./read.ts";

/** The draft as it now is, for who saved from an older revision. */
export interface DraftHead {
  revision: number;
  definition: string;
  updatedAt: number;
  updatedBy: { name: string } | null;
}

export type SaveResult =
  | { kind: "ok"; revision: number; updatedAt: number }
  | { kind: "conflict"; head: DraftHead }
  | { kind: "invalid"; issues: Issue[] };

/** The scenario's draft. */
export async function getDraft(ctx: OrgQueryCtx, args: { scenarioId: string }) {
  const scenario = await requireScenario(ctx, args);
  const draft = await requireDraftOf(ctx, scenario._id);
  return {
    ...(await headOf(ctx, draft)),
    baseVersion: draft.baseVersion ?? null,
    differsFromPublished: draft.contentHash !== scenario.publishedContentHash,
  };
}

/** Replaces the draft's definition, if `baseRevision` is still its revision. Semantic faults do not stop a save. */
export async function saveDraft(
  ctx: OrgMutationCtx,
  args: { scenarioId: string; baseRevision: number; definition: string },
): Promise<SaveResult> {
  const scenario = await requireEditableScenario(ctx, args);
  const read = await readDefinition(args.definition);
  if (!read.ok) return { kind: "invalid", issues: read.issues };
  return await replaceDraft(ctx, { scenario, baseRevision: args.baseRevision, read });
}

/** Puts a version's definition into the draft, if `baseRevision` is still its revision. */
export async function loadVersion(
  ctx: OrgMutationCtx,
  args: { scenarioId: string; baseRevision: number; number: number },
): Promise<SaveResult> {
  const scenario = await requireEditableScenario(ctx, args);
  const result = await replaceWithVersion(ctx, { scenario, baseRevision: args.baseRevision, number: args.number });
  if (result.kind === "ok") await recordDraftAudit(ctx, scenario, "draft.versionLoaded", args.number);
  return result;
}

/** Throws the draft's changes away: back to the published version, or to an empty definition before the first publish. */
export async function discardDraft(
  ctx: OrgMutationCtx,
  args: { scenarioId: string; baseRevision: number },
): Promise<SaveResult> {
  const scenario = await requireEditableScenario(ctx, args);
  const number = scenario.publishedNumber;
  const result =
    number === undefined
      ? await replaceDraft(ctx, { scenario, baseRevision: args.baseRevision, read: await storable(emptyDefinition()) })
      : await replaceWithVersion(ctx, { scenario, baseRevision: args.baseRevision, number });
  if (result.kind === "ok") await recordDraftAudit(ctx, scenario, "draft.discarded", number ?? null);
  return result;
}

async function replaceWithVersion(
  ctx: OrgMutationCtx,
  args: { scenario: Doc<"scenarios">; baseRevision: number; number: number },
): Promise<SaveResult> {
  const version = await getVersionByNumber(ctx, { scenarioId: args.scenario._id, number: args.number });
  if (version === null) throw notFound("version");
  const read = await storable(parseStored(await requireDefinition(ctx, version)));
  return await replaceDraft(ctx, { ...args, read, baseVersion: args.number });
}

/** The compare-and-set that every change of a draft goes through. */
export async function replaceDraft(
  ctx: OrgMutationCtx,
  args: { scenario: Doc<"scenarios">; baseRevision: number; read: ReadDefinition; baseVersion?: number },
): Promise<SaveResult> {
  const { scenario, read } = args;
  const draft = await requireDraftOf(ctx, scenario._id);
  if (draft.revision !== args.baseRevision) return { kind: "conflict", head: await headOf(ctx, draft) };
  const revision = draft.revision + 1;
  const { updatedAt } = touch();
  await ctx.db.patch("drafts", draft._id, {
    revision,
    definition: read.text,
    contentHash: read.contentHash,
    ...(args.baseVersion === undefined ? {} : { baseVersion: args.baseVersion }),
    updatedAt,
    updatedBy: ctx.actor.userId,
  });
  await ctx.db.patch("scenarios", scenario._id, {
    nodeHighWaterMark: Math.max(scenario.nodeHighWaterMark, highestNodeId(read.definition)),
    draftContentHash: read.contentHash,
    nodeTypes: nodeTypesOf(read.definition),
    updatedAt,
    updatedBy: ctx.actor.userId,
  });
  return { kind: "ok", revision, updatedAt };
}

async function headOf(ctx: OrgQueryCtx, draft: Doc<"drafts">): Promise<DraftHead> {
  return {
    revision: draft.revision,
    definition: draft.definition,
    updatedAt: draft.updatedAt,
    updatedBy: await getPerson(ctx, draft.updatedBy),
  };
}

async function recordDraftAudit(
  ctx: OrgMutationCtx,
  scenario: Doc<"scenarios">,
  action: "draft.versionLoaded" | "draft.discarded",
  version: number | null,
) {
  await recordAudit(ctx, {
    organizationId: scenario.organizationId,
    actor: ctx.actor,
    action,
    resource: { type: "scenario", id: scenario._id },
    details: { version },
  });
}
