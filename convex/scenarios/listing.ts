/** The list of scenarios, with what their runs were like lately. */
import { stream } from "convex-helpers/server/stream";
import type { PaginationOptions } from "convex/server";
import { v, type Infer } from "convex/values";
import type { Doc, Id } from "../_generated/dataModel.d.ts";
import type { OrgQueryCtx, QueryCtx } from "../functions.ts";
import { mapPage, paginateStream } from "../lib/pagination.ts";
import { getPerson } from "../organizations/people.ts";
import { pauseOf } from "../runs/gates.ts";
import schema from "../schema.ts";

export const scenarioFilterValidator = v.union(
  v.literal("all"),
  v.literal("on"),
  v.literal("off"),
  v.literal("failing"),
  v.literal("drafts"),
  v.literal("archived"),
);
export type ScenarioFilter = Infer<typeof scenarioFilterValidator>;

const RECENT_RUNS = 24;
/** Rows that one page may look at while it searches; the next page goes on from there. */
const MAX_ROWS_SEARCHED = 500;
const COUNT_LIMIT = 1_000;

/** A page of the organization's scenarios, the last changed first. Archived ones only under their own filter. */
export async function listScenarios(
  ctx: OrgQueryCtx,
  args: { paginationOpts: PaginationOptions; search?: string; filter: ScenarioFilter },
) {
  const matches = matcher(ctx, args);
  const rows = rowsFor(ctx, args.filter).filterWith(matches);
  const page = { table: "scenarios" as const, options: args.paginationOpts, maximumRowsRead: MAX_ROWS_SEARCHED };
  const result = await paginateStream(ctx, { ...page, rows });
  return await mapPage(result, (scenario) => toListItem(ctx, scenario));
}

function rowsFor(ctx: OrgQueryCtx, filter: ScenarioFilter) {
  const { organizationId } = ctx.actor;
  const scenarios = stream(ctx.db, schema).query("scenarios");
  if (filter === "archived") {
    return scenarios
      .withIndex("by_organization_and_archivedAt_and_updatedAt", (q) =>
        q.eq("organizationId", organizationId).gt("archivedAt", 0),
      )
      .order("desc");
  }
  if (filter === "on" || filter === "off") {
    return scenarios
      .withIndex("by_organization_and_archivedAt_and_enabled_and_updatedAt", (q) =>
        q
          .eq("organizationId", organizationId)
          .eq("archivedAt", undefined)
          .eq("enabled", filter === "on"),
      )
      .order("desc");
  }
  return scenarios
    .withIndex("by_organization_and_archivedAt_and_updatedAt", (q) =>
      q.eq("organizationId", organizationId).eq("archivedAt", undefined),
    )
    .order("desc");
}

function matcher(ctx: QueryCtx, args: { search?: string; filter: ScenarioFilter }) {
  const words = (args.search ?? "").toLowerCase().split(/\s+/).filter(Boolean);
  return async (scenario: Doc<"scenarios">): Promise<boolean> => {
    const text = `${scenario.name} ${scenario.description}`.toLowerCase();
    if (!words.every((word) => text.includes(word))) return false;
    if (args.filter === "drafts") return hasDraftChanges(scenario);
    if (args.filter === "failing") return await lastRunFailed(ctx, scenario._id);
    return true;
  };
}

const hasDraftChanges = (scenario: Doc<"scenarios">) => scenario.draftContentHash !== scenario.publishedContentHash;

async function lastRunFailed(ctx: QueryCtx, scenarioId: Id<"scenarios">): Promise<boolean> {
  const [last] = await newestRuns(ctx, scenarioId, 1);
  return last?.state === "failed" || last?.state === "incomplete";
}

async function newestRuns(ctx: QueryCtx, scenarioId: Id<"scenarios">, count: number): Promise<Doc<"runs">[]> {
  return await ctx.db
    .query("runs")
    .withIndex("by_scenario", (q) => q.eq("scenarioId", scenarioId))
    .order("desc")
    .take(count);
}

async function toListItem(ctx: QueryCtx, scenario: Doc<"scenarios">) {
  const runs = await newestRuns(ctx, scenario._id, RECENT_RUNS);
  const [last] = runs;
  return {
    id: scenario._id,
    name: scenario.name,
    description: scenario.description,
    enabled: scenario.enabled,
    paused: pauseOf(scenario),
    publishedVersion: scenario.publishedNumber ?? null,
    hasDraftChanges: hasDraftChanges(scenario),
    nodeTypes: scenario.nodeTypes,
    recentRuns: runs.reverse().map((run) => ({
      id: run._id,
      state: run.state,
      startedAt: run.startedAt,
      durationMs: run.endedAt === undefined ? null : run.endedAt - run.startedAt,
    })),
    lastRun: last === undefined ? null : summarizeRun(last),
    updatedAt: scenario.updatedAt,
    archivedAt: scenario.archivedAt ?? null,
    updatedBy: await getPerson(ctx, scenario.updatedBy),
  };
}

function summarizeRun(run: Doc<"runs">) {
  return {
    id: run._id,
    state: run.state,
    startedAt: run.startedAt,
    endedAt: run.endedAt ?? null,
    operationCount: run.operationCount,
    ...(run.error === undefined ? {} : { error: run.error }),
  };
}

/** How many scenarios each tab of the list has; counted up to 1,000 each. */
export async function countScenarios(ctx: OrgQueryCtx) {
  const [all, archived] = await Promise.all([countRows(ctx, "all"), countRows(ctx, "archived")]);
  const on = all.filter((scenario) => scenario.enabled).length;
  return { all: all.length, on, off: all.length - on, archived: archived.length };
}

async function countRows(ctx: OrgQueryCtx, which: "all" | "archived"): Promise<Doc<"scenarios">[]> {
  return await ctx.db
    .query("scenarios")
    .withIndex("by_organization_and_archivedAt", (q) => {
      const own = q.eq("organizationId", ctx.actor.organizationId);
      return which === "all" ? own.eq("archivedAt", undefined) : own.gt("archivedAt", 0);
    })
    .take(COUNT_LIMIT);
}
