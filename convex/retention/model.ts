/** What members decide about how long runs are kept. */
import { internal } from "../_generated/api.js";
import type { Doc, Id } from "../_generated/dataModel.d.ts";
import { recordAudit, type AuditAction } from "../audit/model.ts";
import type { MutationCtx, OrgMutationCtx, OrgQueryCtx, QueryCtx } from "../functions.ts";
import { isEnded } from "@patchbay/engine";
import { appError } from "../lib/errors.ts";
import { requireOwned } from "../lib/ids.ts";
import { HOUR_MS } from "../lib/time.ts";
import { requireEditableScenario, requireScenario } from "../scenarios/access.ts";
import { getReport } from "./counting.ts";
import { dropData } from "./data.ts";
import { checkRetention, effectiveRetention, type Retention } from "./policy.ts";

/** Cleaning looks past kept runs each time, so there are not too many of them. */
export const MAX_KEPT_RUNS = 500;
const SCENARIOS_PER_TRANSACTION = 100;

/** What holds for the organization, what the last cleaning did, and how many runs are stored. */
export async function getRetention(ctx: OrgQueryCtx) {
  const { organizationId } = ctx.actor;
  const organization = await ctx.db.get("organizations", organizationId);
  const report = await getReport(ctx, organizationId);
  return {
    retention: effectiveRetention(organization),
    isDefault: organization?.retention === undefined,
    keptRuns: (await keptRuns(ctx, organizationId)).length,
    report: report && {
      cleanedAt: report.cleanedAt,
      nextAt: report.cleanedAt + HOUR_MS,
      deletedRuns: report.deletedRuns,
      ...(report.storedRuns !== undefined && { storedRuns: report.storedRuns }),
      ...(report.countedAt !== undefined && { countedAt: report.countedAt }),
      isAtLeast: report.isAtLeast ?? false,
    },
  };
}

async function keptRuns(ctx: QueryCtx, organizationId: Id<"organizations">): Promise<Doc<"runKeeps">[]> {
  return await ctx.db
    .query("runKeeps")
    .withIndex("by_organization", (q) => q.eq("organizationId", organizationId))
    .take(MAX_KEPT_RUNS);
}

/** A scenario's own rule, and what holds without one. */
export async function getScenarioRetention(ctx: OrgQueryCtx, args: { scenarioId: string }) {
  const scenario = await requireScenario(ctx, args);
  const organization = await ctx.db.get("organizations", scenario.organizationId);
  return { own: scenario.retention ?? null, inherited: effectiveRetention(organization) };
}

/** Sets how long the organization's runs are kept, where their scenario says nothing else. Throws `invalid`. */
export async function setOrganizationRetention(ctx: OrgMutationCtx, args: { retention: Retention }): Promise<void> {
  const { organizationId } = ctx.actor;
  const retention = checkRetention(args.retention);
  await ctx.db.patch("organizations", organizationId, { retention });
  await ctx.scheduler.runAfter(0, internal.retention.internal.spread, { organizationId, cursor: null });
  await record(ctx, "organization.retentionSet", { type: "organization", id: organizationId }, retention);
}

/** Sets how long a scenario's runs are kept; null leaves it to the organization. Throws `invalid` and `not_found`. */
export async function setScenarioRetention(
  ctx: OrgMutationCtx,
  args: { scenarioId: string; retention: Retention | null },
): Promise<void> {
  const scenario = await requireEditableScenario(ctx, args);
  const retention = args.retention === null ? undefined : checkRetention(args.retention);
  const organization = await ctx.db.get("organizations", scenario.organizationId);
  const drops = dropsOf(effectiveRetention(organization, { retention }));
  await ctx.db.patch("scenarios", scenario._id, { retention, ...drops });
  const details = retention ?? { inherited: true };
  await record(ctx, "scenario.retentionSet", { type: "scenario", id: scenario._id }, details);
}

