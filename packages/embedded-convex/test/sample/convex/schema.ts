import { defineSchema, defineTable } from "convex/server";
import { v } from "convex/values";

export default defineSchema({
  channels: defineTable({ name: v.string(), count: v.number() }).index("by_name", ["name"]),
  messages: defineTable({ channel: v.id("channels"), author: v.string(), body: v.string(), n: v.optional(v.number()) })
    .index("by_channel", ["channel"])
    .index("by_channel_and_n", ["channel", "n"]),
});
