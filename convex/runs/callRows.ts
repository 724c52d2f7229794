/** The rows of calls: which run called which, and what came of it. */
import type { JsonValue, OperationError } from "@patchbay/core";
import type { CallCommand, EffectOutcome, Event } from "@patchbay/engine";
import type { Doc, Id } from "../_generated/dataModel.d.ts";
import type { MutationCtx, QueryCtx } from "../functions.ts";
import { dropReturned } from "./callRetention.ts";
import { readmit } from "./gates.ts";
import { deleteParts, readParts } from "./parts.ts";
import { openText } from "./privacy/sealing.ts";
import type { Vault } from "./privacy/vault.ts";

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

/** How a call went, as its row keeps it. What a called run returned is sealed where that run holds secrets. */
export type StoredOutcome =
  /** `returned`: text of a `Returned`; where it is large it is parts of the called run's log instead. */
  { ok: true; returned?: string } | { ok: true; output: JsonValue } | { ok: false; error: OperationError };

/** What a run gives its caller, with what it knows to be secret. */
export interface Returned {
  outputs: Record<string, JsonValue>;
  vault: Vault | null;
}

export interface Told {
  event: Extract<Event, { kind: "resumed" }>;
  /** What the called run knows to be secret, and its caller does from now on. */
  vault: Vault | null;
}

/**
 * The event that tells a run how a call went of which it has not been told yet; null where no called run has ended. From then on it
 * counts as told, and nothing of what was returned is kept here.
 */
export async function takeOutcome(
  ctx: MutationCtx,
  callerId: Id<"runs">,
  commands: readonly CallCommand[],
): Promise<Told | null> {
  for (const { operationId, attempt } of commands) {
    const call = await findCall(ctx, callerId, { operationId, attempt });
    if (!call?.isOpen || call.outcome === undefined) continue;
    const { outcome, vault } = await readOutcome(ctx, call, JSON.parse(call.outcome) as StoredOutcome);
    await ctx.db.patch("runCalls", call._id, { isOpen: false, outcome: undefined });
    return { event: { kind: "resumed", operationId, attempt, outcome }, vault };
  }
  return null;
}

async function readOutcome(
  ctx: MutationCtx,
  call: Call,
  stored: StoredOutcome,
): Promise<{ outcome: EffectOutcome; vault: Vault | null }> {
  if (!stored.ok || "output" in stored) return { outcome: stored, vault: null };
  const child = call.childRunId && (await ctx.db.get("runs", call.childRunId));
  if (!child) throw new Error("What the called scenario returned is gone.");
  const place = { logId: child.logId, kind: "returned" as const };
  const text = stored.returned ?? (await readParts(ctx, place));
  if (stored.returned === undefined) await deleteParts(ctx, place);
  await dropReturned(ctx, child);
  const { outputs, vault } = JSON.parse(await openText(child, "response", text)) as Returned;
  return { outcome: { ok: true, output: { runId: child._id, outputs } }, vault };
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
