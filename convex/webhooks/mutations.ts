import { v } from "convex/values";
import { orgMutation } from "../functions.ts";
import * as model from "./model.ts";
import * as secrets from "./secrets.ts";

export const startListening = orgMutation({
  permission: "scenario:update",
  args: { scenarioId: v.string() },
  returns: v.object({ listeningUntil: v.number() }),
  handler: async (ctx, args) => ({ listeningUntil: await model.startListening(ctx, args) }),
});

export const stopListening = orgMutation({
  permission: "scenario:update",
  args: { scenarioId: v.string() },
  returns: v.null(),
  handler: async (ctx, args) => {
    await model.stopListening(ctx, args);
    return null;
  },
});

/** The secret is in the answer this once. */
export const setSecret = orgMutation({
  permission: "scenario:update",
  args: { scenarioId: v.string(), given: v.optional(v.string()), overlapHours: v.optional(v.number()) },
  returns: v.object({ secret: v.string(), previousValidUntil: v.union(v.number(), v.null()) }),
  handler: (ctx, args) => secrets.setSecret(ctx, args),
});

export const removeSecret = orgMutation({
  permission: "scenario:update",
  args: { scenarioId: v.string(), which: v.union(v.literal("previous"), v.literal("all")) },
  returns: v.null(),
  handler: async (ctx, args) => {
    await secrets.removeSecret(ctx, args);
    return null;
  },
});
