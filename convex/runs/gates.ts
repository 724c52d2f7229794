/**
 * Whether a run may go on now. A paused scenario's runs wait until it is resumed, an organization's beyond its limit until one of
 * its runs makes room. They are held with a row in `runHolds`, and cost nothing where neither is used: a start has the scenario in
 * hand, and a run that an executor holds is told by a mark on its own row (`pauseRequested`).
 *
 * What is held before it began is `queued`, behind its scenario's turn (`turns.ts`). What is held in the middle is `waiting`: it
 * has had its turn.
 */
import type { Doc, Id } from "../_generated/dataModel.d.ts";
import type { MutationCtx, QueryCtx } from "../functions.ts";
import { enqueue } from "./queue.ts";

type Gated = Pick<
  Doc<"runs">,
  "organizationId" | "scenarioId" | "shard" | "dryRun" | "onlyNode" | "pauseRequested" | "isLimited"
>;
type Place = Pick<Doc<"runs">, "state" | "queue" | "dueAt" | "waitReason" | "generation">;
type Scenario = Pick<Doc<"scenarios">, "pausedAt" | "gate">;

const HELD_REASONS: readonly unknown[] = ["turn", "paused", "organization"];
/** Runs that one transaction lets go on. */
const RELEASE_BATCH = 100;

/** By whom a scenario is paused; null when it is not. */
export function pauseOf(scenario: Scenario): "scenario" | "organization" | null {
  if (scenario.pausedAt !== undefined) return "scenario";
  return scenario.gate?.pausedAt === undefined ? null : "organization";
}

/** Tests of a single node, and dry runs, are a person's experiments: they wait for nobody. */
export const isTest = (run: Pick<Gated, "dryRun" | "onlyNode">): boolean =>
  run.dryRun !== undefined || run.onlyNode !== undefined;

/** Whether the run has a row in `runHolds`. */
export const isHeld = (run: Pick<Doc<"runs">, "queue" | "waitReason">): boolean =>
  run.queue === undefined && HELD_REASONS.includes(run.waitReason);

/**
 * The standing of a run that would go on: with its place in the queue, or held. Call `noteHold` once it is written. `scenario`
 * where it is at hand.
 */
export async function admit<Standing extends Place>(
  ctx: MutationCtx,
  run: Gated,
  standing: Standing,
  scenario?: Scenario,
): Promise<Standing & Partial<Pick<Doc<"runs">, "shard" | "pauseRequested">>> {
  const goesOn = standing.queue === "ready" || (standing.queue === "claimed" && run.pauseRequested === true);
  if (!goesOn) return standing;
  const known = scenario ?? (await ctx.db.get("scenarios", run.scenarioId));
  if (known && pauseOf(known) !== null && !isTest(run)) return heldFor(standing, "paused");
  const free = { ...standing, ...(run.pauseRequested && { pauseRequested: undefined }) };
  if (standing.queue === "claimed") return free;
  if (!run.isLimited) return { ...free, ...(await enqueue(ctx, run)) };
  if (!(await hasRoom(ctx, run.organizationId))) return heldFor(standing, "organization");
  // Counted from now on, also before an executor has claimed it.
  return { ...free, ...(await enqueue(ctx, run)), state: "running" };
}

function heldFor<Standing extends Place>(standing: Standing, waitReason: "paused" | "organization") {
  const generation = standing.generation + 1;
  const place = { state: "waiting" as const, queue: undefined, dueAt: undefined, waitReason };
  return { ...standing, ...place, generation, pauseRequested: undefined };
}

/** Adds the row of a run that `admit` holds. */
export async function noteHold(
  ctx: MutationCtx,
  run: Pick<Doc<"runs">, "organizationId" | "scenarioId"> & { runId: Id<"runs"> },
  standing: Pick<Place, "queue" | "waitReason">,
): Promise<void> {
  if (standing.queue !== undefined) return;
  const { runId, scenarioId, organizationId } = run;
  if (standing.waitReason === "paused") await ctx.db.insert("runHolds", { runId, scenarioId, kind: "midway" });
  if (standing.waitReason === "organization") {
    await ctx.db.insert("runHolds", { runId, scenarioId, kind: "organization", organizationId });
  }
}

