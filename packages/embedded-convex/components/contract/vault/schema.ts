import { defineSchema, defineTable } from "convex/server";
import { v } from "convex/values";

export default defineSchema({
  notes: defineTable({ tag: v.string(), text: v.string() }).index("by_tag", ["tag"]),
  ticks: defineTable({ kind: v.string() }).index("by_kind", ["kind"]),
});
