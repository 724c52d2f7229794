/**
 * What the queue page shows: for the organization and each of its scenarios with anything in the queue, how much waits, why, since
 * when, and how much gets done. It reads a bounded number of light rows, so that looking at a long queue does not lengthen it; what
 * goes beyond is told by `isCut`.
 */
import { v, type Infer } from "convex/values";
import type { Doc, Id } from "../_generated/dataModel.d.ts";
import type { OrgQueryCtx } from "../functions.ts";
import { MINUTE_MS } from "../lib/time.ts";
import { isHeld, pauseOf } from "../runs/gates.ts";

/** Rows that are read of each state: the oldest ones. */
const ROWS_PER_STATE = 1_000;
/** The newest runs, from which is told what was done lately. */
const RECENT_ROWS = 500;
/** Scenarios looked at for those that are paused with nothing in the queue. */
const PAUSED_SEARCHED = 200;
const JOBS_SHOWN = 20;

const countFields = {
  /** For an executor to take them on. */
  ready: v.number(),
  running: v.number(),
  /** For another run of the scenario to end. */
  heldByTurn: v.number(),
  heldByPause: v.number(),
  /** For another run of the organization to end. */
  heldByOrganization: v.number(),
  /** For a time, an event or another run. */
  sleeping: v.number(),
  /** When the oldest one that could go on but does not was started. */
  oldestAt: v.union(v.number(), v.null()),
  /** Ended within the last minute, as far as the newest runs tell. */
  endedLastMinute: v.number(),
};

export const queueValidator = v.object({
  ...countFields,
  /** There are more runs than were counted. */
  isCut: v.boolean(),
  pausedAt: v.union(v.number(), v.null()),
  drainingSince: v.union(v.number(), v.null()),
  maintenanceSince: v.union(v.number(), v.null()),
  /** Null: no limit but the fair share. */
  maxConcurrentRuns: v.union(v.number(), v.null()),
  scenarios: v.array(
    v.object({
      ...countFields,
      id: v.id("scenarios"),
      name: v.string(),
      paused: v.union(v.literal("scenario"), v.literal("organization"), v.null()),
      emptying: v.union(v.null(), v.object({ cancelled: v.number(), endedAt: v.union(v.number(), v.null()) })),
    }),
  ),
});
export type Queue = Infer<typeof queueValidator>;
type Counts = Omit<Queue["scenarios"][number], "id" | "name" | "paused" | "emptying">;

export async function getQueue(ctx: OrgQueryCtx): Promise<Queue> {
  const { organizationId } = ctx.actor;
  const organization = await ctx.db.get("organizations", organizationId);
  const deployment = await ctx.db.query("deployments").first();
  const total = nothing();
  const byScenario = new Map<Id<"scenarios">, Counts>();
  const isCut = await countLive(ctx, organizationId, (run) => {
    for (const counts of [total, countsOf(byScenario, run.scenarioId)]) add(counts, run);
  });
  for (const { scenarioId } of await endedLately(ctx, organizationId)) {
    total.endedLastMinute += 1;
    countsOf(byScenario, scenarioId).endedLastMinute += 1;
  }
  const jobs = await jobsOf(ctx, organizationId);
  for (const id of jobs.keys()) countsOf(byScenario, id);
  for (const id of await pausedScenarios(ctx, organizationId)) countsOf(byScenario, id);
  return {
    ...total,
    isCut,
    pausedAt: organization?.gate?.pausedAt ?? null,
    drainingSince: organization?.gate?.drainingSince ?? null,
    maintenanceSince: deployment?.maintenanceSince ?? null,
    maxConcurrentRuns: organization?.gate?.maxConcurrentRuns ?? null,
    scenarios: await describe(ctx, byScenario, jobs),
  };
}

