import { defineTable } from "convex/server";
import { v } from "convex/values";

export const connectionTables = {
  /**
   * Stored credentials. Written by `connections/model.ts`; names and types are read by the editor, `sealedValues` only where an
   * operation is executed (`connections/secrets.ts`). Deleted when a person deletes them.
   */
  connections: defineTable({
    organizationId: v.id("organizations"),
    /** `"http.bearer"`. */
    type: v.string(),
    name: v.string(),
    /** One envelope (`lib/crypto.ts`) per field of the connection type. */
    sealedValues: v.array(v.object({ field: v.string(), envelope: v.string() })),
    /** Made before the row exists and part of each envelope's additional data, as the row's id cannot be. */
    sealId: v.string(),
    createdBy: v.id("users"),
    updatedAt: v.number(),
    /** Its circuit breaker, where that is not as usual: failures in a row that open it (0: never), and the first pause. */
    breaker: v.optional(v.object({ failures: v.number(), pauseSeconds: v.number() })),
  }).index("by_organization", ["organizationId"]),

  /**
   * Connections whose service fails: see the diagram in `runs/breaker.ts`, which writes and deletes the rows. There is none while all
   * is well. Read by executors together with the credentials, by the connections page and the run page.
   */
  connectionBreakers: defineTable({
    organizationId: v.id("organizations"),
    connectionId: v.id("connections"),
    state: v.union(v.literal("counting"), v.literal("open"), v.literal("trying")),
    /** In a row. */
    failures: v.number(),
    lastFailedAt: v.number(),
    /** What the latest failure said, redacted; at most 500 characters. */
    message: v.string(),
    /** How often the pause was begun since the service last answered. */
    openings: v.number(),
    openedAt: v.optional(v.number()),
    nextTryAt: v.optional(v.number()),
    /** The run that makes the trial, and until when it is waited for. */
    trialRunId: v.optional(v.id("runs")),
    trialUntil: v.optional(v.number()),
    /** Rises with every pause and trial: timers of earlier ones are ignored. */
    generation: v.number(),
  })
    .index("by_connection", ["connectionId"])
    .index("by_organization", ["organizationId"]),

  /** Runs that wait for a connection. Inserted by `runs/tick.ts`; deleted by `runs/breaker.ts` and when the run goes on or ends. */
  breakerWaits: defineTable({
    connectionId: v.id("connections"),
    runId: v.id("runs"),
  })
    .index("by_connection", ["connectionId"])
    .index("by_run", ["runId"]),
};
