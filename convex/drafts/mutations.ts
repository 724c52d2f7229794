import { v } from "convex/values";
import { orgMutation } from "../functions.ts";
import { personValidator } from "../organizations/people.ts";
import { issueValidator } from "../scenarios/definition.ts";
import * as model from "./model.ts";

const saveResultValidator = v.union(
  v.object({ kind: v.literal("ok"), revision: v.number(), updatedAt: v.number() }),
  v.object({
    kind: v.literal("conflict"),
    head: v.object({
      revision: v.number(),
      definition: v.string(),
      updatedAt: v.number(),
      updatedBy: v.union(personValidator, v.null()),
    }),
  }),
  v.object({ kind: v.literal("invalid"), issues: v.array(issueValidator) }),
);

export const saveDraft = orgMutation({
  permission: "scenario:update",
  args: { scenarioId: v.string(), baseRevision: v.number(), definition: v.string() },
  returns: saveResultValidator,
  handler: (ctx, args) => model.saveDraft(ctx, args),
});

export const loadVersion = orgMutation({
  permission: "scenario:update",
  args: { scenarioId: v.string(), baseRevision: v.number(), number: v.number() },
  returns: saveResultValidator,
  handler: (ctx, args) => model.loadVersion(ctx, args),
});

export const discardDraft = orgMutation({
  permission: "scenario:update",
  args: { scenarioId: v.string(), baseRevision: v.number() },
  returns: saveResultValidator,
  handler: (ctx, args) => model.discardDraft(ctx, args),
});
