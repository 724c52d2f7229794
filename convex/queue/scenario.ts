/** Pausing a scenario: its events are accepted and kept, and its runs wait. That is what sets it apart from switching it off. */
import type { Id } from "../_generated/dataModel.d.ts";
import { internal } from "../_generated/api.js";
import { recordAudit, type AuditAction } from "../audit/model.ts";
import type { OrgMutationCtx } from "../functions.ts";
import { touch } from "../lib/time.ts";
import { requireEditableScenario } from "../scenarios/access.ts";

/** Nothing new begins, and what is under way stops after its current operation. Pausing twice changes nothing. */
export async function pauseScenario(ctx: OrgMutationCtx, args: { scenarioId: string }): Promise<void> {
  const scenario = await requireEditableScenario(ctx, args);
  if (scenario.pausedAt !== undefined) return;
  await ctx.db.patch("scenarios", scenario._id, { pausedAt: Date.now(), ...touch() });
  await ctx.scheduler.runAfter(0, internal.queue.pausing.pauseRuns, { scenarioId: scenario._id });
  await record(ctx, scenario._id, "scenario.paused");
}

/** What waited goes on, in the order in which it came; unless the whole organization is paused as well. */
export async function resumeScenario(ctx: OrgMutationCtx, args: { scenarioId: string }): Promise<void> {
  const scenario = await requireEditableScenario(ctx, args);
  if (scenario.pausedAt === undefined) return;
  await ctx.db.patch("scenarios", scenario._id, { pausedAt: undefined, ...touch() });
  await ctx.scheduler.runAfter(0, internal.queue.pausing.resumeRuns, { scenarioId: scenario._id });
  await record(ctx, scenario._id, "scenario.resumed");
}

export async function record(
  ctx: OrgMutationCtx,
  scenarioId: Id<"scenarios">,
  action: AuditAction,
  details?: Record<string, number>,
): Promise<void> {
  const { actor } = ctx;
  const resource = { type: "scenario" as const, id: scenarioId };
  const event = { organizationId: actor.organizationId, actor, action, resource, ...(details && { details }) };
  await recordAudit(ctx, event);
}
