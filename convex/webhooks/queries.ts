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

export const getSecurity = orgQuery({
  permission: "scenario:update",
  args: { scenarioId: v.string() },
  returns: v.object({
    secrets: v.array(v.object({ createdAt: v.number(), validUntil: v.union(v.number(), v.null()) })),
    refusals: v.object({
      countsLastDay: v.record(v.string(), v.number()),
      latest: v.array(
        v.object({
          at: v.number(),
          reason: v.string(),
          detail: v.string(),
          method: v.string(),
          address: v.optional(v.string()),
        }),
      ),
    }),
  }),
  handler: (ctx, args) => model.getSecurity(ctx, args),
});
