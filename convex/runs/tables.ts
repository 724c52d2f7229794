import { defineTable } from "convex/server";
import { v, type Infer } from "convex/values";

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
  v.literal("schedule"),
  v.literal("polling"),
  v.literal("node"),
  v.literal("scenario"),
);

/** A dry run changes nothing outside; what only reads there is performed, or simulated like everything else. */
export const dryRunValidator = v.union(v.literal("performReads"), v.literal("simulateReads"));
export type DryRun = Infer<typeof dryRunValidator>;

export const waitReasonValidator = v.union(
  v.literal("delay"),
  v.literal("retry"),
  v.literal("break"),
  v.literal("turn"),
  v.literal("paused"),
  v.literal("organization"),
  v.literal("call"),
  v.literal("breaker"),
  v.literal("event"),
  v.literal("approval"),
);

/** What can be decided about many runs at once. */
export const bulkActValidator = v.union(
  v.literal("retry"),
  v.literal("restart"),
  v.literal("discard"),
  v.literal("cancel"),
);
export const bulkFilterValidator = v.object({
  scenarioId: v.optional(v.id("scenarios")),
  /** Of the error that the runs stopped with. */
  code: v.optional(v.string()),
  nodeId: v.optional(v.number()),
});

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
    /** The run that called this one. */
    parentRunId: v.optional(v.id("runs")),
    /** Equal keys mean equal definitions: compiled plans are kept by it. */
    definitionKey: v.string(),
    /** Where the definition is: a version's, or a snapshot of a draft. Exactly one of the two. */
    definitionId: v.optional(v.id("versionDefinitions")),
    snapshotId: v.optional(v.id("runSnapshots")),
    logId: v.id("runLogs"),
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
    dryRun: v.optional(dryRunValidator),
    /** Somebody keeps it, whatever its age. Unix time in milliseconds. */
    keptAt: v.optional(v.number()),
    /** When its data was deleted, before the run itself. */
    dataDeletedAt: v.optional(v.number()),
    /** Nothing of its data is kept when it succeeds. */
    dropsData: v.optional(v.literal(true)),
    /** Only this node was executed; its run was started with the trigger `node`, or is a replay of such a one. */
    onlyNode: v.optional(v.number()),
    /** A caller of the webhook waits for `webhook.respond`. */
    awaitsResponse: v.optional(v.boolean()),
    /** It has Wait nodes, and perhaps rows in `runWaits`. */
    asks: v.optional(v.boolean()),
    /**
     * The place in the queue, absent when there is nothing to do. `ready`: an executor may claim it. `claimed`: an executor
     * works on it; its effect counts as started. `waiting`: a timer will go on with it.
     */
    queue: v.optional(v.union(v.literal("ready"), v.literal("claimed"), v.literal("waiting"))),
    /** Which executor it belongs to; while it is `ready`, also the lane in which it waits (`runs/lanes.ts`). */
    shard: v.number(),
    /** `ready`: since when. `claimed`: when the lease expires. `waiting`: when it is due. Unix time in milliseconds. */
    dueAt: v.optional(v.number()),
    /**
     * Why it waits, for the run page. With a row in `runHolds`: `turn`, behind other runs of its scenario; `paused`, until somebody
     * resumes its scenario; `organization`, for the organization's limit.
     */
    waitReason: v.optional(waitReasonValidator),
    /** Its scenario was paused while an executor held it: it goes no further than its operation. */
    pauseRequested: v.optional(v.boolean()),
    /** Its organization had a limit when it started: its end makes room for another. */
    isLimited: v.optional(v.boolean()),
    /** Something came from outside while an executor holds the run, and lanes of it can go on: told when it renews its lease. */
    isNudged: v.optional(v.boolean()),
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
   * The log of each run, in one row where it fits: operations as JSON text, the payload, and the engine's state while the run
   * is live. Found by the run's `logId` alone, so it costs no index. Written by `runs/log.ts`; read by the run page and by
   * whatever goes on with a run. Deleted with the run.
   */
  runLogs: defineTable({
    /** JSON objects of finished operations, separated by commas, without the enclosing brackets. Earlier ones: the parts. */
    operations: v.string(),
    /** How many parts of kind `operations` come before. */
    closedParts: v.number(),
    /** Bytes of values that are kept whole, in parts of kind `value`, because they are too large to show. */
    largeBytes: v.optional(v.number()),
    /** Characters in them, for the limit on data per run. */
    closedCharacters: v.optional(v.number()),
    /** The trigger's bundle as JSON text, when it fits; parts of kind `payload` otherwise. */
    payload: v.optional(v.string()),
    /** The engine's state (`packState`) of a live run, when it fits; parts of kind `state` otherwise. */
    state: v.optional(v.string()),
    /** JSON text of how often each edge was seen and passed, once the run has ended. */
    edges: v.optional(v.string()),
  }),

  /**
   * What does not fit into a log row, cut into rows. A large payload begins as a reference to the file that the webhook
   * stored. Written by `runs/parts.ts` and `runs/payloads.ts`; read with the log. Deleted with the run.
   */
  runLogParts: defineTable({
    logId: v.id("runLogs"),
    kind: v.union(
      v.literal("operations"),
      v.literal("state"),
      v.literal("payload"),
      v.literal("returned"),
      v.literal("value"),
    ),
    part: v.number(),
    text: v.optional(v.string()),
    storageId: v.optional(v.id("_storage")),
  })
    .index("by_log_and_kind_and_part", ["logId", "kind", "part"])
    .index("by_storageId", ["storageId"]),

  /**
   * Draft revisions that runs are pinned to. Inserted by `runs/start.ts`, once per revision that was run; of an existing one
   * it changes `usedAt`, at most daily. Deleted by `runs/retention.ts` after the last run that needs it.
   */
  runSnapshots: defineTable({
    organizationId: v.id("organizations"),
    scenarioId: v.id("scenarios"),
    revision: v.number(),
    definitionKey: v.string(),
    definition: v.string(),
    /** When a run was last pinned to it, to the day. */
    usedAt: v.number(),
  })
    .index("by_scenario_and_revision", ["scenarioId", "revision"])
    .index("by_usedAt", ["usedAt"]),

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
    /** More waits than the executor can take on: arrivals keep to lanes (`runs/lanes.ts`). */
    isCrowded: v.optional(v.boolean()),
    /** The deployment is in maintenance: new work is refused. */
    isClosed: v.optional(v.boolean()),
    /** Lanes that are far behind, and until when new runs for them are refused. */
    lateLanes: v.optional(v.array(v.object({ lane: v.number(), until: v.number() }))),
  }).index("by_shard", ["shard"]),

  /**
   * Runs that are held, because their scenario limits how many are under way or is paused, or because their organization has a
   * limit. Inserted by `runs/start.ts` and `runs/gates.ts`; deleted by `runs/turns.ts` and `runs/gates.ts` when the run is released
   * or stopped.
   */
  runHolds: defineTable({
    scenarioId: v.id("scenarios"),
    runId: v.id("runs"),
    /** Absent: it has not begun. `midway`: paused in the middle. `organization`: for the organization's limit. */
    kind: v.optional(v.union(v.literal("midway"), v.literal("organization"))),
    /** Of kind `organization` only. */
    organizationId: v.optional(v.id("organizations")),
  })
    .index("by_scenario_and_kind", ["scenarioId", "kind"])
    .index("by_organization", ["organizationId"])
    .index("by_run", ["runId"]),

  /**
   * Which runs repeat which. Inserted by `runs/links.ts` with the repeating run; read by the run page; deleted with either run.
   */
  runLinks: defineTable({
    fromRunId: v.id("runs"),
    toRunId: v.id("runs"),
    /** `restarted`: in place of an incomplete run, which was discarded. */
    kind: v.union(v.literal("replayed"), v.literal("restarted")),
    by: v.id("users"),
  })
    .index("by_from", ["fromRunId"])
    .index("by_to", ["toRunId"]),

  /**
   * Decisions about many runs, and how far they are carried out. Inserted and changed by `runs/bulk.ts`, in the background by
   * `runs/bulkWork.ts`; read by the list of incomplete runs. Deleted by `runs/retention.ts` 30 days after it began.
   */
  runBatches: defineTable({
    organizationId: v.id("organizations"),
    /** Who decided: each run is handled with what they may do at that moment. */
    by: v.id("users"),
    apiKeyId: v.optional(v.id("apiKeys")),
    act: bulkActValidator,
    unknown: v.union(v.literal("skip"), v.literal("again")),
    source: v.union(v.literal("original"), v.literal("published")),
    /** Exactly one of the two. */
    runIds: v.optional(v.array(v.id("runs"))),
    filter: v.optional(bulkFilterValidator),
    state: v.union(v.literal("running"), v.literal("done"), v.literal("cancelled")),
    /** With ids: how many were handled. With a filter: the creation time of the last run looked at, in the state of that `phase`. */
    position: v.number(),
    phase: v.number(),
    /** Runs created later are none of its business. */
    until: v.number(),
    total: v.number(),
    handled: v.number(),
    failed: v.number(),
    failures: v.array(v.object({ runId: v.id("runs"), message: v.string() })),
    endedAt: v.optional(v.number()),
  }).index("by_organization", ["organizationId"]),

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
