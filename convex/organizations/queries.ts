import { v } from "convex/values";
import { publicQuery } from "../functions.ts";
import { roleValidator } from "../lib/permissions.ts";
import * as model from "./model.ts";

/** Who is signed in, and where they may do what; null for visitors. */
export const getViewer = publicQuery({
  args: {},
  returns: v.union(
    v.null(),
    v.object({
      user: v.object({ id: v.id("users"), name: v.string(), email: v.string() }),
      organizations: v.array(
        v.object({
          id: v.id("organizations"),
          name: v.string(),
          role: roleValidator,
          permissions: v.array(v.string()),
        }),
      ),
    }),
  ),
  handler: (ctx) => model.getViewer(ctx),
});
