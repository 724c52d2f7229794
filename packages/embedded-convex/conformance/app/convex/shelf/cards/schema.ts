import { defineSchema, defineTable } from "convex/server";
import { v } from "convex/values";

export default defineSchema({ cards: defineTable({ tag: v.string(), text: v.string() }).index("by_tag", ["tag"]) });
