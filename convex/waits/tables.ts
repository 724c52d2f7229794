import { defineTable } from "convex/server";
import { v } from "convex/values";

export const waitTables = {
  /**
   * Operations of Wait nodes that somebody outside may answer: one row for each whose address was given out or that was reached.
   * Inserted and opened by `waits/keep.ts`, in the transaction that stores the run's state; answered by `waits/answer.ts`. Whether
   * the time is over or the run has ended is never written here: the row's `dueAt` and the run itself tell. Read by the page, by
   * `/resume/<token>` and by the run page. Deleted with the run.
   */
  runWaits: defineTable({
    organizationId: v.id("organizations"),
    runId: v.id("runs"),
    nodeId: v.number(),
    bundlePath: v.string(),
    /** SHA-256 of the token, in hexadecimal. The token itself is nowhere stored: `waits/tokens.ts` makes it again. */
    tokenHash: v.string(),
    /**
     * `expected`: the run has not got there. `open`: it waits. `answered`: an answer has come, perhaps before the run got there;
     * `skipped`: a member went on without one.
     */
    state: v.union(v.literal("expected"), v.literal("open"), v.literal("answered"), v.literal("skipped")),
    /** Once the run has got there: its operation, since when and until when it waits, and the node's input as JSON text. */
    operationId: v.optional(v.number()),
    openedAt: v.optional(v.number()),
    dueAt: v.optional(v.number()),
    request: v.optional(v.string()),
    /** JSON text of a `WaitAnswer`, the hash of what came in, when, and whose it is where that is known. */
    answer: v.optional(v.string()),
    bodyHash: v.optional(v.string()),
    answeredAt: v.optional(v.number()),
    answeredBy: v.optional(v.string()),
    /** Whether the run has gone on with the answer. */
    taken: v.optional(v.boolean()),
    /** Answers that were refused, and since when they are counted. */
    refused: v.optional(v.object({ count: v.number(), since: v.number() })),
  })
    .index("by_tokenHash", ["tokenHash"])
    .index("by_run_and_nodeId_and_bundlePath", ["runId", "nodeId", "bundlePath"]),
};
