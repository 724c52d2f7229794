/** Deletes what runs hold, a bounded amount per transaction. */
import { internal } from "../_generated/api.js";
import type { Doc, Id } from "../_generated/dataModel.d.ts";
import type { MutationCtx } from "../functions.ts";
import { getLog } from "../runs/log.ts";
import { deleteSomeParts } from "../runs/parts.ts";

/** Rows of up to 900 KB that one transaction deletes; it reads each of them. */
export const PARTS_PER_TRANSACTION = 10;

/** What of `PARTS_PER_TRANSACTION` is left. */
export interface Budget {
  parts: number;
}

export const newBudget = (): Budget => ({ parts: PARTS_PER_TRANSACTION });

/** Deletes the run's data; its row and the log's stay. False where the budget did not suffice: call again. */
export async function deleteData(ctx: MutationCtx, run: Doc<"runs">, budget: Budget): Promise<boolean> {
  budget.parts -= await deleteSomeParts(ctx, { logId: run.logId, limit: budget.parts });
  if (budget.parts <= 0) return false;
  const log = await getLog(ctx, run);
  if (log) {
    await ctx.db.patch("runLogs", log._id, {
      operations: "",
      closedParts: 0,
      payload: undefined,
      state: undefined,
      edges: undefined,
    });
  }
  return true;
}

/** Deletes the data of a run that has ended, at once or, where there is much of it, in transactions that follow. */
export async function dropData(ctx: MutationCtx, run: Doc<"runs">): Promise<void> {
  await ctx.db.patch("runs", run._id, { dataDeletedAt: Date.now() });
  if (await deleteData(ctx, run, newBudget())) return;
  await ctx.scheduler.runAfter(0, internal.retention.cleaning.goOnDropping, { runId: run._id });
}

/** The same for a run that has just ended. */
export async function dropDataOf(ctx: MutationCtx, runId: Id<"runs">): Promise<void> {
  const run = await ctx.db.get("runs", runId);
  if (run) await dropData(ctx, run);
}
