/** Functions that the webhooks' HTTP action calls. */
import { isEnded } from "@patchbay/engine";
import { v } from "convex/values";
import { internalMutation, internalQuery } from "../functions.ts";
import { ingest as ingestDelivery } from "./ingest.ts";

/** JSON text of a `WebhookResponse`. */
const responseText = v.union(v.string(), v.null());

export const ingest = internalMutation({
  args: {
    tokenHash: v.string(),
    payload: v.union(
      v.object({ kind: v.literal("text"), text: v.string() }),
      v.object({ kind: v.literal("file"), storageId: v.id("_storage") }),
    ),
    sample: v.string(),
    receivedAt: v.number(),
    idempotency: v.optional(v.object({ key: v.string(), bodyHash: v.string() })),
  },
  returns: v.union(
    v.object({ kind: v.literal("accepted"), runId: v.id("runs"), response: responseText, responds: v.boolean() }),
    v.object({ kind: v.literal("repeated"), runId: v.id("runs") }),
    v.object({ kind: v.literal("overloaded"), retryAfterMs: v.number() }),
    v.object({ kind: v.union(v.literal("mismatch"), v.literal("captured"), v.literal("unknown")) }),
  ),
  handler: async (ctx, args) => {
    const ingested = await ingestDelivery(ctx, args);
    if (ingested.kind !== "accepted") return ingested;
    return { ...ingested, response: ingested.response && JSON.stringify(ingested.response) };
  },
});

/** The answer that a run made for its caller, and whether one can still come. */
export const getResponse = internalQuery({
  args: { runId: v.id("runs") },
  returns: v.object({ response: responseText, isFinal: v.boolean() }),
  handler: async (ctx, { runId }) => {
    const row = await ctx.db
      .query("runResponses")
      .withIndex("by_run", (q) => q.eq("runId", runId))
      .first();
    if (row) return { response: row.response, isFinal: true };
    const run = await ctx.db.get("runs", runId);
    return { response: null, isFinal: run === null || isEnded(run.state) };
  },
});
