import { defineTable } from "convex/server";
import { v } from "convex/values";

export const pollingTables = {
  /**
   * The place that each polled scenario has reached; one per scenario whose published version begins with a polling trigger. Written by
   * `polling/model.ts` when a scenario is published, switched on or off, and by `polling/progress.ts` with each poll. Read by
   * the poll, the sweeper, the editor and the HTTP API. Kept while the scenario is off; deleted when it is published with
   * another kind of trigger.
   */
  pollers: defineTable({
    organizationId: v.id("organizations"),
    scenarioId: v.id("scenarios"),
    /** JSON text of the trigger: type, typeVersion, connectionId, config. */
    trigger: v.string(),
    /** What is polled (core's `pollingKey`): with another one, the place that was reached means nothing. */
    key: v.string(),
    /** JSON text, as the last poll that was dealt with returned it. */
    cursor: v.optional(v.string()),
    /** Whether new items start runs by now; before that, the items that are there already are looked over. */
    begun: v.boolean(),
    /** When to poll next, or while a poll is under way, when that is given up; absent while the scenario is off. */
    nextAt: v.optional(v.number()),
    /** Whether a poll is under way. */
    isPolling: v.boolean(),
    /** Rises with every change: timers and polls of an earlier one do nothing. */
    generation: v.number(),
    lastPolledAt: v.optional(v.number()),
    /** When a poll last started runs, and for how many items. */
    lastFoundAt: v.optional(v.number()),
    lastFoundCount: v.optional(v.number()),
    /** Polls that have failed since the last one that did not, since when, and the last one's error. */
    failures: v.number(),
    failingSince: v.optional(v.number()),
    lastError: v.optional(v.object({ kind: v.string(), message: v.string(), at: v.number() })),
    /** When the scenario was switched off because its polls had failed for too long. */
    stoppedAt: v.optional(v.number()),
    updatedAt: v.number(),
  })
    .index("by_scenario", ["scenarioId"])
    .index("by_nextAt", ["nextAt"]),

  /**
   * Ids of the items that a scenario has seen, the newest last; a bounded number. Beside `pollers`, so that looking at how a
   * poll stands does not read them. Written by `polling/progress.ts` in the transaction that starts the items' runs.
   */
  pollerMemories: defineTable({ pollerId: v.id("pollers"), seen: v.array(v.string()) }).index("by_poller", [
    "pollerId",
  ]),
};
