import type { Id } from "../_generated/dataModel.d.ts";
import type { QueryCtx } from "../_generated/server.d.ts";

/** What an audit entry can be about. */
export type AuditedResource =
  | { type: "organization"; id: Id<"organizations"> }
  | { type: "user"; id: Id<"users"> }
  | { type: "scenario"; id: Id<"scenarios"> }
  | { type: "connection"; id: Id<"connections"> }
  | { type: "apiKey"; id: Id<"apiKeys"> }
  | { type: "run"; id: Id<"runs"> };

/** What people call it: its own name, a run by its scenario's. Null where the row is gone, or has no name. */
export async function getResourceName(ctx: QueryCtx, resource: AuditedResource): Promise<string | null> {
  switch (resource.type) {
    case "organization":
      return (await ctx.db.get("organizations", resource.id))?.name ?? null;
    case "user": {
      const user = await ctx.db.get("users", resource.id);
      return user?.email ?? user?.name ?? null;
    }
    case "scenario":
      return (await ctx.db.get("scenarios", resource.id))?.name ?? null;
    case "connection":
      return (await ctx.db.get("connections", resource.id))?.name ?? null;
    case "apiKey":
      return (await ctx.db.get("apiKeys", resource.id))?.name ?? null;
    case "run": {
      const run = await ctx.db.get("runs", resource.id);
      return run === null ? null : ((await ctx.db.get("scenarios", run.scenarioId))?.name ?? null);
    }
  }
}