/** Lets a held run go on, as far as nothing else holds it. Its row in `runHolds` is the caller's. */
export async function readmit(ctx: MutationCtx, run: Doc<"runs">): Promise<void> {
  const state = run.state === "waiting" ? ("running" as const) : run.state;
  const { generation } = run;
  const ready = { state, queue: "ready" as const, dueAt: Date.now(), waitReason: undefined, generation };
  const standing = await admit(ctx, run, ready);
  await ctx.db.patch("runs", run._id, standing);
  await noteHold(ctx, { ...run, runId: run._id }, standing);
}

/** Holds a run that waits for an executor, or tells the executor that has it to let go of it after its operation. */
export async function pauseUnderWay(ctx: MutationCtx, run: Doc<"runs">): Promise<void> {
  if (isTest(run)) return;
  if (run.queue === "claimed") await ctx.db.patch("runs", run._id, { pauseRequested: true });
  if (run.queue !== "ready") return;
  const standing = heldFor(run, "paused");
  const { state, queue, dueAt, waitReason, generation } = standing;
  await ctx.db.patch("runs", run._id, { state, queue, dueAt, waitReason, generation });
  await noteHold(ctx, { ...run, runId: run._id }, standing);
}

/** Lets runs go on that a pause held in the middle. Returns whether there may be more. */
export async function releasePaused(ctx: MutationCtx, scenarioId: Id<"scenarios">): Promise<boolean> {
  const holds = await ctx.db
    .query("runHolds")
    .withIndex("by_scenario_and_kind", (q) => q.eq("scenarioId", scenarioId).eq("kind", "midway"))
    .take(RELEASE_BATCH);
  for (const held of holds) await release(ctx, held);
  return holds.length === RELEASE_BATCH;
}

/** Lets runs of the organization go on, as many as its limit has room for. */
export async function releaseOrganization(ctx: MutationCtx, organizationId: Id<"organizations">): Promise<void> {
  for (let released = 0; released < RELEASE_BATCH; released++) {
    const oldest = await oldestOf(ctx, organizationId);
    if (oldest === null || !(await isBelowLimit(ctx, organizationId))) return;
    await release(ctx, oldest);
  }
}

async function release(ctx: MutationCtx, held: Doc<"runHolds">): Promise<void> {
  await ctx.db.delete("runHolds", held._id);
  const run = await ctx.db.get("runs", held.runId);
  if (run === null || !isHeld(run)) return;
  // It is at the head of the line: whoever else waits for the same limit does not count.
  if (held.kind === "organization") await readmit(ctx, { ...run, isLimited: undefined });
  else await readmit(ctx, run);
}

async function hasRoom(ctx: QueryCtx, organizationId: Id<"organizations">): Promise<boolean> {
  return (await oldestOf(ctx, organizationId)) === null && (await isBelowLimit(ctx, organizationId));
}

async function isBelowLimit(ctx: QueryCtx, organizationId: Id<"organizations">): Promise<boolean> {
  const limit = (await ctx.db.get("organizations", organizationId))?.gate?.maxConcurrentRuns;
  if (limit === undefined) return true;
  const running = await ctx.db
    .query("runs")
    .withIndex("by_organization_and_state", (q) => q.eq("organizationId", organizationId).eq("state", "running"))
    .take(limit);
  return running.length < limit;
}

async function oldestOf(ctx: QueryCtx, organizationId: Id<"organizations">): Promise<Doc<"runHolds"> | null> {
  return await ctx.db
    .query("runHolds")
    .withIndex("by_organization", (q) => q.eq("organizationId", organizationId))
    .first();
}

/** Organizations with held runs that one pass of the sweeper looks at. */
const SWEEP_BATCH = 50;

/** As `sweepHolds` of `turns.ts`, for organizations: their limit was lifted, or a run from before it has ended. */
export async function sweepOrganizationHolds(
  ctx: MutationCtx,
  after: Id<"organizations"> | null,
): Promise<Id<"organizations"> | null> {
  let last = after;
  for (let looked = 0; looked < SWEEP_BATCH; looked++) {
    const held = await ctx.db
      .query("runHolds")
      .withIndex("by_organization", (q) => q.gt("organizationId", last ?? undefined))
      .first();
    if (held?.organizationId === undefined) return null;
    last = held.organizationId;
    await releaseOrganization(ctx, last);
  }
  return last;
}
