import { v } from "convex/values";
import { orgQuery } from "../functions.ts";
import * as model from "./model.ts";

export const getListening = orgQuery({
  permission: "scenario:update",
  args: { scenarioId: v.string() },
  returns: v.object({
    url: v.string(),
    listeningUntil: v.union(v.number(), v.null()),
    samples: v.array(v.object({ receivedAt: v.number(), bundle: v.string() })),
  }),
  handler: (ctx, args) => model.getListening(ctx, args),
});
