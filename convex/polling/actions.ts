import { v } from "convex/values";
import { internal } from "../_generated/api.js";
import { orgAction } from "../functions.ts";
import { readPolling } from "@patchbay/core";
import type { PolledTrigger } from "./model.ts";
import { askService } from "./perform.ts";

/** Samples that a look keeps. */
const MAX_SAMPLES = 3;

/**
 * Polls with the draft's trigger and keeps the newest items as samples. Starts nothing, and leaves the place that the published
 * trigger has reached alone.
 */
export const look = orgAction({
  permission: "scenario:update",
  args: { scenarioId: v.string() },
  returns: v.union(
    v.object({ kind: v.literal("ok"), found: v.number() }),
    v.object({ kind: v.literal("failed"), message: v.string() }),
  ),
  handler: async (ctx, { scenarioId }) => {
    const { organizationId } = ctx.actor;
    const text: string | null = await ctx.runMutation(internal.polling.internal.beginLook, {
      organizationId,
      scenarioId,
    });
    if (text === null) return { kind: "failed" as const, message: "The draft does not begin with such a trigger." };
    const trigger = JSON.parse(text) as PolledTrigger;
    const polled = await askService(ctx, { organizationId, trigger, cursor: null, begun: true });
    if (!polled.ok) return { kind: "failed" as const, message: polled.error.message };
    const data = polled.result.items.map((item) => item.data);
    const isBatch = readPolling(trigger.config).deliver === "batch" && data.length > 0;
    const newest = isBatch ? [{ items: data.slice(-MAX_SAMPLES), count: data.length }] : data.slice(-MAX_SAMPLES);
    const samples = newest.map((sample) => JSON.stringify(sample));
    await ctx.runMutation(internal.polling.internal.keepSamples, { organizationId, scenarioId, samples });
    return { kind: "ok" as const, found: data.length };
  },
});
