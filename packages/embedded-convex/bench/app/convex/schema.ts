import { defineSchema, defineTable } from "convex/server";
import { v } from "convex/values";

export default defineSchema({
  items: defineTable({ group: v.number(), n: v.number(), body: v.string() })
    .index("by_group", ["group"])
    .index("by_n", ["n"]),
  starts: defineTable({ lateMs: v.number() }),
});
