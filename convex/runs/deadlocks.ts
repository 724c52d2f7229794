/**
 * Runs that would wait for each other. Called runs take turns like others (`turns.ts`), and a caller keeps its own turn while it
 * waits: a called run that would be held behind runs that all wait, in the end, for its caller would never begin.
 */
import type { Plan } from "@patchbay/engine";
import type { Doc, Id } from "../_generated/dataModel.d.ts";
import type { QueryCtx } from "../functions.ts";
import { openCalls } from "./callRows.ts";
import { getPlan } from "./plans.ts";
import { turnToWaitFor, underWay } from "./turns.ts";

/** Runs that are looked at; where there are more, one of them is taken to go on. */
const MAX_RUNS = 300;

/** Whether a run of the scenario that the caller waits for would have to wait for the caller itself. */
export async function wouldWaitForever(
  ctx: QueryCtx,
  args: { caller: Doc<"runs">; scenario: Doc<"scenarios">; plan: Plan },
): Promise<boolean> {
  const { caller, scenario, plan } = args;
  if ((await turnToWaitFor(ctx, plan, scenario._id)) === null) return false;
  const seen = new Set<Id<"runs">>();
  for (let run: Doc<"runs"> | null = caller; run; run = await parentOf(ctx, run)) seen.add(run._id);
  return !(await getsTurn(ctx, { scenarioId: scenario._id, limit: plan.maxConcurrentRuns ?? 1, seen }));
}

const parentOf = async (ctx: QueryCtx, run: Doc<"runs">) =>
  run.parentRunId === undefined ? null : await ctx.db.get("runs", run.parentRunId);

interface Turn {
  scenarioId: Id<"scenarios">;
  limit: number;
  /** Runs that wait for the one that wants the turn, or have been found not to go on without it. */
  seen: Set<Id<"runs">>;
}

/** Whether one of the scenario's runs that are under way will end by itself. */
async function getsTurn(ctx: QueryCtx, turn: Turn): Promise<boolean> {
  const runs = await underWay(ctx, turn);
  if (runs.length < turn.limit) return true;
  for (const run of runs) if (await goesOn(ctx, run, turn.seen)) return true;
  return false;
}

async function goesOn(ctx: QueryCtx, run: Doc<"runs">, seen: Set<Id<"runs">>): Promise<boolean> {
  if (seen.has(run._id)) return false;
  if (seen.size >= MAX_RUNS) return true;
  seen.add(run._id);
  if (run.queue !== "waiting" || run.waitReason !== "call") return !isHeld(run) || (await heldGoesOn(ctx, run, seen));
  const calls = await openCalls(ctx, run._id);
  if (calls.length === 0) return true;
  for (const { call, child } of calls) {
    if (call.outcome !== undefined || child === null || (await goesOn(ctx, child, seen))) return true;
  }
  return false;
}

const isHeld = (run: Doc<"runs">) => run.state === "queued" && run.waitReason === "turn";

async function heldGoesOn(ctx: QueryCtx, run: Doc<"runs">, seen: Set<Id<"runs">>): Promise<boolean> {
  const limit = (await getPlan(ctx, run))?.maxConcurrentRuns;
  return limit === undefined || (await getsTurn(ctx, { scenarioId: run.scenarioId, limit, seen }));
}
