import { defineSchema, defineTable } from "convex/server";
import { v } from "convex/values";

export default defineSchema({
  items: defineTable({ group: v.number(), n: v.number(), body: v.string() }),
  starts: defineTable({ lateMs: v.number() }),
  plain: defineTable({ group: v.number(), text: v.string() }),
  texts: defineTable({ group: v.number(), text: v.string() }).searchIndex("by_text", {
    searchField: "text",
    filterFields: ["group"],
  }),
  vectors: defineTable({ group: v.number(), vector: v.array(v.number()) }).vectorIndex("by_vector", {
    vectorField: "vector",
    dimensions: 256,
    filterFields: ["group"],
  }),
});
