/** What the run page tells beside the log: where the run stopped, what was decided, and which runs it is tied to. */
import { leavesOf, type Decision, type OperationRecord, type RunState } from "@patchbay/engine";
import { v, type Infer } from "convex/values";
import type { Doc } from "../_generated/dataModel.d.ts";
import type { QueryCtx } from "../functions.ts";
import { getPerson } from "../organizations/people.ts";
import { getBreaker } from "./breaker.ts";
import { getLinks, runLinksValidator } from "./links.ts";

export const decisionValidator = v.object({
  kind: v.union(v.literal("retried"), v.literal("edited"), v.literal("done"), v.literal("automatic")),
  atMs: v.number(),
  /** The name of whoever decided so. */
  by: v.optional(v.string()),
  /** JSON text: the edited fields as they would have been. */
  before: v.optional(v.string()),
});

export const storyValidator = v.object({
  /** Names this stop of the run, for decisions about it. */
  generation: v.number(),
  stopped: v.optional(
    v.object({
      nodeId: v.number(),
      bundlePath: v.string(),
      /** `unknown`: nobody knows whether it was performed. `broken`: it failed, and an error route kept the run. */
      reason: v.union(v.literal("unknown"), v.literal("broken")),
      /** How often it was broken off. */
      breaks: v.number(),
      /** Other bundles, processed at the same time, at which it has stopped as well. */
      others: v.optional(v.number()),
    }),
  ),
  /** When the run has lived too long, while it is live. */
  deadlineMs: v.optional(v.number()),
  /** Of a run that waits for its turn: how many wait before it, up to a hundred. */
  ahead: v.optional(v.number()),
  /** Of a run that waits for a connection: the state of its circuit breaker. */
  breaker: v.optional(
    v.object({
      connectionName: v.string(),
      failures: v.number(),
      message: v.string(),
      /** Null while a trial is under way, and when it is about to go on. */
      nextTryAt: v.union(v.number(), v.null()),
    }),
  ),
  links: runLinksValidator,
});

export async function tellStory(
  ctx: QueryCtx,
  run: Doc<"runs">,
  state: RunState | null,
): Promise<Infer<typeof storyValidator>> {
  return {
    generation: run.generation,
    ...(run.state === "incomplete" && state && describeStop(state)),
    ...(state?.deadlineMs !== undefined && { deadlineMs: state.deadlineMs }),
    ...(run.waitReason === "turn" && { ahead: await countAhead(ctx, run) }),
    ...(run.waitReason === "breaker" && (await describeWait(ctx, run))),
    links: await getLinks(ctx, run),
  };
}

/** Where the run stopped; of several lanes, the first. */
function describeStop(state: RunState) {
  const [first, ...others] = leavesOf(state).filter(({ phase }) => phase === "parked");
  const { pending = null, broken = null } = first ?? {};
  const at = pending ?? broken;
  if (!at) return {};
  const reason = pending ? ("unknown" as const) : ("broken" as const);
  const stopped = { nodeId: at.node, bundlePath: at.path, reason, breaks: broken?.breaks ?? 0 };
  return { stopped: { ...stopped, ...(others.length > 0 && { others: others.length }) } };
}

async function describeWait(ctx: QueryCtx, run: Doc<"runs">) {
  const wait = await ctx.db
    .query("breakerWaits")
    .withIndex("by_run", (q) => q.eq("runId", run._id))
    .first();
  if (wait === null) return {};
  const connection = await ctx.db.get("connections", wait.connectionId);
  const breaker = await getBreaker(ctx, wait.connectionId);
  const { failures = 0, message = "", nextTryAt = null } = breaker ?? {};
  const isOpen = breaker?.state === "open";
  const connectionName = connection?.name ?? "";
  return { breaker: { connectionName, failures, message, nextTryAt: isOpen ? nextTryAt : null } };
}

const MAX_AHEAD = 100;

async function countAhead(ctx: QueryCtx, run: Doc<"runs">): Promise<number> {
  const held = await ctx.db
    .query("runHolds")
    .withIndex("by_scenario_and_kind", (q) => q.eq("scenarioId", run.scenarioId).eq("kind", undefined))
    .take(MAX_AHEAD);
  const place = held.findIndex(({ runId }) => runId === run._id);
  return place === -1 ? held.length : place;
}

/** Tells decisions as the run page shows them: with the names of those who decided. */
export async function createTeller(ctx: QueryCtx, records: readonly OperationRecord[]) {
  const names = new Map<string, string>();
  for (const { by } of records.flatMap((record) => record.decisions ?? [])) {
    const userId = by === undefined || names.has(by) ? null : ctx.db.normalizeId("users", by);
    if (by !== undefined && userId !== null) names.set(by, (await getPerson(ctx, userId)).name);
  }
  return ({ kind, atMs, by, before }: Decision): Infer<typeof decisionValidator> => {
    const name = by === undefined ? undefined : names.get(by);
    return { kind, atMs, ...(name !== undefined && { by: name }), ...(before && { before: JSON.stringify(before) }) };
  };
}