async function countLive(
  ctx: OrgQueryCtx,
  organizationId: Id<"organizations">,
  count: (run: Doc<"runs">) => void,
): Promise<boolean> {
  let isCut = false;
  for (const state of ["queued", "running", "waiting"] as const) {
    const runs = await ctx.db
      .query("runs")
      .withIndex("by_organization_and_state", (q) => q.eq("organizationId", organizationId).eq("state", state))
      .take(ROWS_PER_STATE);
    for (const run of runs) count(run);
    isCut ||= runs.length === ROWS_PER_STATE;
  }
  return isCut;
}

function add(counts: Counts, run: Doc<"runs">): void {
  if (run.queue === "claimed") counts.running += 1;
  else if (run.queue === "ready") counts.ready += 1;
  else if (!isHeld(run)) counts.sleeping += 1;
  else if (run.waitReason === "paused") counts.heldByPause += 1;
  else if (run.waitReason === "organization") counts.heldByOrganization += 1;
  else counts.heldByTurn += 1;
  const waits = run.queue === "ready" || isHeld(run);
  if (waits) counts.oldestAt = Math.min(counts.oldestAt ?? Infinity, run.startedAt);
}

async function endedLately(ctx: OrgQueryCtx, organizationId: Id<"organizations">): Promise<Doc<"runs">[]> {
  const sinceMs = Date.now() - MINUTE_MS;
  const newest = await ctx.db
    .query("runs")
    .withIndex("by_organization", (q) => q.eq("organizationId", organizationId))
    .order("desc")
    .take(RECENT_ROWS);
  return newest.filter((run) => run.endedAt !== undefined && run.endedAt > sinceMs);
}

async function jobsOf(ctx: OrgQueryCtx, organizationId: Id<"organizations">) {
  const jobs = await ctx.db
    .query("queueJobs")
    .withIndex("by_organization", (q) => q.eq("organizationId", organizationId))
    .order("desc")
    .take(JOBS_SHOWN);
  const isShown = (job: Doc<"queueJobs">) => job.endedAt === undefined || job.endedAt > Date.now() - MINUTE_MS;
  return new Map(jobs.filter(isShown).map((job) => [job.scenarioId, job]));
}

async function pausedScenarios(ctx: OrgQueryCtx, organizationId: Id<"organizations">): Promise<Id<"scenarios">[]> {
  const scenarios = await ctx.db
    .query("scenarios")
    .withIndex("by_organization_and_archivedAt", (q) =>
      q.eq("organizationId", organizationId).eq("archivedAt", undefined),
    )
    .order("desc")
    .take(PAUSED_SEARCHED);
  return scenarios.filter((scenario) => scenario.pausedAt !== undefined).map((scenario) => scenario._id);
}

async function describe(
  ctx: OrgQueryCtx,
  byScenario: Map<Id<"scenarios">, Counts>,
  jobs: Map<Id<"scenarios">, Doc<"queueJobs">>,
): Promise<Queue["scenarios"]> {
  const described = [];
  for (const [id, counts] of byScenario) {
    const scenario = await ctx.db.get("scenarios", id);
    if (scenario === null) continue;
    const job = jobs.get(id);
    const emptying = job === undefined ? null : { cancelled: job.cancelled, endedAt: job.endedAt ?? null };
    described.push({ ...counts, id, name: scenario.name, paused: pauseOf(scenario), emptying });
  }
  return described.sort((a, b) => inQueue(b) - inQueue(a) || b.running - a.running || a.name.localeCompare(b.name));
}

const inQueue = (counts: Counts) => counts.ready + counts.heldByTurn + counts.heldByPause + counts.heldByOrganization;

const nothing = (): Counts => ({
  ready: 0,
  running: 0,
  heldByTurn: 0,
  heldByPause: 0,
  heldByOrganization: 0,
  sleeping: 0,
  oldestAt: null,
  endedLastMinute: 0,
});

function countsOf(byScenario: Map<Id<"scenarios">, Counts>, id: Id<"scenarios">): Counts {
  const known = byScenario.get(id) ?? nothing();
  byScenario.set(id, known);
  return known;
}
