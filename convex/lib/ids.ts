import type { GenericDatabaseReader } from "convex/server";
import type { DataModel, Doc, Id, TableNames } from "../_generated/dataModel.d.ts";
import { notFound } from "./errors.ts";

/** Tables whose rows belong to an organization. */
type OwnedTable = {
  [Table in TableNames]: Doc<Table> extends { organizationId: Id<"organizations"> } ? Table : never;
}[TableNames];

/**
 * Loads a row that must belong to the organization. Ids arrive as untrusted text; an unreadable one, a missing row and
 * another organization's row all answer `null`.
 */
export async function getOwned<Table extends OwnedTable>(
  ctx: { db: GenericDatabaseReader<DataModel> },
  table: Table,
  args: { organizationId: Id<"organizations">; id: string },
): Promise<Doc<Table> | null> {
  const id = ctx.db.normalizeId(table, args.id);
  if (id === null) return null;
  const row = await ctx.db.get(table, id);
  if (row === null) return null;
  // `OwnedTable` says that the row has an owner, but TypeScript cannot follow that through a generic table name.
  const { organizationId } = row as unknown as { organizationId: Id<"organizations"> };
  return organizationId === args.organizationId ? row : null;
}

/** As `getOwned`, but throws `not_found`, naming the row as `what` ("scenario", say). */
export async function requireOwned<Table extends OwnedTable>(
  ctx: { db: GenericDatabaseReader<DataModel> },
  table: Table,
  args: { organizationId: Id<"organizations">; id: string; what: string },
): Promise<Doc<Table>> {
  const row = await getOwned(ctx, table, args);
  if (row === null) throw notFound(args.what);
  return row;
}
