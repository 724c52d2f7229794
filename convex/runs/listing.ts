/** Lists of runs: light rows only. */
import { stream } from "convex-helpers/server/stream";
import type { PaginationOptions } from "convex/server";
import { v } from "convex/values";
import type { Doc } from "../_generated/dataModel.d.ts";
import type { OrgQueryCtx, QueryCtx } from "../functions.ts";
import { mapPage, paginateStream } from "../lib/pagination.ts";
import { requireScenario } from "../scenarios/access.ts";
import schema from "../schema.ts";
import { titleOfWait } from "../waits/lookup.ts";
import { dryRunValidator, runSourceValidator, runStateValidator, runTriggerValidator } from "./tables.ts";

/** A run as lists show it. `error` is for a person. */
export const runSummaryFields = {
  id: v.id("runs"),
  scenarioId: v.id("scenarios"),
  scenarioName: v.string(),
  state: runStateValidator,
  source: runSourceValidator,
  trigger: runTriggerValidator,
  parentRunId: v.optional(v.id("runs")),
  startedAt: v.number(),
  endedAt: v.union(v.number(), v.null()),
  operationCount: v.number(),
  error: v.optional(v.string()),
  /** The same for programs. */
  failure: v.optional(
    v.object({
      kind: v.string(),
      code: v.string(),
      nodeId: v.optional(v.number()),
      bundlePath: v.optional(v.string()),
    }),
  ),
  /** When an incomplete run is tried again by itself. */
  retryAt: v.optional(v.number()),
  dryRun: v.optional(dryRunValidator),
  /** The one node that was executed. */
  onlyNode: v.optional(v.number()),
  /** In lists, of a run that waits for somebody: what for. */
  waitsFor: v.optional(v.string()),
};

/** Rows that one page may look at while it searches; the next page goes on from there. */
const MAX_ROWS_SEARCHED = 1_000;

export interface RunFilter {
  scenarioId?: string;
  version?: number;
  state?: Doc<"runs">["state"];
  /** Of the error that a run failed or stopped with. */
  code?: string;
  nodeId?: number;
}

/** A page of the organization's runs, the newest first. Throws `not_found` for a scenario that is not its own. */
export async function listRuns(ctx: OrgQueryCtx, args: RunFilter & { paginationOpts: PaginationOptions }) {
  const rows = (await rowsFor(ctx, args)).filterWith(matchesFailure(args));
  const page = { table: "runs" as const, options: args.paginationOpts, maximumRowsRead: MAX_ROWS_SEARCHED };
  const paged = await paginateStream(ctx, { ...page, rows });
  const names = new Map<string, Promise<string>>();
  return await mapPage(paged, async (run: Doc<"runs">) => ({
    ...summarizeRun(run, await nameOf(ctx, run, names)),
    ...(await describeWait(ctx, run)),
  }));
}

async function rowsFor(ctx: OrgQueryCtx, filter: RunFilter) {
  const runs = stream(ctx.db, schema).query("runs");
  const { organizationId } = ctx.actor;
  const { state, version } = filter;
  if (filter.scenarioId === undefined) {
    const own =
      state === undefined
        ? runs.withIndex("by_organization", (q) => q.eq("organizationId", organizationId))
        : runs.withIndex("by_organization_and_state", (q) => q.eq("organizationId", organizationId).eq("state", state));
    return own.order("desc").filterWith(matchesVersion(version));
  }
  const { _id: scenarioId } = await requireScenario(ctx, { scenarioId: filter.scenarioId });
  if (version !== undefined) {
    return runs
      .withIndex("by_scenario_and_version", (q) => q.eq("scenarioId", scenarioId).eq("version", version))
      .order("desc")
      .filterWith(async (run) => state === undefined || run.state === state);
  }
  const own =
    state === undefined
      ? runs.withIndex("by_scenario", (q) => q.eq("scenarioId", scenarioId))
      : runs.withIndex("by_scenario_and_state", (q) => q.eq("scenarioId", scenarioId).eq("state", state));
  return own.order("desc").filterWith(matchesVersion(undefined));
}

const matchesVersion = (version: number | undefined) => async (run: Doc<"runs">) =>
  version === undefined || run.version === version;

const matchesFailure =
  ({ code, nodeId }: RunFilter) =>
  async (run: Doc<"runs">) =>
    (code === undefined || run.failure?.code === code) && (nodeId === undefined || run.failure?.nodeId === nodeId);

/** A scenario's name, read once per page. */
async function nameOf(ctx: QueryCtx, run: Doc<"runs">, names: Map<string, Promise<string>>): Promise<string> {
  const known = names.get(run.scenarioId);
  if (known) return await known;
  const name = ctx.db.get("scenarios", run.scenarioId).then((scenario) => scenario?.name ?? "");
  names.set(run.scenarioId, name);
  return await name;
}

async function describeWait(ctx: QueryCtx, run: Doc<"runs">): Promise<{ waitsFor?: string }> {
  if (run.state !== "waiting" || (run.waitReason !== "event" && run.waitReason !== "approval")) return {};
  const waitsFor = await titleOfWait(ctx, run._id);
  return waitsFor === null ? {} : { waitsFor };
}

export function summarizeRun(run: Doc<"runs">, scenarioName: string) {
  return {
    id: run._id,
    scenarioId: run.scenarioId,
    scenarioName,
    state: run.state,
    source: run.source,
    trigger: run.trigger,
    ...(run.parentRunId !== undefined && { parentRunId: run.parentRunId }),
    startedAt: run.startedAt,
    endedAt: run.endedAt ?? null,
    operationCount: run.operationCount,
    ...(run.error !== undefined && { error: run.error }),
    ...(run.failure && { failure: run.failure }),
    ...(run.waitReason === "break" && run.dueAt !== undefined && { retryAt: run.dueAt }),
    ...(run.dryRun && { dryRun: run.dryRun }),
    ...(run.onlyNode !== undefined && { onlyNode: run.onlyNode }),
  };
}
