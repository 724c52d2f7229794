import { defineSchema, defineTable } from "convex/server";
import { v } from "convex/values";

export default defineSchema({
  marks: defineTable({ name: v.string(), count: v.number(), file: v.optional(v.id("_storage")) }).index("by_name", [
    "name",
  ]),
});
