import { v } from "convex/values";
import { orgMutation } from "../functions.ts";
import * as model from "./model.ts";

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
