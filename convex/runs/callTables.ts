import { defineTable } from "convex/server";
import { v } from "convex/values";

export const callTables = {
  /**
   * Calls of other scenarios: which operation of which run started which run, and what came of it. Inserted by `runs/calls.ts` with
   * the step that calls, and closed by it with the end of the called run; read by both runs' pages and by whatever goes on with the
   * caller. Deleted with the called run, or with the caller where there is none.
   */
  runCalls: defineTable({
    parentRunId: v.id("runs"),
    operationId: v.number(),
    attempt: v.number(),
    nodeId: v.number(),
    bundlePath: v.string(),
    /** As the node names it; it need not exist. */
    scenarioId: v.string(),
    /** Absent where the call was refused. */
    childRunId: v.optional(v.id("runs")),
    /** The run at which the calls in each other begin, and how many there are: 1 for one made by that run itself. */
    rootRunId: v.id("runs"),
    depth: v.number(),
    /** The caller waits for the end; otherwise it went on at once. */
    waits: v.boolean(),
    /** The caller has not been told yet how it went; `outcome` says whether there is something to tell. */
    isOpen: v.boolean(),
    /** JSON text of a `StoredOutcome`, from when there is one until the caller is told. */
    outcome: v.optional(v.string()),
  })
    .index("by_parent_and_operation", ["parentRunId", "operationId", "attempt"])
    .index("by_parent_and_isOpen", ["parentRunId", "isOpen"])
    .index("by_child", ["childRunId"])
    .index("by_isOpen", ["isOpen"]),

  /**
   * How many runs a run has started by calls, those of the called ones included. Written by `runs/calls.ts`, which creates it with
   * the first call. Deleted with the run.
   */
  runFamilies: defineTable({
    rootRunId: v.id("runs"),
    started: v.number(),
    limit: v.number(),
  }).index("by_root", ["rootRunId"]),
};
