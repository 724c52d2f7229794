import { v } from "convex/values";
import { internal } from "../_generated/api.js";
import type { Id } from "../_generated/dataModel.d.ts";
import { orgAction } from "../functions.ts";
import { checkConnectionValues } from "./model.ts";
import { sealValues } from "./secrets.ts";

/** Encrypts and stores credentials: an action, since it makes a data key. */
export const createConnection = orgAction({
  permission: "connection:create",
  args: { type: v.string(), name: v.string(), values: v.record(v.string(), v.string()) },
  returns: v.object({ id: v.id("connections") }),
  handler: async (ctx, args): Promise<{ id: Id<"connections"> }> => {
    const { organizationId } = ctx.actor;
    const values = checkConnectionValues(args.type, args.values);
    const sealed = await sealValues({ organizationId, values });
    const stored = { organizationId, type: args.type, name: args.name, ...sealed };
    const id: Id<"connections"> = await ctx.runMutation(internal.connections.internal.createConnection, stored);
    return { id };
  },
});
