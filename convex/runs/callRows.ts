/** The rows of calls: which run called which, and what came of it. */
import type { JsonValue } from "@patchbay/core";
import type { CallCommand, EffectOutcome, Event } from "@patchbay/engine";
import type { Doc, Id } from "../_generated/dataModel.d.ts";
import type { MutationCtx, QueryCtx } from "../functions.ts";
import { readmit } from "./gates.ts";
import { readParts } from "./parts.ts";

export type Call = Doc<"runCalls">;

/** The call that an attempt at an operation has made, or null. */
export async function findCall(
  ctx: QueryCtx,
  parentRunId: Id<"runs">,
  { operationId, attempt }: Pick<CallCommand, "operationId" | "attempt">,
): Promise<Call | null> {
  return await ctx.db
    .query("runCalls")
    .withIndex("by_parent_and_operation", (q) =>
      q.eq("parentRunId", parentRunId).eq("operationId", operationId).eq("attempt", attempt),
    )
    .unique();
}

/** The call that started a run, or null. */
export async function callOf(ctx: QueryCtx, childRunId: Id<"runs">): Promise<Call | null> {
  return await ctx.db
    .query("runCalls")
    .withIndex("by_child", (q) => q.eq("childRunId", childRunId))
    .unique();
}

/**
 * The event that tells a run how a call went of which it has not been told yet; null where no called run has ended. From then on it
 * counts as told.
 */
export async function takeOutcome(
  ctx: MutationCtx,
  callerId: Id<"runs">,
  commands: readonly CallCommand[],
): Promise<Extract<Event, { kind: "resumed" }> | null> {
  for (const { operationId, attempt } of commands) {
    const call = await findCall(ctx, callerId, { operationId, attempt });
    if (!call?.isOpen || call.outcome === undefined) continue;
    await ctx.db.patch("runCalls", call._id, { isOpen: false });
    return { kind: "resumed", operationId, attempt, outcome: await readOutcome(ctx, call, call.outcome) };
  }
  return null;
}

async function readOutcome(ctx: QueryCtx, call: Call, stored: string): Promise<EffectOutcome> {
  const outcome = JSON.parse(stored) as EffectOutcome;
  if (!outcome.ok || outcome.output !== undefined || call.childRunId === undefined) return outcome;
  const child = await ctx.db.get("runs", call.childRunId);
  const text = child ? await readParts(ctx, { logId: child.logId, kind: "returned" }) : "";
  if (text === "") throw new Error("What the called scenario returned is gone.");
  return { ok: true, output: { runId: call.childRunId, outputs: JSON.parse(text) as JsonValue } };
}

/** Runs that a run waits for, with their calls. */
export async function openCalls(
  ctx: QueryCtx,
  runId: Id<"runs">,
): Promise<{ call: Call; child: Doc<"runs"> | null }[]> {
  const calls = await ctx.db
    .query("runCalls")
    .withIndex("by_parent_and_isOpen", (q) => q.eq("parentRunId", runId).eq("isOpen", true))
    .take(MAX_OPEN_CALLS);
  return await Promise.all(
    calls.map(async (call) => ({ call, child: call.childRunId ? await ctx.db.get("runs", call.childRunId) : null })),
  );
}

/** Calls of one run that are looked at together: more than the lanes that a run may have. */
const MAX_OPEN_CALLS = 100;

/**
 * Lets an executor go on with a run that waits, since it can be told how a call went; one that holds it for other lanes is told so when
 * it renews its lease. A run that goes on anyway will find out.
 */
export async function wakeCaller(ctx: MutationCtx, runId: Id<"runs">): Promise<void> {
  const caller = await ctx.db.get("runs", runId);
  if (caller?.queue === "claimed" && !caller.isNudged) await ctx.db.patch("runs", runId, { isNudged: true });
  if (caller?.queue !== "waiting" || caller.state !== "waiting") return;
  await readmit(ctx, caller);
}
