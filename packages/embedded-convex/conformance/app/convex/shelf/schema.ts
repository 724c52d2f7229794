import { defineSchema, defineTable } from "convex/server";
import { v } from "convex/values";

/** A table of the same name as one of the app: they have nothing in common. */
export default defineSchema({
  items: defineTable({ tag: v.string(), value: v.any() }).index("by_tag", ["tag"]),
});
