/** Runs that go on by a timer: delays, retries, and broken-off runs that try again by themselves. */
import type { Doc, Id } from "../_generated/dataModel.d.ts";
import type { MutationCtx } from "../functions.ts";
import { handInOvertaken } from "../waits/answer.ts";
import { stepRun } from "./step.ts";

/** Goes on with a waiting run; does nothing when it has moved on since the timer was set. */
export async function wakeRun(ctx: MutationCtx, args: { runId: Id<"runs">; generation: number }): Promise<void> {
  const run = await ctx.db.get("runs", args.runId);
  if (run?.queue !== "waiting" || run.generation !== args.generation) return;
  await wakeWaiting(ctx, run);
}

/** Goes on with a run whose time has come. */
export async function wakeWaiting(ctx: MutationCtx, run: Doc<"runs">): Promise<void> {
  if ((run.waitReason === "event" || run.waitReason === "approval") && (await handInOvertaken(ctx, run))) return;
  const kind = run.waitReason === "break" ? "retry" : "timer";
  await stepRun(ctx, run, { kind }, { holder: "queue" });
}
