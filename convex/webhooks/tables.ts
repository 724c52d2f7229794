import { defineTable } from "convex/server";
import { v } from "convex/values";

export const webhookSecretValidator = v.object({
  /** Sealed (`lib/crypto.ts`); shown once, when it is set. */
  envelope: v.string(),
  createdAt: v.number(),
  /** A secret that was replaced counts until then. Unix time in milliseconds. */
  validUntil: v.optional(v.number()),
});

export const webhookTables = {
  /**
   * The address of each scenario's webhook trigger. Inserted by `webhooks/model.ts` with the scenario; `listeningUntil` is
   * changed by the editor's "wait for a request". Read by every request to `/hooks/<token>`. Whether runs start is read from
   * the scenario's row at that moment. Lives as long as its scenario.
   */
  webhooks: defineTable({
    organizationId: v.id("organizations"),
    scenarioId: v.id("scenarios"),
    /** SHA-256 of the token, in hexadecimal. */
    tokenHash: v.string(),
    /** The token itself, sealed, so that who may edit the scenario can see its URL again. */
    tokenEncrypted: v.string(),
    /** Requests are kept as samples until then. Unix time in milliseconds. */
    listeningUntil: v.optional(v.number()),
    /**
     * JSON text of the published trigger's config, where it asks anything of requests. Kept here so that a webhook without
     * settings costs no read more; written by `webhooks/settings.ts` when a version is published.
     */
    config: v.optional(v.string()),
    /** What senders prove themselves with, the newest first: two while one replaces the other. Written by `webhooks/secrets.ts`. */
    secrets: v.optional(v.array(webhookSecretValidator)),
    /** Rises when `config` or `secrets` change: what a process remembers of them is then out of date. */
    settingsVersion: v.optional(v.number()),
    updatedAt: v.number(),
  })
    .index("by_tokenHash", ["tokenHash"])
    .index("by_scenario", ["scenarioId"]),

  /**
   * The newest few bundles caught while listening. Written by `webhooks/samples.ts`; read by the editor's value picker.
   * Each new one deletes the oldest beyond the limit.
   */
  webhookSamples: defineTable({
    organizationId: v.id("organizations"),
    webhookId: v.id("webhooks"),
    receivedAt: v.number(),
    /** JSON text, as the trigger would emit it. */
    bundle: v.string(),
  }).index("by_webhook", ["webhookId"]),

  /**
   * Deliveries that carried an `Idempotency-Key` (for 24 hours) or whose event id is looked at (for as long as the trigger
   * says). Inserted by the mutation that inserts the run; read by the next delivery with the key. Deleted by
   * `webhooks/retention.ts`.
   */
  webhookDeliveries: defineTable({
    webhookId: v.id("webhooks"),
    key: v.string(),
    /** SHA-256 of the raw body, in hexadecimal. */
    bodyHash: v.string(),
    runId: v.id("runs"),
    expiresAt: v.number(),
  })
    .index("by_webhook_and_key", ["webhookId", "key"])
    .index("by_expiresAt", ["expiresAt"]),

  /**
   * Requests that were refused, counted by hour and reason. A few rows per webhook and hour, of which a request picks one, so
   * that a flood of forged requests meets itself seldom. Written by `webhooks/refusals.ts`; read by the editor and the HTTP
   * API. Deleted by `webhooks/retention.ts` after a day.
   */
  webhookRefusals: defineTable({
    webhookId: v.id("webhooks"),
    /** When the hour began. Unix time in milliseconds. */
    hourAt: v.number(),
    shard: v.number(),
    counts: v.record(v.string(), v.number()),
    /** The newest few, the newest first. Nothing of the body, no header values. */
    latest: v.array(
      v.object({
        at: v.number(),
        reason: v.string(),
        detail: v.string(),
        method: v.string(),
        address: v.optional(v.string()),
      }),
    ),
  })
    .index("by_webhook_and_hourAt_and_shard", ["webhookId", "hourAt", "shard"])
    .index("by_hourAt", ["hourAt"]),

  /**
   * What is left of the rate limits of webhooks that have one: token buckets, several for a high limit. Written by
   * `webhooks/limits.ts` with each accepted request. A handful per webhook; they go with the limit's next change.
   */
  webhookBuckets: defineTable({
    webhookId: v.id("webhooks"),
    shard: v.number(),
    /** How many buckets the limit was spread over when this one was written. */
    shards: v.number(),
    tokens: v.number(),
    filledAt: v.number(),
  }).index("by_webhook_and_shard", ["webhookId", "shard"]),
};
