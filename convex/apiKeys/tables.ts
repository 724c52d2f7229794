import { defineTable } from "convex/server";
import { v } from "convex/values";

export const apiKeyTables = {
  /**
   * API keys, by the SHA-256 of the key; the key itself is shown once and never stored. Written by `apiKeys/model.ts`;
   * read on every API request by `apiKeys/authenticate.ts`. Revoked keys stay, for the audit log; never deleted.
   */
  apiKeys: defineTable({
    organizationId: v.id("organizations"),
    /** Whom the key acts for, with the role that they have at the time of use. */
    userId: v.id("users"),
    name: v.string(),
    keyHash: v.string(),
    /** The first characters of the key, by which a person tells keys apart. */
    prefix: v.string(),
    /** To the nearest few minutes, so that requests do not write. */
    lastUsedAt: v.optional(v.number()),
    revokedAt: v.optional(v.number()),
    updatedAt: v.number(),
  })
    .index("by_keyHash", ["keyHash"])
    .index("by_organization_and_user", ["organizationId", "userId"]),

  /**
   * Writes per API key in the current window: a few rows per key, of which each request takes one at random, so that they
   * do not wait for one another. Written and read by `apiKeys/limits.ts`; reused from window to window, never deleted.
   */
  apiKeyWrites: defineTable({
    apiKeyId: v.id("apiKeys"),
    shard: v.number(),
    windowStartedAt: v.number(),
    count: v.number(),
  }).index("by_apiKey_and_shard", ["apiKeyId", "shard"]),
};
