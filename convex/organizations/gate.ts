import { v, type Infer } from "convex/values";

/** What holds back or refuses an organization's runs. Times are unix milliseconds; absent fields mean that it does not. */
export const gateValidator = v.object({
  /** Since when all its scenarios are paused. */
  pausedAt: v.optional(v.number()),
  /** Since when new work is refused, so that what is there comes to an end. */
  drainingSince: v.optional(v.number()),
  /** How many of its runs may be under way at a time; runs that wait for a time or an event do not count. */
  maxConcurrentRuns: v.optional(v.number()),
});
export type Gate = Infer<typeof gateValidator>;
