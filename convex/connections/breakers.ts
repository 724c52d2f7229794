/** What people see of a connection's circuit breaker, and what they may do to it. */
import { v, type Infer } from "convex/values";
import type { Doc } from "../_generated/dataModel.d.ts";
import type { MutationCtx, OrgMutationCtx, QueryCtx } from "../functions.ts";
import { appError } from "../lib/errors.ts";
import { SECOND_MS, touch } from "../lib/time.ts";
import { close, DEFAULT_FAILURES, DEFAULT_PAUSE_MS, getBreaker } from "../runs/breaker.ts";
import { record, requireConnection } from "./model.ts";

export const breakerValidator = v.object({
  /** Failures in a row that open it; 0: never. */
  opensAfter: v.number(),
  /** Its first pause; it doubles with each trial that fails. */
  pauseSeconds: v.number(),
  /** Null while the service answers. */
  trouble: v.union(
    v.null(),
    v.object({
      /** `counting`: it has failed, but not often enough. `open`: operations wait. `trying`: one of them tries. */
      state: v.union(v.literal("counting"), v.literal("open"), v.literal("trying")),
      failures: v.number(),
      message: v.string(),
      lastFailedAt: v.number(),
      openedAt: v.union(v.number(), v.null()),
      nextTryAt: v.union(v.number(), v.null()),
      /** Runs that wait for it, counted up to a hundred. */
      waiting: v.number(),
    }),
  ),
});
const MAX_COUNTED = 100;

export async function describeBreaker(
  ctx: QueryCtx,
  connection: Doc<"connections">,
): Promise<Infer<typeof breakerValidator>> {
  const { failures = DEFAULT_FAILURES, pauseSeconds = DEFAULT_PAUSE_MS / SECOND_MS } = connection.breaker ?? {};
  const breaker = await getBreaker(ctx, connection._id);
  const own = { opensAfter: failures, pauseSeconds };
  if (breaker === null) return { ...own, trouble: null };
  const waiting = await ctx.db
    .query("breakerWaits")
    .withIndex("by_connection", (q) => q.eq("connectionId", connection._id))
    .take(MAX_COUNTED);
  const { state, message, lastFailedAt, openedAt = null } = breaker;
  const nextTryAt = state === "open" ? (breaker.nextTryAt ?? null) : null;
  const told = {
    state,
    failures: breaker.failures,
    message,
    lastFailedAt,
    openedAt,
    nextTryAt,
    waiting: waiting.length,
  };
  return { ...own, trouble: told };
}

/** Shuts the breaker: all that waits goes on at once. Throws `not_found`, or `conflict` where nothing is open. */
export async function resetBreaker(ctx: OrgMutationCtx, args: { connectionId: string }): Promise<void> {
  const connection = await requireConnection(ctx, args.connectionId);
  const breaker = await getBreaker(ctx, connection._id);
  if (breaker === null) throw appError("conflict", "The connection has no failures to forget.");
  await close(ctx, breaker);
  await record(ctx, connection._id, "connection.breakerReset", { failures: breaker.failures });
}

/** Sets when the breaker opens and for how long; 0 failures switch it off, and let all go on that wait. */
export async function setBreaker(
  ctx: OrgMutationCtx,
  args: { connectionId: string; failures: number; pauseSeconds: number },
): Promise<void> {
  const connection = await requireConnection(ctx, args.connectionId);
  const failures = requireWhole(args.failures, { field: "failures", from: 0, to: 100 });
  const pauseSeconds = requireWhole(args.pauseSeconds, { field: "pauseSeconds", from: 1, to: 3_600 });
  await ctx.db.patch("connections", connection._id, { breaker: { failures, pauseSeconds }, ...touch() });
  const breaker = failures === 0 ? await getBreaker(ctx, connection._id) : null;
  if (breaker) await close(ctx, breaker);
  await record(ctx, connection._id, "connection.breakerSet", { failures, pauseSeconds });
}

function requireWhole(value: number, { field, from, to }: { field: string; from: number; to: number }): number {
  if (Number.isInteger(value) && value >= from && value <= to) return value;
  throw appError("invalid", `Enter a whole number from ${from} to ${to}.`, { field });
}

/** Of a connection that is deleted: what waits for it goes on, and fails for want of it. */
export async function deleteBreaker(ctx: MutationCtx, connection: Doc<"connections">): Promise<void> {
  const breaker = await getBreaker(ctx, connection._id);
  if (breaker) await close(ctx, breaker);
}
