import { v } from "convex/values";
import { internalOrgMutation } from "../functions.ts";
import * as model from "./model.ts";

export const createConnection = internalOrgMutation({
  permission: "connection:create",
  args: {
    type: v.string(),
    name: v.string(),
    sealId: v.string(),
    sealedValues: v.array(v.object({ field: v.string(), envelope: v.string() })),
  },
  returns: v.id("connections"),
  handler: (ctx, args) => model.createConnection(ctx, args),
});
