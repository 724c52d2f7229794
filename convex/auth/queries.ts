import { v } from "convex/values";
import { publicQuery } from "../functions.ts";
import * as model from "./model.ts";

/** Whether the sign-up form is to be offered, and whether this is a fresh deployment. */
export const getSignUpState = publicQuery({
  args: {},
  returns: v.object({ open: v.boolean(), firstRun: v.boolean() }),
  handler: (ctx) => model.getSignUpState(ctx),
});
