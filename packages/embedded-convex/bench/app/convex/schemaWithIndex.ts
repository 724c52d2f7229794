import { defineSchema, defineTable } from "convex/server";
import { v } from "convex/values";

/** The schema with one more index, which a push fills beside the writers. */
export default defineSchema({
  items: defineTable({ group: v.number(), n: v.number(), body: v.string() })
    .index("by_group", ["group"])
    .index("by_n", ["n"])
    .index("by_group_and_n", ["group", "n"]),
  starts: defineTable({ lateMs: v.number() }),
});
