import { defineSchema, defineTable } from "convex/server";
import { v } from "convex/values";

export default defineSchema({
  scores: defineTable({ game: v.string(), player: v.string(), score: v.number() }).index("by_game", ["game"]),
  people: defineTable({ tag: v.string(), name: v.string(), fullName: v.optional(v.string()) }).index("by_tag", ["tag"]),
  events: defineTable({ tag: v.string(), text: v.string(), at: v.number() }).index("by_tag", ["tag"]),
});
