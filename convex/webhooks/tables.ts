import { defineTable } from "convex/server";
import { v } from "convex/values";

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
   * Deliveries that carried an `Idempotency-Key`, for 24 hours. Inserted by the mutation that inserts the run; read by the
   * next delivery with the key. Deleted by `webhooks/retention.ts`.
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
};
