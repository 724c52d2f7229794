import { v } from "convex/values";
import { orgMutation } from "../functions.ts";
import * as model from "./model.ts";
import { publishResultValidator, rollbackResultValidator } from "./validators.ts";

export const publish = orgMutation({
  permission: "scenario:publish",
  args: {
    scenarioId: v.string(),
    draftRevision: v.number(),
    label: v.optional(v.string()),
    note: v.optional(v.string()),
  },
  returns: publishResultValidator,
  handler: (ctx, args) => model.publish(ctx, args),
});

export const rollback = orgMutation({
  permission: "scenario:admin",
  args: { scenarioId: v.string(), number: v.number() },
  returns: rollbackResultValidator,
  handler: (ctx, args) => model.rollback(ctx, args),
});
