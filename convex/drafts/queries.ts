import { v } from "convex/values";
import { orgQuery } from "../functions.ts";
import { personValidator } from "../organizations/people.ts";
import * as model from "./model.ts";

export const getDraft = orgQuery({
  permission: "scenario:read",
  args: { scenarioId: v.string() },
  returns: v.object({
    revision: v.number(),
    definition: v.string(),
    baseVersion: v.union(v.number(), v.null()),
    updatedAt: v.number(),
    updatedBy: v.union(personValidator, v.null()),
    differsFromPublished: v.boolean(),
  }),
  handler: (ctx, args) => model.getDraft(ctx, args),
});
