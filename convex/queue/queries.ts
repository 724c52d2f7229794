import { orgQuery } from "../functions.ts";
import { getQueue as overview, queueValidator } from "./overview.ts";

/** Meant to be asked for now and then, not to be subscribed to: every run of the organization changes it. */
export const getQueue = orgQuery({
  permission: "scenario:read",
  args: {},
  returns: queueValidator,
  handler: (ctx) => overview(ctx),
});
