/**
 * One decision about many runs, carried out in the background: a transaction handles a few runs, each in a transaction of its own
 * inside, so that one that cannot be handled is listed and holds nothing up. Every run is met at most once, and what was started
 * after the decision is not met at all.
 */
import { v, type Infer } from "convex/values";
import { internal } from "../_generated/api.js";
import type { Doc, Id } from "../_generated/dataModel.d.ts";
import { recordAudit } from "../audit/model.ts";
import type { MutationCtx, OrgMutationCtx, OrgQueryCtx, QueryCtx } from "../functions.ts";
import { appError, readAppError } from "../lib/errors.ts";
import { requireOwned } from "../lib/ids.ts";
import { DAY_MS } from "../lib/time.ts";
import { requireScenario } from "../scenarios/access.ts";
import { bulkActValidator, type bulkFilterValidator } from "./tables.ts";

export type BulkAct = Infer<typeof bulkActValidator>;
type Filter = Infer<typeof bulkFilterValidator>;
type Batch = Doc<"runBatches">;

/** Runs that can be chosen one by one. */
export const MAX_CHOSEN = 500;
/** Runs that one transaction handles. */
const RUNS_PER_STEP = 10;
/** Rows that one transaction looks through for runs that match. */
const ROWS_PER_STEP = 200;
/** Failures that are listed; more are counted. */
const MAX_LISTED = 50;
/** Up to here it is counted beforehand how many runs match. */
const MAX_COUNTED = 1_000;

export interface BulkRequest {
  act: BulkAct;
  /** Runs by id, or all that match the filter. */
  runIds?: string[];
  filter?: { scenarioId?: string; code?: string; nodeId?: number };
  /** What a retry does with operations of which nobody knows whether they were performed; `skip` lists them as failures. */
  unknown: "skip" | "again";
  /** Of `restart`: what the new runs execute. */
  source: "original" | "published";
}

/** Begins to carry out a decision. Throws `invalid` for a selection that makes none, `not_found` for a foreign scenario. */
export async function startBulk(ctx: OrgMutationCtx, request: BulkRequest): Promise<Id<"runBatches">> {
  const { act, unknown, source } = request;
  const selection = await readSelection(ctx, request);
  const { organizationId, userId, apiKeyId } = ctx.actor;
  const id = await ctx.db.insert("runBatches", {
    organizationId,
    by: userId,
    ...(apiKeyId !== undefined && { apiKeyId }),
    act,
    unknown,
    source,
    ...selection,
    state: "running",
    position: 0,
    phase: 0,
    until: untilNow(),
    handled: 0,
    failed: 0,
    failures: [],
  });
  await ctx.scheduler.runAfter(0, internal.runs.bulkWork.step, { batchId: id });
  await recordAudit(ctx, {
    organizationId,
    actor: ctx.actor,
    action: "run.bulkStarted",
    resource: { type: "organization", id: organizationId },
    details: { act, runs: selection.total, batch: id },
  });
  return id;
}

/** Rows of this very millisecond have creation times a fraction later. */
const untilNow = () => Date.now() + 1;

async function readSelection(
  ctx: OrgMutationCtx,
  { act, runIds, filter }: BulkRequest,
): Promise<Pick<Batch, "runIds" | "filter" | "total">> {
  if ((runIds === undefined) === (filter === undefined)) {
    throw appError("invalid", "Name the runs by `runIds`, or by a `filter`.", { field: "runIds" });
  }
  if (runIds !== undefined) {
    const chosen = [...new Set(runIds)];
    if (chosen.length === 0) throw appError("invalid", "No run was chosen.", { field: "runIds" });
    if (chosen.length > MAX_CHOSEN) {
      throw appError("invalid", `At most ${MAX_CHOSEN} runs can be chosen one by one; use a filter.`, {
        field: "runIds",
      });
    }
    const { organizationId } = ctx.actor;
    const runs = chosen.map((id) => requireOwned(ctx, "runs", { organizationId, id, what: "run" }));
    const ids = (await Promise.all(runs)).map((run) => run._id);
    return { runIds: ids, total: ids.length };
  }
  const { scenarioId, code, nodeId } = filter ?? {};
  const scenario = scenarioId === undefined ? null : await requireScenario(ctx, { scenarioId });
  const stored: Filter = {
    ...(scenario && { scenarioId: scenario._id }),
    ...(code !== undefined && { code }),
    ...(nodeId !== undefined && { nodeId }),
  };
  if (act === "cancel" && scenario === null) {
    throw appError("invalid", "Name the scenario whose runs are to be stopped.", { field: "filter.scenarioId" });
  }
  const batch = { organizationId: ctx.actor.organizationId, act, filter: stored, until: untilNow() };
  return { filter: stored, total: await countMatching(ctx, batch) };
}

