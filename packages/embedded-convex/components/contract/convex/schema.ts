import { defineSchema, defineTable } from "convex/server";
import { v } from "convex/values";

export default defineSchema({
  rows: defineTable({ tag: v.string(), text: v.string() }).index("by_tag", ["tag"]),
  stamps: defineTable({ tag: v.string(), at: v.commitTs() }).index("by_tag", ["tag"]),
});
