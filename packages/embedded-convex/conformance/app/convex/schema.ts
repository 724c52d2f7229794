import { defineSchema, defineTable } from "convex/server";
import { v } from "convex/values";

/** Every row has the `tag` of the case that wrote it: over the wire all cases share one deployment. */
export default defineSchema({
  /** Any value; for ordering, ranges, filters and paging. */
  items: defineTable({ tag: v.string(), value: v.optional(v.any()), rank: v.optional(v.number()) })
    .index("by_tag", ["tag"])
    .index("by_tag_and_value", ["tag", "value"])
    .index("by_tag_and_rank_and_value", ["tag", "rank", "value"])
    .index("by_nested", ["tag", "value.inner.name"]),
  /** A strict table; for schema errors. */
  people: defineTable({
    tag: v.string(),
    name: v.string(),
    age: v.optional(v.int64()),
    role: v.optional(v.union(v.literal("admin"), v.literal("member"))),
    friend: v.optional(v.id("people")),
    address: v.optional(v.object({ city: v.string(), zip: v.optional(v.string()) })),
    scores: v.optional(v.record(v.string(), v.array(v.number()))),
  }).index("by_tag_and_name", ["tag", "name"]),
  /** What scheduled functions wrote. */
  log: defineTable({ tag: v.string(), text: v.string(), at: v.number() }).index("by_tag", ["tag"]),
});