async function countMatching(ctx: QueryCtx, batch: Pick<Batch, "organizationId" | "act" | "filter" | "until">) {
  let total = 0;
  for (const state of new Set(statesOf(batch.act))) {
    const rows = await rowsOf(ctx, batch, { state, after: 0 }).take(MAX_COUNTED);
    total += rows.filter((run) => matches(run, batch.filter)).length;
  }
  return total;
}

/** The states of runs that an act is about, in the order in which runs go through them: none slips past. */
export const statesOf = (act: BulkAct) =>
  act === "cancel" ? (["queued", "waiting", "running", "waiting"] as const) : (["incomplete"] as const);

/** Runs in a state that were there when the decision was made, the oldest first. */
function rowsOf(
  ctx: QueryCtx,
  batch: Pick<Batch, "organizationId" | "filter" | "until">,
  { state, after }: { state: Doc<"runs">["state"]; after: number },
) {
  const { organizationId, until } = batch;
  const scenarioId = batch.filter?.scenarioId;
  const runs = ctx.db.query("runs");
  return scenarioId === undefined
    ? runs.withIndex("by_organization_and_state", (q) =>
        q
          .eq("organizationId", organizationId)
          .eq("state", state)
          .gt("_creationTime", after)
          .lte("_creationTime", until),
      )
    : runs.withIndex("by_scenario_and_state", (q) =>
        q.eq("scenarioId", scenarioId).eq("state", state).gt("_creationTime", after).lte("_creationTime", until),
      );
}

const matches = (run: Doc<"runs">, filter: Filter | undefined) =>
  (filter?.code === undefined || run.failure?.code === filter.code) &&
  (filter?.nodeId === undefined || run.failure?.nodeId === filter.nodeId);

/** The next runs of a batch, and where to go on after them; `isDone` when there are no more. */
export async function nextRuns(
  ctx: QueryCtx,
  batch: Batch,
): Promise<{ runIds: Id<"runs">[]; position: number; phase: number; isDone: boolean }> {
  const { position, phase } = batch;
  if (batch.runIds) {
    const runIds = batch.runIds.slice(position, position + RUNS_PER_STEP);
    const next = position + runIds.length;
    return { runIds, position: next, phase, isDone: next >= batch.runIds.length };
  }
  const states = statesOf(batch.act);
  const state = states[phase];
  if (state === undefined) return { runIds: [], position, phase, isDone: true };
  const rows = await rowsOf(ctx, batch, { state, after: position }).take(ROWS_PER_STEP);
  const runIds: Id<"runs">[] = [];
  let last = position;
  for (const run of rows) {
    if (runIds.length === RUNS_PER_STEP) return { runIds, position: last, phase, isDone: false };
    last = run._creationTime;
    if (matches(run, batch.filter)) runIds.push(run._id);
  }
  if (rows.length === ROWS_PER_STEP) return { runIds, position: last, phase, isDone: false };
  return { runIds, position: 0, phase: phase + 1, isDone: phase + 1 >= states.length };
}

