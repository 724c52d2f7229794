/** The one way a version comes to be: publish and rollback differ only in what they append. */
import { diffDefinitions, emptyDefinition, summarizeDiff, type Definition } from "@patchbay/core";
import type { Infer } from "convex/values";
import type { Doc, Id } from "../_generated/dataModel.d.ts";
import type { OrgMutationCtx } from "../functions.ts";
import { touch } from "../lib/time.ts";
import { interfaceText, noteCalls } from "../scenarios/calls.ts";
import { parseStored } from "../scenarios/definition.ts";
import { arrangePoller } from "../polling/model.ts";
import { arrangeSchedule, triggerOf } from "../schedules/model.ts";
import { arrangeWebhook } from "../webhooks/settings.ts";
import { transition } from "./states.ts";
import type { changesValidator } from "./tables.ts";

/** Versions of one scenario that are not archived. */
export const MAX_VERSIONS = 1_000;

export interface NewVersion {
  scenario: Doc<"scenarios">;
  definition: Definition;
  definitionId: Id<"versionDefinitions">;
  contentHash: string;
  label?: string;
  note?: string;
  restoredFrom?: number;
}

/**
 * Writes version N+1, supersedes the published one and moves the scenario's pointer, in the caller's transaction. The
 * first publish enables the scenario; later ones leave `enabled` as it is. Returns N+1.
 */
export async function appendVersion(ctx: OrgMutationCtx, args: NewVersion): Promise<number> {
  const { scenario } = args;
  const number = scenario.lastVersionNumber + 1;
  const changes = await changesSincePublished(ctx, scenario, args.definition);
  await supersedePublished(ctx, scenario);
  const versionId = await ctx.db.insert("versions", {
    organizationId: scenario.organizationId,
    scenarioId: scenario._id,
    number,
    state: "published",
    definitionId: args.definitionId,
    contentHash: args.contentHash,
    ...(args.label === undefined ? {} : { label: args.label }),
    ...(args.note === undefined ? {} : { note: args.note }),
    ...(args.restoredFrom === undefined ? {} : { restoredFrom: args.restoredFrom }),
    changes,
    createdBy: ctx.actor.userId,
    ...touch(),
  });
  await ctx.db.patch("scenarios", scenario._id, {
    publishedVersionId: versionId,
    publishedNumber: number,
    publishedDefinitionId: args.definitionId,
    publishedContentHash: args.contentHash,
    publishedTrigger: triggerOf(args.definition)?.kind,
    publishedInterface: interfaceText(args.definition),
    lastVersionNumber: number,
    liveVersionCount: scenario.liveVersionCount + 1,
    enabled: scenario.publishedVersionId === undefined ? true : scenario.enabled,
    updatedBy: ctx.actor.userId,
    ...touch(),
  });
  await arrangeSchedule(ctx, scenario._id);
  await arrangePoller(ctx, scenario._id);
  await arrangeWebhook(ctx, scenario._id, args.definition);
  await noteCalls(ctx, scenario, args.definition);
  return number;
}

async function supersedePublished(ctx: OrgMutationCtx, scenario: Doc<"scenarios">): Promise<void> {
  if (scenario.publishedVersionId === undefined) return;
  const published = await ctx.db.get("versions", scenario.publishedVersionId);
  if (published === null) throw new Error(`Scenario ${scenario._id} points at a missing version.`);
  const state = transition(published.state, "superseded");
  await ctx.db.patch("versions", published._id, { state, ...touch() });
}

async function changesSincePublished(
  ctx: OrgMutationCtx,
  scenario: Doc<"scenarios">,
  definition: Definition,
): Promise<Infer<typeof changesValidator>> {
  const stored = scenario.publishedDefinitionId
    ? await ctx.db.get("versionDefinitions", scenario.publishedDefinitionId)
    : null;
  const before = stored === null ? emptyDefinition() : parseStored(stored.definition);
  const { added, removed, changed, moved } = summarizeDiff(diffDefinitions(before, definition));
  return { added, removed, changed, moved };
}
