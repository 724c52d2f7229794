import { defineTable } from "convex/server";
import { v } from "convex/values";

/** See `engine/runStates.ts` for the transitions; the last three are ends. */
export const runStateValidator = v.union(
  v.literal("queued"),
  v.literal("running"),
  v.literal("waiting"),
  v.literal("incomplete"),
  v.literal("succeeded"),
  v.literal("failed"),
  v.literal("cancelled"),
);

/** What a run is pinned to for all its life. */
export const runSourceValidator = v.union(
  v.object({ kind: v.literal("version"), number: v.number() }),
  v.object({ kind: v.literal("draft"), revision: v.number() }),
);

/** What started a run. */
export const runTriggerValidator = v.union(
  v.literal("webhook"),
  v.literal("manual"),
  v.literal("api"),
  v.literal("replay"),
);

export const runTables = {
  /**
   * Runs, kept light so that lists are cheap: what a run is pinned to, how it stands, and its place in the queue. Inserted
   * by `runs/start.ts`; changed only by `runs/settle.ts` (progress, ends) and `runs/queue.ts` (claims, leases); read by
   * lists, the run page and the executor. Deleted by `runs/retention.ts`.
   */
  runs: defineTable({
    organizationId: v.id("organizations"),
    scenarioId: v.id("scenarios"),
    state: runStateValidator,
    source: runSourceValidator,
    /** `source.number`, for the index; absent for draft runs. */
    version: v.optional(v.number()),
    trigger: runTriggerValidator,
    /** Equal keys mean equal definitions: compiled plans are kept by it. */
    definitionKey: v.string(),
    /** Where the definition is: a version's, or a snapshot of a draft. Exactly one of the two. */
    definitionId: v.optional(v.id("versionDefinitions")),
    snapshotId: v.optional(v.id("runSnapshots")),
    startedAt: v.number(),
    endedAt: v.optional(v.number()),
    operationCount: v.number(),
    /** For a person: why the run failed, or stopped as incomplete. At most 1,000 characters. */
    error: v.optional(v.string()),
    /** The same for programs. */
    failure: v.optional(
      v.object({
        kind: v.string(),
        code: v.string(),
        nodeId: v.optional(v.number()),
        bundlePath: v.optional(v.string()),
      }),
    ),
    /** A caller of the webhook waits for `webhook.respond`. */
    awaitsResponse: v.optional(v.boolean()),
    /**
     * The place in the queue, absent when there is nothing to do. `ready`: an executor may claim it. `claimed`: an executor
     * works on it; its effect counts as started. `waiting`: a timer will go on with it.
     */
    queue: v.optional(v.union(v.literal("ready"), v.literal("claimed"), v.literal("waiting"))),
    shard: v.number(),
    /** `ready`: since when. `claimed`: when the lease expires. `waiting`: when it is due. Unix time in milliseconds. */
    dueAt: v.optional(v.number()),
    /** Why it waits, for the run page. */
    waitReason: v.optional(v.union(v.literal("delay"), v.literal("retry"), v.literal("break"))),
    /** Rises with every claim and every wait: results and timers of an earlier one are ignored. */
    generation: v.number(),
  })
    // Two more than the fields need: lists without a state are sorted by time alone.
    // eslint-disable-next-line @convex-dev/no-duplicate-indexes
    .index("by_organization", ["organizationId"])
    .index("by_organization_and_state", ["organizationId", "state"])
    // eslint-disable-next-line @convex-dev/no-duplicate-indexes
    .index("by_scenario", ["scenarioId"])
    .index("by_scenario_and_state", ["scenarioId", "state"])
    .index("by_scenario_and_version", ["scenarioId", "version"])
    .index("by_queue_and_shard_and_dueAt", ["queue", "shard", "dueAt"]),

  /**
   * The log of each run: operations as JSON text, packed into one row, or several (`part` 0, 1, 2 ...) when large. The last
   * part of a live run also carries the engine's state. Written by `runs/log.ts`; read by the run page and by whatever goes
   * on with a run. Deleted with the run.
   */
  runOperations: defineTable({
    runId: v.id("runs"),
    part: v.number(),
    /** JSON objects of finished operations, separated by commas, without the enclosing brackets. */
    operations: v.string(),
    /** Part 0: the trigger's bundle as JSON text, when it fits; `runPayloads` holds it otherwise. */
    payload: v.optional(v.string()),
    /** The engine's state (`packState`) while the run is live, when it fits; `runStateParts` holds it otherwise. */
    state: v.optional(v.string()),
    /** JSON text of how often each edge was seen and passed, once the run has ended. */
    edges: v.optional(v.string()),
  }).index("by_run_and_part", ["runId", "part"]),

  /**
   * Large payloads, cut into rows; `storageId` instead of `text` until the executor has read the file that the webhook
   * stored. Written by `runs/payloads.ts`; read where a run is started, resumed, shown or replayed. Deleted with the run.
   */
  runPayloads: defineTable({
    runId: v.id("runs"),
    part: v.number(),
    text: v.optional(v.string()),
    storageId: v.optional(v.id("_storage")),
  })
    .index("by_run_and_part", ["runId", "part"])
    .index("by_storageId", ["storageId"]),

  /** Engine states too large for their log row, cut into rows. Written, read and deleted by `runs/log.ts`. */
  runStateParts: defineTable({
    runId: v.id("runs"),
    part: v.number(),
    text: v.string(),
  }).index("by_run_and_part", ["runId", "part"]),

  /**
   * Draft revisions that runs are pinned to. Inserted by `runs/start.ts`, once per revision that was run; never changed.
   * Deleted by `runs/retention.ts` after the last run that needs it.
   */
  runSnapshots: defineTable({
    organizationId: v.id("organizations"),
    scenarioId: v.id("scenarios"),
    revision: v.number(),
    definitionKey: v.string(),
    definition: v.string(),
  }).index("by_scenario_and_revision", ["scenarioId", "revision"]),

  /**
   * One row per shard of the queue: whether an executor watches it. Read by every start that needs an executor, so it is
   * written only when it is unwatched or expired, and by its executor now and then. Written by `runs/queue.ts`; created on
   * first use; never deleted.
   */
  runTickets: defineTable({
    shard: v.number(),
    /** Rises with every executor: an older one that wakes up again finds that the shard is no longer its own. */
    generation: v.number(),
    /** Until when an executor watches; 0 when none does. */
    watchedUntil: v.number(),
    /** New runs are refused until then: the queue is far behind. 0 when it is not. */
    overloadedUntil: v.number(),
  }).index("by_shard", ["shard"]),

  /**
   * Answers made by `webhook.respond` for callers who wait. Inserted by `runs/settle.ts`, read by the waiting HTTP action.
   * Deleted by the sweeper after an hour.
   */
  runResponses: defineTable({
    runId: v.id("runs"),
    /** JSON text: `{ status, headers, body }`. */
    response: v.string(),
  }).index("by_run", ["runId"]),
};
