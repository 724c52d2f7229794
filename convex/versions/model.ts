import type { Definition, Issue } from "@patchbay/core";
import { manifestCatalog } from "@patchbay/catalog/manifests";
import type { PaginationOptions } from "convex/server";
import type { Doc, Id } from "../_generated/dataModel.d.ts";
import { recordAudit } from "../audit/model.ts";
import { requireDraftOf } from "../drafts/read.ts";
import type { OrgMutationCtx, OrgQueryCtx } from "../functions.ts";
import { notFound } from "../lib/errors.ts";
import { getOwned } from "../lib/ids.ts";
import { boundedPage, mapPage } from "../lib/pagination.ts";
import { checkText } from "../lib/text.ts";
import { getPerson } from "../organizations/people.ts";
import { requireEditableScenario, requireScenario } from "../scenarios/access.ts";
import { loadCallables } from "../scenarios/calls.ts";
import { parseStored, publishErrors } from "../scenarios/definition.ts";
import { secretErrors } from "../webhooks/settings.ts";
import { appendVersion, MAX_VERSIONS } from "./append.ts";
import { countLiveRuns } from "./liveRuns.ts";
import { getVersionByNumber, requireDefinition } from "./read.ts";

export { resolveVersion, loadPinnedDefinition } from "./resolve.ts";
export type { RequestedSource, ResolvedVersion, RunSource } from "./resolve.ts";

export const MAX_LABEL_LENGTH = 80;
export const MAX_NOTE_LENGTH = 5_000;

export type PublishResult =
  | { kind: "ok"; number: number }
  | { kind: "unchanged"; number: number }
  | { kind: "invalid"; issues: Issue[] }
  | { kind: "conflict"; revision: number }
  | { kind: "version_limit" };

export type RollbackResult =
  | { kind: "ok"; number: number; draftDiffers: boolean }
  | { kind: "current" }
  | { kind: "archived" }
  | { kind: "version_limit" };

/**
 * Publishes the draft, if it is still at `draftRevision`, as the next version. One transaction: the version, the pointer, the
 * state of the version before and the audit entry, or nothing.
 */
export async function publish(
  ctx: OrgMutationCtx,
  args: { scenarioId: string; draftRevision: number; label?: string; note?: string },
): Promise<PublishResult> {
  const label = optionalText(args.label, "label", MAX_LABEL_LENGTH);
  const note = optionalText(args.note, "note", MAX_NOTE_LENGTH);
  const scenario = await requireEditableScenario(ctx, args);
  const draft = await requireDraftOf(ctx, scenario._id);
  if (draft.revision !== args.draftRevision) return { kind: "conflict", revision: draft.revision };
  if (scenario.publishedNumber !== undefined && draft.contentHash === scenario.publishedContentHash) {
    return { kind: "unchanged", number: scenario.publishedNumber };
  }
  const definition = parseStored(draft.definition);
  const issues = [
    ...publishErrors(definition, await loadCallables(ctx, { scenario, definition })),
    ...(await connectionErrors(ctx, definition)),
    ...(await secretErrors(ctx, { scenarioId: scenario._id, definition })),
  ];
  if (issues.length > 0) return { kind: "invalid", issues };
  if (scenario.liveVersionCount >= MAX_VERSIONS) return { kind: "version_limit" };

  const { organizationId, _id: scenarioId } = scenario;
  const { contentHash } = draft;
  const definitionId = await ctx.db.insert("versionDefinitions", {
    organizationId,
    scenarioId,
    contentHash,
    definition: draft.definition,
  });
  const number = await appendVersion(ctx, { scenario, definition, definitionId, contentHash, label, note });
  await ctx.db.patch("drafts", draft._id, { baseVersion: number });
  await recordVersionAudit(ctx, scenario, "version.published", { number, label: label ?? null });
  return { kind: "ok", number };
}

/** Makes version `number`'s content the published one again, as a new version. Never touches the draft. */
export async function rollback(
  ctx: OrgMutationCtx,
  args: { scenarioId: string; number: number },
): Promise<RollbackResult> {
  const scenario = await requireEditableScenario(ctx, args);
  const target = await requireVersion(ctx, { scenarioId: scenario._id, number: args.number });
  if (target.state === "published") return { kind: "current" };
  if (target.state === "archived") return { kind: "archived" };
  if (scenario.liveVersionCount >= MAX_VERSIONS) return { kind: "version_limit" };

  const number = await appendVersion(ctx, {
    scenario,
    definition: parseStored(await requireDefinition(ctx, target)),
    definitionId: target.definitionId,
    contentHash: target.contentHash,
    restoredFrom: target.number,
  });
  await recordVersionAudit(ctx, scenario, "version.rolledBack", { number, restoredFrom: target.number });
  const draft = await requireDraftOf(ctx, scenario._id);
  return { kind: "ok", number, draftDiffers: draft.contentHash !== target.contentHash };
}

