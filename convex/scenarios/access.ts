import type { Doc } from "../_generated/dataModel.d.ts";
import type { OrgQueryCtx } from "../functions.ts";
import { appError } from "../lib/errors.ts";
import { requireOwned } from "../lib/ids.ts";

/** The actor's organization's scenario, archived or not. Throws `not_found`. */
export async function requireScenario(ctx: OrgQueryCtx, args: { scenarioId: string }): Promise<Doc<"scenarios">> {
  return await requireOwned(ctx, "scenarios", {
    organizationId: ctx.actor.organizationId,
    id: args.scenarioId,
    what: "scenario",
  });
}

/** As `requireScenario`, for changes: throws `conflict` when the scenario is archived. */
export async function requireEditableScenario(
  ctx: OrgQueryCtx,
  args: { scenarioId: string },
): Promise<Doc<"scenarios">> {
  const scenario = await requireScenario(ctx, args);
  if (scenario.archivedAt !== undefined) {
    throw appError("conflict", "This scenario was deleted. Restore it first.", { reason: "archived" });
  }
  return scenario;
}
