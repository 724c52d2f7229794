import { v } from "convex/values";
import { authedQuery } from "../functions.ts";
import * as model from "./model.ts";

/** The integrations that scenarios can use, each with its latest manifest as JSON text. */
export const listIntegrations = authedQuery({
  args: {},
  returns: v.array(
    v.object({
      name: v.string(),
      version: v.string(),
      label: v.string(),
      description: v.string(),
      category: v.string(),
      manifest: v.string(),
    }),
  ),
  handler: (ctx) => model.listIntegrations(ctx),
});