/** What starts of runs read of the rule, so that they need not read the organization. */
export const dropsOf = (retention: Retention): Pick<Doc<"scenarios">, "dropsData"> => ({
  dropsData: retention.succeededData === "drop" ? true : undefined,
});

/** Takes a change of the organization's rule over into its scenarios, a batch per transaction. */
export async function spread(
  ctx: MutationCtx,
  args: { organizationId: Id<"organizations">; cursor: string | null },
): Promise<void> {
  const { organizationId, cursor } = args;
  const organization = await ctx.db.get("organizations", organizationId);
  const { page, isDone, continueCursor } = await ctx.db
    .query("scenarios")
    .withIndex("by_organization_and_archivedAt", (q) => q.eq("organizationId", organizationId))
    .paginate({ cursor, numItems: SCENARIOS_PER_TRANSACTION });
  for (const scenario of page) {
    const { dropsData } = dropsOf(effectiveRetention(organization, scenario));
    if (scenario.dropsData !== dropsData) await ctx.db.patch("scenarios", scenario._id, { dropsData });
  }
  if (isDone) return;
  await ctx.scheduler.runAfter(0, internal.retention.internal.spread, { organizationId, cursor: continueCursor });
}

/** Keeps a run whatever its age, or no longer. Throws `not_found`, and `conflict` beyond the limit or without data. */
export async function keepRun(ctx: OrgMutationCtx, args: { runId: string; keep: boolean }): Promise<void> {
  const run = await requireOwnRun(ctx, args);
  const { organizationId } = ctx.actor;
  if (args.keep === (run.keptAt !== undefined)) return;
  if (args.keep) {
    if ((await keptRuns(ctx, organizationId)).length >= MAX_KEPT_RUNS) {
      throw appError("conflict", `No more than ${MAX_KEPT_RUNS} runs can be kept. Let go of some first.`);
    }
    await ctx.db.insert("runKeeps", { organizationId, runId: run._id, keptBy: ctx.actor.userId });
    await ctx.db.patch("runs", run._id, { keptAt: Date.now() });
  } else {
    await dropKeep(ctx, run._id);
    await ctx.db.patch("runs", run._id, { keptAt: undefined });
  }
  await record(ctx, args.keep ? "run.kept" : "run.letGo", { type: "run", id: run._id });
}

async function dropKeep(ctx: MutationCtx, runId: Id<"runs">): Promise<void> {
  const row = await ctx.db
    .query("runKeeps")
    .withIndex("by_run", (q) => q.eq("runId", runId))
    .unique();
  if (row) await ctx.db.delete("runKeeps", row._id);
}

/** Deletes what an ended run holds, at once and for good; its row stays. Throws `not_found`, and `conflict` for a live run. */
export async function deleteRunData(ctx: OrgMutationCtx, args: { runId: string }): Promise<void> {
  const run = await requireOwnRun(ctx, args);
  if (!isEnded(run.state)) {
    throw appError("conflict", `The run is ${run.state}: it still needs its data. Stop or discard it first.`);
  }
  if (run.dataDeletedAt !== undefined) return;
  await dropData(ctx, run);
  await ctx.db.patch("runs", run._id, { error: run.error === undefined ? undefined : "Its data was deleted." });
  await record(ctx, "run.dataDeleted", { type: "run", id: run._id });
}

async function requireOwnRun(ctx: OrgMutationCtx, args: { runId: string }): Promise<Doc<"runs">> {
  return await requireOwned(ctx, "runs", { organizationId: ctx.actor.organizationId, id: args.runId, what: "run" });
}

async function record(
  ctx: OrgMutationCtx,
  action: AuditAction,
  resource: Parameters<typeof recordAudit>[1]["resource"],
  details?: Record<string, string | number | boolean | null>,
): Promise<void> {
  const { actor } = ctx;
  await recordAudit(ctx, {
    organizationId: actor.organizationId,
    actor,
    action,
    resource,
    ...(details && { details }),
  });
}
