import { defineSchema, defineTable } from "convex/server";
import { v } from "convex/values";

export default defineSchema({
  notes: defineTable({ tag: v.string(), rank: v.number(), text: v.string() }).index("by_tag_and_rank", ["tag", "rank"]),
});
