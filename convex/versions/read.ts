import type { Doc, Id } from "../_generated/dataModel.d.ts";
import type { QueryCtx } from "../_generated/server.d.ts";

/** A version's row by its number, or null. */
export async function getVersionByNumber(
  ctx: QueryCtx,
  args: { scenarioId: Id<"scenarios">; number: number },
): Promise<Doc<"versions"> | null> {
  return await ctx.db
    .query("versions")
    .withIndex("by_scenario_and_number", (q) => q.eq("scenarioId", args.scenarioId).eq("number", args.number))
    .unique();
}

/** A version's definition as JSON text. Throws when the row is missing, which no code path can bring about. */
export async function requireDefinition(ctx: QueryCtx, version: Doc<"versions">): Promise<string> {
  const stored = await ctx.db.get("versionDefinitions", version.definitionId);
  if (stored === null) throw new Error(`Version ${version._id} has lost its definition.`);
  return stored.definition;
}