/** A scenario's versions, newest first, without their definitions. */
export async function listVersions(ctx: OrgQueryCtx, args: { scenarioId: string; paginationOpts: PaginationOptions }) {
  const scenario = await requireScenario(ctx, args);
  const result = await ctx.db
    .query("versions")
    .withIndex("by_scenario_and_number", (q) => q.eq("scenarioId", scenario._id))
    .order("desc")
    .paginate(boundedPage(args.paginationOpts));
  const liveRunsOf = await countLiveRuns(ctx, scenario._id);
  return await mapPage(result, (version) => summarizeVersion(ctx, version, liveRunsOf));
}

/** As `listVersions`, for the HTTP API: up to `limit` versions with numbers below `before`. */
export async function listVersionsBefore(
  ctx: OrgQueryCtx,
  args: { scenarioId: string; before: number; limit: number },
) {
  const scenario = await requireScenario(ctx, args);
  const rows = await ctx.db
    .query("versions")
    .withIndex("by_scenario_and_number", (q) => q.eq("scenarioId", scenario._id).lt("number", args.before))
    .order("desc")
    .take(args.limit);
  const liveRunsOf = await countLiveRuns(ctx, scenario._id);
  return await Promise.all(rows.map((version) => summarizeVersion(ctx, version, liveRunsOf)));
}

/** One version with its definition, or null. */
export async function getVersion(ctx: OrgQueryCtx, args: { scenarioId: string; number: number }) {
  const scenario = await requireScenario(ctx, args);
  const version = await getVersionByNumber(ctx, { scenarioId: scenario._id, number: args.number });
  if (version === null) return null;
  const summary = await summarizeVersion(ctx, version, await countLiveRuns(ctx, scenario._id));
  return { ...summary, definition: await requireDefinition(ctx, version) };
}

/** One version without its definition. Throws `not_found`. */
export async function getVersionSummary(ctx: OrgQueryCtx, args: { scenarioId: string; number: number }) {
  const scenario = await requireScenario(ctx, args);
  const version = await requireVersion(ctx, { scenarioId: scenario._id, number: args.number });
  return await summarizeVersion(ctx, version, await countLiveRuns(ctx, scenario._id));
}

async function summarizeVersion(ctx: OrgQueryCtx, version: Doc<"versions">, liveRunsOf: (version: number) => number) {
  return {
    number: version.number,
    state: version.state,
    label: version.label ?? null,
    note: version.note ?? null,
    restoredFrom: version.restoredFrom ?? null,
    contentHash: version.contentHash,
    // Convex tells rows of the same millisecond apart by a fraction.
    createdAt: Math.floor(version._creationTime),
    createdBy: await getPerson(ctx, version.createdBy),
    changes: version.changes,
    liveRuns: liveRunsOf(version.number),
  };
}

/** A scenario's version by number; throws `not_found`. */
export async function requireVersion(
  ctx: OrgQueryCtx,
  args: { scenarioId: Id<"scenarios">; number: number },
): Promise<Doc<"versions">> {
  const version = await getVersionByNumber(ctx, args);
  if (version === null) throw notFound("version");
  return version;
}

/** Connections that nodes name must be the organization's own and of a type that the node takes. */
async function connectionErrors(ctx: OrgQueryCtx, definition: Definition): Promise<Issue[]> {
  const issues: Issue[] = [];
  for (const node of definition.nodes) {
    if (node.connectionId === undefined) continue;
    const owner = { organizationId: ctx.actor.organizationId, id: node.connectionId };
    const connection = await getOwned(ctx, "connections", owner);
    const accepted = connectionTypesOf(node.type, node.typeVersion);
    if (connection !== null && accepted.includes(connection.type)) continue;
    issues.push({
      code: connection === null ? "connection_missing" : "connection_type",
      severity: "error",
      message: connection === null ? "The node's connection does not exist." : "The node cannot use this connection.",
      fix: "Choose another connection for the node.",
      nodeId: node.id,
    });
  }
  return issues;
}

/** The connection types that a node takes, in full (`http.bearer`); manifests may leave out their own prefix. */
function connectionTypesOf(type: string, typeVersion: number): string[] {
  const kind = manifestCatalog.getNodeKind(type, typeVersion);
  if (kind === null) return [];
  const names = kind.node.connectionTypes ?? [];
  return names.map((name) => (name.includes(".") ? name : `${kind.manifest.name}.${name}`));
}

function optionalText(text: string | undefined, field: string, maxLength: number): string | undefined {
  const trimmed = text?.trim();
  return trimmed ? checkText(trimmed, { field, maxLength }) : undefined;
}

async function recordVersionAudit(
  ctx: OrgMutationCtx,
  scenario: Doc<"scenarios">,
  action: "version.published" | "version.rolledBack",
  details: Record<string, string | number | null>,
) {
  await recordAudit(ctx, {
    organizationId: scenario.organizationId,
    actor: ctx.actor,
    action,
    resource: { type: "scenario", id: scenario._id },
    details,
  });
}
