import { v } from "convex/values";
import { internal } from "../_generated/api.js";
import { httpAction, internalMutation, internalQuery } from "../functions.ts";
import * as model from "./model.ts";

/** Called by the CLI when deployment, functions and web page of a start are up. */
export const markReady = internalMutation({
  args: { startId: v.string() },
  returns: v.null(),
  handler: async (ctx, args) => {
    await model.markReady(ctx, args);
    return null;
  },
});

export const isReady = internalQuery({
  args: {},
  returns: v.boolean(),
  handler: (ctx) => model.isReady(ctx),
});

/** `GET /health`: 200 when this start is ready, 503 before. */
export const health = httpAction(async (ctx) => {
  const ready: boolean = await ctx.runQuery(internal.settings.health.isReady, {});
  return Response.json({ status: ready ? "ok" : "starting" }, { status: ready ? 200 : 503 });
});
