import { v } from "convex/values";
import { orgQuery } from "../functions.ts";
import { boundedPage, mapPage, paginated, paginationOptsValidator } from "../lib/pagination.ts";
import { getPerson, personValidator } from "../organizations/people.ts";
import { listAudit } from "./model.ts";
import { actorKindValidator, severityValidator } from "./tables.ts";

export const listAuditEntries = orgQuery({
  permission: "org:settings:update",
  args: { paginationOpts: paginationOptsValidator },
  returns: paginated(
    v.object({
      id: v.id("auditEntries"),
      at: v.number(),
      actorKind: actorKindValidator,
      actor: v.union(personValidator, v.null()),
      action: v.string(),
      resourceType: v.string(),
      resourceId: v.string(),
      resourceName: v.union(v.string(), v.null()),
      severity: severityValidator,
      address: v.union(v.string(), v.null()),
      agent: v.union(v.string(), v.null()),
      details: v.union(v.string(), v.null()),
    }),
  ),
  handler: async (ctx, args) => {
    const { organizationId } = ctx.actor;
    const result = await listAudit(ctx, { organizationId, paginationOpts: boundedPage(args.paginationOpts) });
    return await mapPage(result, async (entry) => ({
      id: entry._id,
      at: entry._creationTime,
      actorKind: entry.actorKind,
      actor: entry.actorId ? await getPerson(ctx, entry.actorId) : null,
      action: entry.action,
      resourceType: entry.resourceType,
      resourceId: entry.resourceId,
      resourceName: entry.resourceName ?? null,
      severity: entry.severity,
      address: entry.address ?? null,
      agent: entry.agent ?? null,
      details: entry.details ?? null,
    }));
  },
});
