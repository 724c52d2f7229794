import { v } from "convex/values";
import { orgQuery } from "../functions.ts";
import * as model from "./model.ts";

const timeOrNull = v.union(v.number(), v.null());

export const getPolling = orgQuery({
  permission: "scenario:read",
  args: { scenarioId: v.string() },
  returns: v.union(
    v.null(),
    v.object({
      state: v.union(
        v.literal("stopped"),
        v.literal("off"),
        v.literal("polling"),
        v.literal("failing"),
        v.literal("waiting"),
      ),
      nextPollAt: timeOrNull,
      intervalMs: v.number(),
      begun: v.boolean(),
      lastPolledAt: timeOrNull,
      lastFoundAt: timeOrNull,
      lastFoundCount: timeOrNull,
      failures: v.number(),
      failingSince: timeOrNull,
      lastError: v.union(v.null(), v.object({ kind: v.string(), message: v.string(), at: v.number() })),
      stoppedAt: timeOrNull,
    }),
  ),
  handler: (ctx, args) => model.describePolling(ctx, args),
});
