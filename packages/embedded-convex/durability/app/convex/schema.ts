import { defineSchema, defineTable } from "convex/server";
import { v } from "convex/values";

/** What the crash test writes, and counts afterwards. */
export default defineSchema({
  /** One row per applied mutation; `sequence` numbers all of them in the order in which they were applied. */
  records: defineTable({ client: v.string(), token: v.string(), sequence: v.number() }),
  /** How many mutations of each client were applied; the client "" counts all. */
  counts: defineTable({ client: v.string(), count: v.number() }).index("by_client", ["client"]),
  /** One row per run of a scheduled mutation. */
  confirmed: defineTable({ token: v.string() }),
  /** One row per step of a scheduled action. */
  acted: defineTable({ token: v.string(), step: v.union(v.literal("started"), v.literal("ended")) }),
  /** One row per run of the cron. */
  ticks: defineTable({ at: v.number() }),
});
