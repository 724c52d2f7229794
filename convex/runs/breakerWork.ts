/** What circuit breakers do at their times, and what executors ask of them. */
import { v } from "convex/values";
import { internalMutation } from "../functions.ts";
import { getBreaker, releaseWaiting, takeTrial as take, tryNext } from "./breaker.ts";

const ofConnection = { connectionId: v.id("connections") };

/** The pause is over, or the trial was given up; does nothing when the breaker has moved on since. */
export const tryAgain = internalMutation({
  args: { ...ofConnection, generation: v.number() },
  returns: v.null(),
  handler: async (ctx, { connectionId, generation }) => {
    const breaker = await getBreaker(ctx, connectionId);
    if (breaker?.generation === generation) await tryNext(ctx, breaker);
    return null;
  },
});

export const takeTrial = internalMutation({
  args: { ...ofConnection, runId: v.id("runs") },
  returns: v.boolean(),
  handler: (ctx, args) => take(ctx, args),
});

export const release = internalMutation({
  args: ofConnection,
  returns: v.null(),
  handler: async (ctx, { connectionId }) => {
    await releaseWaiting(ctx, connectionId);
    return null;
  },
});
