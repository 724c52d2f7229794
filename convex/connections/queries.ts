import { v } from "convex/values";
import { orgQuery } from "../functions.ts";
import { personValidator } from "../organizations/people.ts";
import { breakerValidator } from "./breakers.ts";
import * as model from "./model.ts";

export const listConnections = orgQuery({
  permission: "connection:read",
  args: {},
  returns: v.array(
    v.object({
      id: v.id("connections"),
      type: v.string(),
      name: v.string(),
      createdAt: v.number(),
      createdBy: personValidator,
      breaker: breakerValidator,
    }),
  ),
  handler: (ctx) => model.listConnections(ctx),
});
