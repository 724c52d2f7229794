import type { Doc, Id } from "../_generated/dataModel.d.ts";
import type { QueryCtx } from "../_generated/server.d.ts";

/** The scenario's shared draft, or null. */
export async function getDraftOf(ctx: QueryCtx, scenarioId: Id<"scenarios">): Promise<Doc<"drafts"> | null> {
  return await ctx.db
    .query("drafts")
    .withIndex("by_scenario", (q) => q.eq("scenarioId", scenarioId))
    .unique();
}

/** The scenario's shared draft. Throws when it is missing, which no code path can bring about. */
export async function requireDraftOf(ctx: QueryCtx, scenarioId: Id<"scenarios">): Promise<Doc<"drafts">> {
  const draft = await getDraftOf(ctx, scenarioId);
  if (draft === null) throw new Error(`Scenario ${scenarioId} has lost its draft.`);
  return draft;
}
