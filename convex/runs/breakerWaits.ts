/** Who waits for a connection whose circuit breaker is open. */
import type { Id } from "../_generated/dataModel.d.ts";
import type { MutationCtx } from "../functions.ts";

/** Notes that the run waits for the connection. */
export async function addWait(ctx: MutationCtx, wait: { connectionId: Id<"connections">; runId: Id<"runs"> }) {
  await ctx.db.insert("breakerWaits", wait);
}

/** Call it when a run that waited for a connection goes on or ends. */
export async function dropWaits(ctx: MutationCtx, runId: Id<"runs">): Promise<void> {
  const rows = ctx.db.query("breakerWaits").withIndex("by_run", (q) => q.eq("runId", runId));
  for await (const row of rows) await ctx.db.delete("breakerWaits", row._id);
}