/** Handles the next runs of a batch and calls itself for the rest. */
export async function stepBatch(ctx: MutationCtx, batchId: Id<"runBatches">): Promise<void> {
  const batch = await ctx.db.get("runBatches", batchId);
  if (batch?.state !== "running") return;
  const { runIds, position, phase, isDone } = await nextRuns(ctx, batch);
  const failures: Batch["failures"] = [];
  for (const runId of runIds) {
    const message = await actOn(ctx, { batchId, runId });
    if (message !== null) failures.push({ runId, message });
  }
  await ctx.db.patch("runBatches", batchId, {
    position,
    phase,
    handled: batch.handled + runIds.length,
    failed: batch.failed + failures.length,
    failures: [...batch.failures, ...failures].slice(0, MAX_LISTED),
    ...(isDone && { state: "done" as const, endedAt: Date.now() }),
  });
  if (!isDone) await ctx.scheduler.runAfter(0, internal.runs.bulkWork.step, { batchId });
}

/** Handles one run in a transaction inside of this one; the reason where it could not be, else null. */
async function actOn(ctx: MutationCtx, args: { batchId: Id<"runBatches">; runId: Id<"runs"> }): Promise<string | null> {
  try {
    const refused: string | null = await ctx.runMutation(internal.runs.bulkWork.act, args);
    return refused;
  } catch (thrown) {
    const known = readAppError(thrown);
    if (known === null) console.error(`Run ${args.runId} could not be handled by batch ${args.batchId}:`, thrown);
    return known?.message ?? "Something went wrong on our side. It has been logged.";
  }
}

/** Stops carrying out a decision; what was done stays done. Throws `conflict` when it has ended. */
export async function cancelBulk(ctx: OrgMutationCtx, args: { batchId: string }): Promise<void> {
  const batch = await requireBatch(ctx, args);
  if (batch.state !== "running") throw appError("conflict", "It has already ended.", { state: batch.state });
  await ctx.db.patch("runBatches", batch._id, { state: "cancelled", endedAt: Date.now() });
  const { organizationId } = ctx.actor;
  await recordAudit(ctx, {
    organizationId,
    actor: ctx.actor,
    action: "run.bulkCancelled",
    resource: { type: "organization", id: organizationId },
    details: { act: batch.act, handled: batch.handled, batch: batch._id },
  });
}

export async function requireBatch(ctx: OrgQueryCtx, args: { batchId: string }): Promise<Batch> {
  const owner = { organizationId: ctx.actor.organizationId, id: args.batchId };
  return await requireOwned(ctx, "runBatches", { ...owner, what: "bulk act" });
}

export const batchValidator = v.object({
  id: v.id("runBatches"),
  act: bulkActValidator,
  state: v.union(v.literal("running"), v.literal("done"), v.literal("cancelled")),
  /** Runs that it is about; with a filter, as many as there were at the beginning, counted up to a thousand. */
  total: v.number(),
  handled: v.number(),
  failed: v.number(),
  /** The first fifty. */
  failures: v.array(v.object({ runId: v.id("runs"), message: v.string() })),
  startedAt: v.number(),
  endedAt: v.union(v.number(), v.null()),
});

export function describeBatch(batch: Batch): Infer<typeof batchValidator> {
  const { _id: id, act, state, total, handled, failed, failures, _creationTime } = batch;
  const startedAt = Math.floor(_creationTime);
  return { id, act, state, total, handled, failed, failures, startedAt, endedAt: batch.endedAt ?? null };
}

/** The organization's latest bulk acts, the newest first. */
export async function listBatches(ctx: OrgQueryCtx): Promise<Infer<typeof batchValidator>[]> {
  const rows = await ctx.db
    .query("runBatches")
    .withIndex("by_organization", (q) => q.eq("organizationId", ctx.actor.organizationId))
    .order("desc")
    .take(5);
  return rows.map(describeBatch);
}

const BATCH_KEPT_MS = 30 * DAY_MS;

/** Deletes up to `limit` bulk acts of which nobody asks any more; returns how many there were. */
export async function deleteOldBatches(ctx: MutationCtx, limit: number): Promise<number> {
  const old = await ctx.db
    .query("runBatches")
    .withIndex("by_creation_time", (q) => q.lt("_creationTime", Date.now() - BATCH_KEPT_MS))
    .take(limit);
  for (const batch of old) await ctx.db.delete("runBatches", batch._id);
  return old.length;
}
