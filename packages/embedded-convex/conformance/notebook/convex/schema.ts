import { defineSchema, defineTable } from "convex/server";
import { v } from "convex/values";

export default defineSchema({
  notes: defineTable({
    text: v.string(),
    rank: v.optional(v.number()),
    parent: v.optional(v.id("notes")),
    author: v.optional(v.id("authors")),
    file: v.optional(v.id("_storage")),
    anything: v.optional(v.any()),
    place: v.optional(v.array(v.float64())),
  })
    .index("by_rank", ["rank"])
    .index("by_text", ["text"])
    .searchIndex("by_words", { searchField: "text", filterFields: ["rank"] })
    .vectorIndex("by_place", { vectorField: "place", dimensions: 2 }),
  authors: defineTable({ name: v.string() }),
});
