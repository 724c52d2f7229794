/** Calls as the run page shows them. */
import { v, type Infer } from "convex/values";
import type { Doc } from "../_generated/dataModel.d.ts";
import type { OrgQueryCtx, QueryCtx } from "../functions.ts";
import { getOwned } from "../lib/ids.ts";
import { callOf, openCalls, type Call } from "./callRows.ts";
import { runStateValidator } from "./tables.ts";

/** Attempts at one operation that are shown. */
const MAX_ATTEMPTS = 20;

const otherRun = {
  runId: v.id("runs"),
  scenarioId: v.id("scenarios"),
  scenarioName: v.string(),
  state: runStateValidator,
  /** For a person: why it failed or stopped. */
  error: v.optional(v.string()),
};

export const runCallsValidator = v.object({
  /** Who called the run; null where nobody did, or that run is gone. */
  caller: v.union(v.null(), v.object({ ...otherRun, nodeId: v.number(), waits: v.boolean() })),
  calls: v.array(
    v.object({
      operationId: v.number(),
      attempt: v.number(),
      nodeId: v.number(),
      waits: v.boolean(),
      /** Null where the call was refused, or the called run is gone. */
      run: v.union(v.null(), v.object({ ...otherRun, waitsForTurn: v.boolean() })),
    }),
  ),
});
type RunCalls = Infer<typeof runCallsValidator>;

/** Who called a run, and whom it called: with `operationId` all attempts of that operation, otherwise what it waits for. */
export async function getRunCalls(
  ctx: OrgQueryCtx,
  args: { runId: string; operationId?: number },
): Promise<RunCalls | null> {
  const run = await getOwned(ctx, "runs", { organizationId: ctx.actor.organizationId, id: args.runId });
  if (run === null) return null;
  const calls = await findCalls(ctx, run, args.operationId);
  return { caller: await describeCaller(ctx, run), calls: await Promise.all(calls.map((call) => describe(ctx, call))) };
}

async function findCalls(ctx: QueryCtx, run: Doc<"runs">, operationId: number | undefined): Promise<Call[]> {
  if (operationId === undefined) {
    if (run.waitReason !== "call") return [];
    return (await openCalls(ctx, run._id)).flatMap(({ call }) => (call.outcome === undefined ? [call] : []));
  }
  return await ctx.db
    .query("runCalls")
    .withIndex("by_parent_and_operation", (q) => q.eq("parentRunId", run._id).eq("operationId", operationId))
    .order("desc")
    .take(MAX_ATTEMPTS);
}

async function describeCaller(ctx: QueryCtx, run: Doc<"runs">): Promise<RunCalls["caller"]> {
  if (run.parentRunId === undefined) return null;
  const [call, caller] = [await callOf(ctx, run._id), await ctx.db.get("runs", run.parentRunId)];
  if (!call || !caller) return null;
  return { ...(await describeRun(ctx, caller)), nodeId: call.nodeId, waits: call.waits };
}

async function describe(ctx: QueryCtx, call: Call): Promise<RunCalls["calls"][number]> {
  const { operationId, attempt, nodeId, waits } = call;
  const child = call.childRunId ? await ctx.db.get("runs", call.childRunId) : null;
  const base = { operationId, attempt, nodeId, waits };
  if (child === null) return { ...base, run: null };
  const waitsForTurn = child.state === "queued" && child.waitReason === "turn";
  return { ...base, run: { ...(await describeRun(ctx, child)), waitsForTurn } };
}

async function describeRun(ctx: QueryCtx, run: Doc<"runs">) {
  const scenarioName = (await ctx.db.get("scenarios", run.scenarioId))?.name ?? "";
  const { _id: runId, scenarioId, state, error } = run;
  return { runId, scenarioId, scenarioName, state, ...(error !== undefined && { error }) };
}
