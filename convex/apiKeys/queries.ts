import { v } from "convex/values";
import { orgQuery } from "../functions.ts";
import * as model from "./model.ts";

/** The caller's own keys: every member may have some, and they can never do more than their owner. */
export const listApiKeys = orgQuery({
  permission: "scenario:read",
  args: {},
  returns: v.array(
    v.object({
      id: v.id("apiKeys"),
      name: v.string(),
      prefix: v.string(),
      createdAt: v.number(),
      lastUsedAt: v.union(v.number(), v.null()),
    }),
  ),
  handler: (ctx) => model.listApiKeys(ctx),
});
