import { v } from "convex/values";
import { orgQuery, tokenQuery } from "../functions.ts";
import { viewWait, waitViewValidator } from "./describe.ts";
import { listOpenWaits, openWaitValidator } from "./members.ts";

/** What is asked for at an address, for the page on which it is answered. */
export const getWait = tokenQuery({
  args: {},
  returns: waitViewValidator,
  handler: (ctx) => viewWait(ctx, ctx.wait),
});

/** What a run waits for now, with the addresses for those who may answer. */
export const getOpenWaits = orgQuery({
  permission: "scenario:read",
  args: { runId: v.string() },
  returns: v.union(v.null(), v.array(openWaitValidator)),
  handler: (ctx, args) => listOpenWaits(ctx, args),
});
