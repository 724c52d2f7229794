/** What the nodes of a scenario last put out: for the value picker, for running one node alone, and for dry runs. */
import type { JsonValue, NodeId } from "@patchbay/core";
import type { Doc, Id } from "../_generated/dataModel.d.ts";
import type { OrgQueryCtx, QueryCtx } from "../functions.ts";
import { requireScenario } from "../scenarios/access.ts";
import { hideTokens } from "../waits/tokens.ts";
import { getLog } from "./log.ts";
import { isCut, unpackOperations } from "./packing.ts";

/** Runs that are looked through for samples, the newest first. */
const SAMPLE_RUNS = 5;
const MAX_SAMPLE_CHARACTERS = 50_000;

/** The last known output of each node, from the scenario's newest runs: JSON texts, for the value picker. */
export async function getSamples(ctx: OrgQueryCtx, args: { scenarioId: string }) {
  const scenario = await requireScenario(ctx, args);
  const outputs = await findLastOutputs(ctx, scenario._id);
  return [...outputs].flatMap(([nodeId, value]) => {
    const output = hideTokens(JSON.stringify(value));
    return output.length > MAX_SAMPLE_CHARACTERS ? [] : [{ nodeId, output }];
  });
}

/** The same as values of any size that was kept. What a dry run made up is none. */
export async function findLastOutputs(ctx: QueryCtx, scenarioId: Id<"scenarios">): Promise<Map<NodeId, JsonValue>> {
  const runs = await ctx.db
    .query("runs")
    .withIndex("by_scenario", (q) => q.eq("scenarioId", scenarioId))
    .order("desc")
    .take(SAMPLE_RUNS);
  const found = new Map<NodeId, JsonValue>();
  for (const run of runs) await addOutputs(ctx, run, found);
  return found;
}

async function addOutputs(ctx: QueryCtx, run: Doc<"runs">, found: Map<NodeId, JsonValue>): Promise<void> {
  const log = await getLog(ctx, run);
  if (!log) return;
  for (const record of unpackOperations(log.operations)) {
    if (record.state !== "succeeded" || record.simulated || found.has(record.nodeId)) continue;
    // The trigger's output is the run's payload, which the log does not repeat.
    const isTrigger = record.id === 1 && log.payload !== undefined;
    const output = isTrigger ? (JSON.parse(log.payload ?? "null") as JsonValue) : record.output;
    if (output !== null && !isCut(output)) found.set(record.nodeId, output);
  }
}
