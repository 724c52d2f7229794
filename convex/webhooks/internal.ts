/** Functions that the webhooks' HTTP action calls. */
import { isEnded } from "@patchbay/engine";
import { v } from "convex/values";
import { internalMutation, internalQuery } from "../functions.ts";
import { ingest as ingestDelivery, isListening, isOn } from "./ingest.ts";
import { countRefusal } from "./refusals.ts";
import { guardOf, guardValidator, versionOf } from "./settings.ts";
import { isSealed, openText } from "../runs/privacy/sealing.ts";

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
    version: v.optional(v.number()),
    event: v.optional(v.object({ key: v.string(), bodyHash: v.string(), windowMs: v.number() })),
    rateLimit: v.optional(v.object({ perMinute: v.number(), burst: v.number() })),
  },
  returns: v.union(
    v.object({
      kind: v.literal("accepted"),
      runId: v.id("runs"),
      organizationId: v.id("organizations"),
      response: responseText,
      responds: v.boolean(),
    }),
    v.object({
      kind: v.literal("repeated"),
      runId: v.id("runs"),
      note: v.optional(v.object({ repeated: v.boolean(), bodyDiffers: v.optional(v.boolean()) })),
    }),
    v.object({ kind: v.literal("guarded"), guard: guardValidator }),
    v.object({
      kind: v.union(...(["overloaded", "limited", "maintenance", "draining"] as const).map((kind) => v.literal(kind))),
      retryAfterMs: v.number(),
    }),
    v.object({ kind: v.union(v.literal("mismatch"), v.literal("captured"), v.literal("unknown")) }),
  ),
  handler: async (ctx, args) => {
    const ingested = await ingestDelivery(ctx, args);
    if (ingested.kind !== "accepted") return ingested;
    return { ...ingested, response: ingested.response && JSON.stringify(ingested.response) };
  },
});

const refusalReason = v.union(
  v.literal("method"),
  v.literal("address"),
  v.literal("secret"),
  v.literal("signature"),
  v.literal("timestamp"),
  v.literal("malformed"),
  v.literal("too_large"),
  v.literal("schema"),
  v.literal("rate_limit"),
);

/**
 * Says whether the settings that a request was checked by still hold, before it is refused by them or its challenge answered;
 * and counts the refusal where one is given.
 */
export const noteRefusal = internalMutation({
  args: {
    tokenHash: v.string(),
    version: v.number(),
    refusal: v.optional(
      v.object({
        reason: refusalReason,
        detail: v.string(),
        method: v.string(),
        address: v.optional(v.string()),
      }),
    ),
    more: v.optional(v.number()),
  },
  returns: v.union(
    v.object({ kind: v.union(v.literal("current"), v.literal("unknown")) }),
    v.object({ kind: v.literal("guarded"), guard: guardValidator }),
  ),
  handler: async (ctx, { tokenHash, version, refusal, more }) => {
    const webhook = await ctx.db
      .query("webhooks")
      .withIndex("by_tokenHash", (q) => q.eq("tokenHash", tokenHash))
      .unique();
    const scenario = webhook && (await ctx.db.get("scenarios", webhook.scenarioId));
    if (!webhook || !scenario || scenario.archivedAt !== undefined || !(isOn(scenario) || isListening(webhook)))
      return { kind: "unknown" as const };
    if (versionOf(webhook) !== version) return { kind: "guarded" as const, guard: guardOf(webhook) };
    if (refusal) await countRefusal(ctx, { webhookId: webhook._id, refusal, ...(more !== undefined && { more }) });
    return { kind: "current" as const };
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
    const run = row && !isSealed(row.response) ? null : await ctx.db.get("runs", runId);
    if (row) return { response: run ? await openText(run, "response", row.response) : row.response, isFinal: true };
    return { response: null, isFinal: run === null || isEnded(run.state) };
  },
});
