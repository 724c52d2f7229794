/** Finds what is kept of Wait nodes' operations. */
import type { Doc, Id } from "../_generated/dataModel.d.ts";
import type { QueryCtx } from "../_generated/server.d.ts";

type Place = Pick<Doc<"runWaits">, "nodeId" | "bundlePath">;

/** The row of an operation that waits, will wait or has waited; null where nobody has its address and it was not reached. */
export async function findWait(ctx: QueryCtx, runId: Id<"runs">, place: Place): Promise<Doc<"runWaits"> | null> {
  const { nodeId, bundlePath } = place;
  return await ctx.db
    .query("runWaits")
    .withIndex("by_run_and_nodeId_and_bundlePath", (q) =>
      q.eq("runId", runId).eq("nodeId", nodeId).eq("bundlePath", bundlePath),
    )
    .unique();
}

/** The row that a token belongs to; null for a token that nobody was given. */
export async function findByTokenHash(ctx: QueryCtx, tokenHash: string): Promise<Doc<"runWaits"> | null> {
  return await ctx.db
    .query("runWaits")
    .withIndex("by_tokenHash", (q) => q.eq("tokenHash", tokenHash))
    .unique();
}

/** Rows of one run that are looked through for the one that is open. */
const MAX_LOOKED_THROUGH = 50;

/** The title of what a run waits for; null where it is not found. */
export async function titleOfWait(ctx: QueryCtx, runId: Id<"runs">): Promise<string | null> {
  const waits = await ctx.db
    .query("runWaits")
    .withIndex("by_run_and_nodeId_and_bundlePath", (q) => q.eq("runId", runId))
    .take(MAX_LOOKED_THROUGH);
  const request = waits.find(({ state }) => state === "open")?.request;
  const { title } = (request === undefined ? {} : JSON.parse(request)) as { title?: unknown };
  return typeof title === "string" ? title : null;
}
