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
  }).index("by_organization", ["organizationId"]),
};
