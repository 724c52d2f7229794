import { manifests } from "@patchbay/catalog/manifests";
import { v } from "convex/values";
import { internalMutation } from "../functions.ts";
import * as model from "./model.ts";

/** After each deployment: brings the tables up to the manifests in the deployed code. Idempotent. */
export const seedIntegrations = internalMutation({
  args: {},
  returns: v.object({ changed: v.number() }),
  handler: (ctx) => model.seedIntegrations(ctx, manifests),
});
