import { manifestCatalog } from "@patchbay/catalog/manifests";
import type { KnownConnection } from "@patchbay/core";
import type { Doc, Id } from "../_generated/dataModel.d.ts";
import { recordAudit, type AuditAction } from "../audit/model.ts";
import type { OrgMutationCtx, OrgQueryCtx } from "../functions.ts";
import { appError } from "../lib/errors.ts";
import { requireOwned } from "../lib/ids.ts";
import { requireText } from "../lib/text.ts";
import { touch } from "../lib/time.ts";
import { getPerson } from "../organizations/people.ts";
import { deleteBreaker, describeBreaker } from "./breakers.ts";

const MAX_NAME_LENGTH = 80;
const MAX_VALUE_LENGTH = 10_000;
const MAX_CONNECTIONS = 500;

/** A connection as it was encrypted in an action. */
export interface SealedConnection {
  type: string;
  name: string;
  sealId: string;
  sealedValues: Doc<"connections">["sealedValues"];
}

/** The organization's connections, names only; the newest first. */
export async function listConnections(ctx: OrgQueryCtx) {
  const rows = await connectionsOf(ctx);
  return await Promise.all(
    rows.map(async (row) => ({
      id: row._id,
      type: row.type,
      name: row.name,
      createdAt: row._creationTime,
      createdBy: await getPerson(ctx, row.createdBy),
      breaker: await describeBreaker(ctx, row),
    })),
  );
}

async function connectionsOf(ctx: OrgQueryCtx): Promise<Doc<"connections">[]> {
  return await ctx.db
    .query("connections")
    .withIndex("by_organization", (q) => q.eq("organizationId", ctx.actor.organizationId))
    .order("desc")
    .take(MAX_CONNECTIONS);
}

/** What checks of definitions need to know of the organization's connections. */
export async function knownConnections(ctx: OrgQueryCtx): Promise<KnownConnection[]> {
  return (await connectionsOf(ctx)).map(({ _id, type }) => ({ id: _id, type }));
}

/** The values of a connection type's fields, checked against its manifest. Throws `invalid`; never repeats a value. */
export function checkConnectionValues(type: string, values: Record<string, string>): Record<string, string> {
  const connectionType = manifestCatalog.getConnectionType(type);
  if (connectionType === null) throw appError("invalid", "There is no such connection type.", { field: "type" });
  const fields = new Map(connectionType.fields.map((field) => [field.name, field]));
  for (const [name, value] of Object.entries(values)) {
    if (!fields.has(name))
      throw appError("invalid", "The connection has a field that its type lacks.", { field: name });
    if (value.length > MAX_VALUE_LENGTH) throw appError("invalid", "A value is too long.", { field: name });
  }
  for (const field of fields.values()) {
    if (field.required && !values[field.name]) {
      throw appError("invalid", `${field.label} is missing.`, { field: field.name });
    }
  }
  return values;
}

/** Stores a connection. Throws `invalid` or `limit_reached`. */
export async function createConnection(ctx: OrgMutationCtx, args: SealedConnection): Promise<Id<"connections">> {
  if ((await connectionsOf(ctx)).length >= MAX_CONNECTIONS) {
    throw appError("limit_reached", `An organization can have ${MAX_CONNECTIONS} connections.`);
  }
  const { organizationId, userId } = ctx.actor;
  const id = await ctx.db.insert("connections", {
    organizationId,
    type: args.type,
    name: requireText(args.name, { field: "name", maxLength: MAX_NAME_LENGTH }),
    sealedValues: args.sealedValues,
    sealId: args.sealId,
    createdBy: userId,
    ...touch(),
  });
  await record(ctx, id, "connection.created");
  return id;
}

export async function renameConnection(
  ctx: OrgMutationCtx,
  args: { connectionId: string; name: string },
): Promise<void> {
  const connection = await requireConnection(ctx, args.connectionId);
  const name = requireText(args.name, { field: "name", maxLength: MAX_NAME_LENGTH });
  await ctx.db.patch("connections", connection._id, { name, ...touch() });
  await record(ctx, connection._id, "connection.renamed", { before: connection.name });
}

/** Deletes the credentials for good; nodes that name the connection fail from now on. */
export async function deleteConnection(ctx: OrgMutationCtx, args: { connectionId: string }): Promise<void> {
  const connection = await requireConnection(ctx, args.connectionId);
  await record(ctx, connection._id, "connection.deleted");
  await deleteBreaker(ctx, connection);
  await ctx.db.delete("connections", connection._id);
}

export async function requireConnection(ctx: OrgQueryCtx, id: string): Promise<Doc<"connections">> {
  return await requireOwned(ctx, "connections", {
    organizationId: ctx.actor.organizationId,
    id,
    what: "connection",
  });
}

export async function record(
  ctx: OrgMutationCtx,
  id: Id<"connections">,
  action: AuditAction,
  details?: Record<string, string | number>,
): Promise<void> {
  const { organizationId } = ctx.actor;
  const resource = { type: "connection" as const, id };
  await recordAudit(ctx, { organizationId, actor: ctx.actor, action, resource, ...(details ? { details } : {}) });
}
