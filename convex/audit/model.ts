import type { Infer } from "convex/values";
import type { Doc, Id } from "../_generated/dataModel.d.ts";
import type { MutationCtx, QueryCtx } from "../_generated/server.d.ts";
import type { ActorFields } from "../organizations/authorize.ts";
import { requestOrigin } from "../lib/request.ts";
import { DAY_MS } from "../lib/time.ts";
import { getResourceName, type AuditedResource } from "./resources.ts";
import type { severityValidator } from "./tables.ts";

/** Everything that is recorded, with how much it matters to somebody who looks for trouble. */
const severities = {
  "organization.created": "info",
  "organization.renamed": "notice",
  "organization.paused": "warning",
  "organization.resumed": "notice",
  "organization.drained": "warning",
  "organization.opened": "notice",
  "organization.limited": "notice",
  "user.created": "notice",
  "user.passwordReset": "warning",
  "scenario.created": "info",
  "scenario.renamed": "info",
  "scenario.updated": "info",
  "scenario.enabled": "notice",
  "scenario.disabled": "notice",
  "scenario.paused": "notice",
  "scenario.resumed": "notice",
  "scenario.queueEmptied": "warning",
  "scenario.cloned": "info",
  "scenario.archived": "warning",
  "scenario.restored": "notice",
  "draft.discarded": "info",
  "draft.versionLoaded": "info",
  "draft.nodesUpgraded": "notice",
  "version.published": "notice",
  "version.rolledBack": "warning",
  "connection.created": "notice",
  "connection.renamed": "info",
  "connection.deleted": "warning",
  "connection.breakerReset": "notice",
  "connection.breakerSet": "info",
  "apiKey.created": "notice",
  "apiKey.revoked": "notice",
  "run.started": "info",
  "run.dryRunStarted": "info",
  "run.nodeStarted": "info",
  "organization.retentionSet": "warning",
  "scenario.retentionSet": "warning",
  "run.kept": "info",
  "run.letGo": "info",
  "run.dataDeleted": "warning",
  "run.cancelled": "notice",
  "run.retried": "notice",
  "run.retriedEdited": "warning",
  "run.resolved": "warning",
  "run.restarted": "notice",
  "run.retriesStopped": "info",
  "run.bulkStarted": "warning",
  "run.bulkCancelled": "notice",
  "run.answered": "notice",
  "run.waitSkipped": "notice",
  "run.replayed": "info",
  "webhook.listeningStarted": "info",
  "scenario.stoppedPolling": "warning",
  "webhook.secretSet": "notice",
  "webhook.secretRotated": "notice",
  "webhook.secretRemoved": "warning",
} as const satisfies Record<string, Infer<typeof severityValidator>>;
export type AuditAction = keyof typeof severities;

export interface AuditEvent {
  organizationId: Id<"organizations">;
  /** Null when the operator acted through the CLI. */
  actor: ActorFields | null;
  action: AuditAction;
  resource: AuditedResource;
  /** JSON; never a secret. */
  details?: Record<string, string | number | boolean | null>;
}

/**
 * Writes the entry in the caller's own transaction: both happen or neither does. The resource's name is noted as it is at
 * that moment, so what deletes a row records first.
 */
export async function recordAudit(ctx: MutationCtx, event: AuditEvent): Promise<void> {
  const { ip, userAgent } = await requestOrigin(ctx);
  const resourceName = await getResourceName(ctx, event.resource);
  await ctx.db.insert("auditEntries", {
    organizationId: event.organizationId,
    actorKind: event.actor?.kind ?? "system",
    ...(event.actor ? { actorId: event.actor.userId } : {}),
    ...(event.actor?.apiKeyId ? { apiKeyId: event.actor.apiKeyId } : {}),
    action: event.action,
    resourceType: event.resource.type,
    resourceId: event.resource.id,
    ...(resourceName === null ? {} : { resourceName }),
    severity: severities[event.action],
    ...(ip ? { address: ip } : {}),
    ...(userAgent ? { agent: userAgent.slice(0, 300) } : {}),
    ...(event.details ? { details: JSON.stringify(event.details) } : {}),
  });
}

/** An organization's entries, newest first. */
export async function listAudit(
  ctx: QueryCtx,
  args: { organizationId: Id<"organizations">; paginationOpts: Parameters<PaginatedAudit["paginate"]>[0] },
) {
  return await auditOf(ctx, args.organizationId).paginate(args.paginationOpts);
}

type PaginatedAudit = ReturnType<typeof auditOf>;
const auditOf = (ctx: QueryCtx, organizationId: Id<"organizations">) =>
  ctx.db
    .query("auditEntries")
    .withIndex("by_organization", (q) => q.eq("organizationId", organizationId))
    .order("desc");

/** How long entries are kept. */
export const AUDIT_RETENTION_MS = 365 * DAY_MS;

/** Deletes up to `limit` entries that are older than the retention time; returns how many there were. */
export async function deleteExpiredAudit(ctx: MutationCtx, limit: number): Promise<number> {
  const expired: Doc<"auditEntries">[] = await ctx.db
    .query("auditEntries")
    .withIndex("by_creation_time", (q) => q.lt("_creationTime", Date.now() - AUDIT_RETENTION_MS))
    .take(limit);
  for (const entry of expired) await ctx.db.delete("auditEntries", entry._id);
  return expired.length;
}
