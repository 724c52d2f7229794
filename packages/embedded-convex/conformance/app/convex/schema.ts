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
  /** Of one case at a time, for what reads whole tables. */
  direct: defineTable({ rank: v.number() }),
  /** Any document at all. */
  free: defineTable(v.any()).index("by_tag", ["tag"]),
  /** Commit timestamps. */
  stamped: defineTable({ tag: v.string(), at: v.commitTs(), inside: v.any() }).index("by_tag_and_at", ["tag", "at"]),
  /** One of several shapes. */
  shapes: defineTable(
    v.union(
      v.object({ kind: v.literal("circle"), radius: v.number() }),
      v.object({ kind: v.literal("square"), side: v.int64(), owner: v.optional(v.id("people")) }),
    ),
  ),
  /** What scheduled functions wrote. */
  log: defineTable({ tag: v.string(), text: v.string(), at: v.number() }).index("by_tag", ["tag"]),
  /** Texts and vectors to be found. */
  notes: defineTable({
    tag: v.string(),
    text: v.optional(v.any()),
    channel: v.optional(v.any()),
    meta: v.optional(v.object({ title: v.optional(v.string()), vector: v.optional(v.array(v.number())) })),
    vector: v.optional(v.array(v.number())),
  })
    .index("by_tag", ["tag"])
    .searchIndex("search_text", { searchField: "text", filterFields: ["tag", "channel"] })
    .searchIndex("search_title", { searchField: "meta.title", filterFields: ["tag"] })
    .vectorIndex("by_vector", { vectorField: "vector", dimensions: 3, filterFields: ["tag", "channel"] })
    .vectorIndex("by_meta_vector", { vectorField: "meta.vector", dimensions: 2, filterFields: ["tag"] }),
});
