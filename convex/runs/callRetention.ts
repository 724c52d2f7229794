/** What becomes of calls when runs are past their time: a called run is kept for as long as its caller, whose page leads to it. */
import type { Doc } from "../_generated/dataModel.d.ts";
import type { MutationCtx, QueryCtx } from "../functions.ts";
import { dropDataOf } from "../retention/data.ts";
import { callOf } from "./callRows.ts";

/** Calls of one run that are gone through; refused ones beyond that stay, and are found by nobody. */
const MAX_CALLS = 500;

/** Whether the run that called this one still exists. */
export async function isKeptForCaller(ctx: QueryCtx, run: Doc<"runs">): Promise<boolean> {
  return run.parentRunId !== undefined && (await ctx.db.get("runs", run.parentRunId)) !== null;
}

/** Deletes a called run's data where only its row is kept, now that nobody waits for what it returned. */
export async function dropReturned(ctx: MutationCtx, run: Doc<"runs"> | null): Promise<void> {
  if (run?.dropsData && run.state === "succeeded") await dropDataOf(ctx, run._id);
}

/** Deletes the call that started the run, those of its own that started none, and its count of started runs. */
export async function forgetCalls(ctx: MutationCtx, run: Doc<"runs">): Promise<void> {
  const own = run.parentRunId === undefined ? null : await callOf(ctx, run._id);
  if (own) await ctx.db.delete("runCalls", own._id);
  const made = await ctx.db
    .query("runCalls")
    .withIndex("by_parent_and_operation", (q) => q.eq("parentRunId", run._id))
    .take(MAX_CALLS);
  for (const call of made) if (call.childRunId === undefined) await ctx.db.delete("runCalls", call._id);
  const family = await ctx.db
    .query("runFamilies")
    .withIndex("by_root", (q) => q.eq("rootRunId", run._id))
    .unique();
  if (family) await ctx.db.delete("runFamilies", family._id);
}
